package deploy

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// A Check is one thing that was looked at before a deployment.
type Check struct {
	Name    string `json:"name"`
	Found   string `json:"found,omitempty"`
	Warning string `json:"warning,omitempty"` // what will not work, though it can be deployed
	Problem string `json:"problem,omitempty"` // why it cannot be deployed
}

// Preflight looks at what a deployment of the stage needs. It returns the account
// if the credentials are good for one.
func Preflight(ctx context.Context, s config.Stage) (*awsaccount.Account, []Check) {
	var checks []Check
	add := func(c Check) { checks = append(checks, c) }
	add(Check{Name: "region", Found: fmt.Sprintf("%s, where Alexa looks for skills of %s", s.Region, s.Locale)})
	account, err := awsaccount.Open(ctx, s.Region)
	if err != nil {
		add(Check{Name: "credentials", Problem: err.Error()})
		return nil, checks
	}
	if s.Account != "" && s.Account != account.ID {
		add(Check{Name: "account", Problem: fmt.Sprintf("the stage belongs to the account %s, and the credentials are of %s: set AWS_PROFILE to the other account", s.Account, account.ID)})
		return account, checks
	}
	add(Check{Name: "credentials", Found: account.Who})
	bootstrap := Check{Name: "bootstrap", Found: "the account is prepared for the CDK"}
	if err := account.Bootstrapped(ctx); err != nil {
		bootstrap = Check{Name: "bootstrap", Problem: err.Error()}
	}
	add(bootstrap)
	if s.TokenSource == config.Stored {
		add(secret(ctx, account, "token", s.TokenParameterName(), "hearthgate token --stage "+s.Name))
	}
	if s.SecretHeaders {
		add(secret(ctx, account, "headers", s.HeadersParameterName(), "hearthgate headers --stage "+s.Name))
	}
	skills := Check{Name: "skills", Found: "permission for the skills of the stage"}
	if s.SmartHomeSkillID == "" && s.CustomSkillID == "" {
		skills = Check{Name: "skills", Warning: "no skill may call the function: both skill ids of the stage are empty"}
	}
	add(skills)
	return account, checks
}

// secret looks whether a parameter is there and encrypted, and names the command
// that puts it.
func secret(ctx context.Context, a *awsaccount.Account, what, name, command string) Check {
	p, err := a.Parameter(ctx, name)
	switch {
	case awsaccount.CodeOf(err) == awsaccount.NotFound:
		return Check{Name: what, Problem: fmt.Sprintf("there is no parameter %s in %s: run `%s`", name, a.Region, command)}
	case err != nil:
		return Check{Name: what, Problem: err.Error()}
	case p.Type != "SecureString":
		return Check{Name: what, Problem: fmt.Sprintf("the parameter %s is a %s, in which nothing is encrypted: run `%s`, which makes it a SecureString", name, p.Type, command)}
	}
	return Check{Name: what, Found: fmt.Sprintf("%s, version %d", name, p.Version)}
}
