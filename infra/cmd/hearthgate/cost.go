package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

func (c *command) cost() *cobra.Command {
	var stage string
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "Show what a stage costs this month, compared with the free tier",
		Long: `cost reads from CloudWatch what the stage used this month and multiplies it by AWS's
list prices (us-east-1; other regions differ by a few percent), so far and projected to
the end of the month. The free tier is that of the whole account: other functions in
the account use it too. Alarms, metrics and dashboards have fixed prices, which are not in
the sum: see the section cost of infra/docs/runbook.md.`,
		Example: `  hearthgate cost --stage prod`,
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			_, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			name, now := config.FunctionName(stage), time.Now()
			f, err := account.Function(ctx, name, config.Alias)
			if err != nil {
				return err
			}
			used, err := account.Usage(ctx, name, f, awsaccount.MonthStart(now))
			if err != nil {
				return err
			}
			c.show(awsaccount.MonthlyCost(used, now))
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	return cmd
}
