package backup

import (
	"context"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// Target returns the account that a stage is imported into, and the stage as it fits
// there: the account of its profile where this machine has that and chose no other by
// AWS_PROFILE, else the account of the credentials in use. The profile is left out then,
// because profiles are of a machine, and the note says so.
func Target(ctx context.Context, s config.Stage, getenv func(string) string) (config.Stage, *awsaccount.Account, string, error) {
	if s.AWSProfile != "" && getenv("AWS_PROFILE") == "" {
		if a, err := awsaccount.OpenFor(ctx, config.Stage{Name: s.Name, Region: s.Region, AWSProfile: s.AWSProfile}); err == nil {
			return s, a, "", nil
		}
	}
	a, err := awsaccount.Open(ctx, s.Region)
	if err != nil || s.AWSProfile == "" {
		return s, a, "", err
	}
	note := "awsProfile " + s.AWSProfile + " is left out: the import uses the credentials in use. `hearthgate config set awsProfile` names a profile of this machine"
	s.AWSProfile = ""
	return s, a, note, nil
}
