package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/cost"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) cost() *cobra.Command {
	var homes homeFlags
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "Show what the homes of an AWS account cost this month",
		Long: `cost counts everything that costs: what the stages have, which are alarms, metrics and
dashboards, and what they used this month, as CloudWatch counted it, so far and projected
to the end of the month. It multiplies that by AWS's list prices, beyond what is free.

What is free is so for the whole account, so the report is of an account: that of the
stage, with all stages of this clone that are deployed there. Beside it stands what AWS
itself counts of the account's free allowances, where it may be read, and a warning if the
account is on the Free plan.`,
		Example: `  hearthgate cost
  hearthgate cost --stage prod --json
  hearthgate cost --all`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			names, many, err := homes.stages(cmd)
			if err != nil {
				return err
			}
			all, err := c.costs(cmd.Context(), names)
			if err != nil {
				return err
			}
			if many {
				c.show(all)
			} else {
				c.show(all[0])
			}
			return nil
		},
	}
	homes.add(cmd, "dev", "the accounts of all stages")
	return cmd
}

// costs returns what the accounts of stages cost.
func (c *command) costs(ctx context.Context, names []string) (cost.List, error) {
	var targets []cost.Target
	for _, name := range names {
		s, account, err := c.deployed(ctx, name)
		if err != nil {
			return nil, err
		}
		known := false
		for _, t := range targets {
			known = known || t.Account.ID == account.ID
		}
		if !known {
			targets = append(targets, cost.Target{Account: account, Stages: []config.Stage{s}})
		}
	}
	folder, err := project.Stages()
	if err != nil {
		return nil, err
	}
	stages, err := folder.LoadAll()
	if err != nil {
		return nil, err
	}
	layout := monitoring.LayoutOf(stages)
	var all cost.List
	for _, t := range targets {
		t.Layout, t.Stages = layout, nil
		for _, s := range stages {
			// A stage whose credentials are not here is in another account.
			if a, err := c.accounts.For(ctx, s); err == nil && a.ID == t.Account.ID {
				t.Stages = append(t.Stages, s)
			}
		}
		c.progress("reading what the homes in the account " + t.Account.ID + " used")
		r, err := t.Read(ctx, time.Now())
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}
