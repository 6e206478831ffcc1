package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/cost"
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
			if !many {
				all, err := c.costs(cmd.Context(), names, func(_ string, err error) error { return err })
				if err == nil {
					c.show(all[0])
				}
				return err
			}
			failed := false
			all, err := c.costs(cmd.Context(), names, func(name string, err error) error {
				failed = true
				c.homeFailed(name, err)
				return nil
			})
			if err != nil {
				return err
			}
			c.show(all)
			if failed {
				return exit(1)
			}
			return nil
		},
	}
	homes.add(cmd, "dev", "the accounts of all stages")
	return cmd
}

// costs returns what the accounts of stages cost. A home or an account that cannot be read
// is handed to failed, whose error ends it.
func (c *command) costs(ctx context.Context, names []string, failed func(name string, err error) error) (cost.List, error) {
	all := cost.List{}
	var accounts []*awsaccount.Account
	for _, name := range names {
		_, account, err := c.deployed(ctx, name)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil:
			if err := failed(name, err); err != nil {
				return nil, err
			}
		case !slices.ContainsFunc(accounts, func(a *awsaccount.Account) bool { return a.ID == account.ID }):
			accounts = append(accounts, account)
		}
	}
	stages, err := validStages()
	if err != nil {
		return nil, err
	}
	for _, account := range accounts {
		c.progress("reading what the homes in the account " + account.ID + " used")
		t := cost.Target{Account: account, Layout: monitoring.LayoutOf(stages)}
		for _, s := range stages {
			// A stage whose credentials are not here is in another account.
			if a, err := c.accounts.For(ctx, s); err == nil && a.ID == account.ID {
				t.Stages = append(t.Stages, s)
			}
		}
		r, err := t.Read(ctx, time.Now())
		if err == nil {
			all = append(all, r)
			continue
		}
		if err := failed("account "+account.ID, err); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// validStages returns the stages whose files are right.
func validStages() (stages []config.Stage, err error) {
	folder, err := project.Stages()
	if err != nil {
		return nil, err
	}
	for _, name := range folder.Names() {
		if s, err := folder.Load(name); err == nil {
			stages = append(stages, s)
		}
	}
	return stages, nil
}
