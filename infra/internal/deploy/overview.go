package deploy

import (
	"context"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// overview brings the stack with the dashboard of all homes up to date, if the stage is in
// one. The app was synthesized with the stage. The error is no failure of the stage.
func (d *deployment) overview(ctx context.Context) error {
	layout, err := project.Layout()
	if err != nil {
		return err
	}
	o, ok := layout.Overview(d.stage.Name)
	if !ok {
		return nil
	}
	d.steps.Begin("bringing the dashboard of all homes up to date")
	err = d.cdk.cdk(ctx, d.cdk.Root, nil, "deploy", o.StackName(), "--app", Synthesized, "--require-approval", "never", "--progress", "events")
	d.steps.End(err)
	return err
}

// showOverview says that the dashboard of all homes is not up to date.
func (r Rollout) showOverview(to *ui.Screen) {
	if r.Overview == "" {
		return
	}
	to.Printf("%s The dashboard of all homes is not up to date: %s. The home is not affected; the next `hearthgate deploy` tries again.\n", to.Bold("!"), r.Overview)
}
