package doctor

import (
	"context"
	"errors"
	"io"

	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// CheckSkill compares the skills as Amazon has them with the stage: endpoint, region,
// account linking, permission and interaction model. It names the field that differs.
func (t *Target) CheckSkill(ctx context.Context) Step {
	step := check("skill", "comparing the skills at Amazon with the stage")
	command := func(c string) string { return "`hearthgate skill " + c + " --stage " + t.Stage.Name + "`" }
	setup := &skillsetup.Setup{Stage: t.Stage, Account: t.Account, Out: ui.Paint(io.Discard, false)}
	status, err := setup.Status(ctx)
	switch {
	case errors.Is(err, skillsetup.ErrNoLogin):
		return step.good("skipped, because there is no login for skills: " + command("login") + " makes one")
	case errors.Is(err, skillsetup.ErrNoSkill):
		return step.good("skipped, because the stage has no skill")
	case err != nil:
		return step.unsure(err.Error())
	case len(status.Differs) > 0:
		return step.failed(Setup, "skill_differs", status.Differs.String(), "run "+command("link")+", which shows and changes it")
	}
	var advice []string
	for _, s := range status.Skills {
		if !s.Enabled {
			advice = append(advice, "the skill "+s.ID+" is not enabled for your account: in the Alexa app, More, Skills & Games, Your Skills, Dev, enable it and link the account")
		}
	}
	return step.good("the same", advice...)
}
