package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/activity"
	"github.com/hearthgate/hearthgate/infra/internal/doctor/homestatus"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

// deployMany deploys several stages, one after the other, up to the first that fails. The
// app, which has all stages, is synthesized once.
func (c *command) deployMany(ctx context.Context, stages []string, f deployFlags) error {
	current := false
	prepared := func(ctx context.Context, name string) (deployTarget, error) {
		d, err := c.target(ctx, name, f)
		d.cdk.Current = current
		return d, err
	}
	if f.dry {
		return sideBySideBy(ctx, c, 1, "comparing", stages, func(ctx context.Context, name string) (deploy.Plan, error) {
			d, err := prepared(ctx, name)
			if err != nil {
				return deploy.Plan{}, err
			}
			p, err := deploy.Compare(ctx, d.cdk, d.stage)
			current = current || err == nil
			return p, err
		})
	}
	return inTurn(ctx, c, stages, func(ctx context.Context, name string) (deploy.Rollout, error) {
		began := time.Now()
		d, err := prepared(ctx, name)
		if err != nil {
			return deploy.Rollout{}, err
		}
		r, err := deploy.RollOut(ctx, d.cdk, d.stage, d.account, c.errScreen())
		current = current || err == nil
		if err != nil || f.canary == 0 || name != stages[0] || !r.Answers {
			return r, err
		}
		return r, c.watchCanary(ctx, d, began, f.canary)
	})
}

// watchCanary watches a home that was deployed, and fails if it is in trouble meanwhile,
// or if it is not known in the end how it is.
func (c *command) watchCanary(ctx context.Context, d deployTarget, began time.Time, long time.Duration) error {
	steps := c.errScreen().Steps(false)
	steps.Begin(fmt.Sprintf("watching %s for %s before the others are deployed", d.stage.Name, long))
	err := c.canary(ctx, d, began, time.Now().Add(long), steps.Detail)
	steps.End(err)
	return err
}

func (c *command) canary(ctx context.Context, d deployTarget, began, end time.Time, detail func(string)) error {
	const often = 30 * time.Second
	for {
		since := min(activity.MaxTime, max(time.Minute, time.Since(began)))
		h, err := homestatus.Target{Stage: d.stage, Account: d.account, Since: since}.Read(ctx, time.Now())
		left := time.Until(end)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil && h.Level == fleet.Trouble:
			return fmt.Errorf("the home %s is in trouble after its deployment: %s. `hearthgate rollback --stage %[1]s` returns to the version before", d.stage.Name, h.Verdict)
		case left <= 0 && err != nil:
			return fmt.Errorf("it is not known how %s is after its deployment: %w", d.stage.Name, err)
		case left <= 0 && h.Level == fleet.Unknown:
			return fmt.Errorf("it is not known how %s is after its deployment: %s", d.stage.Name, h.Verdict)
		case left <= 0:
			return nil
		}
		detail(fmt.Sprintf("%s left", left.Round(time.Second)))
		select {
		case <-ctx.Done():
		case <-time.After(min(often, left)):
		}
	}
}
