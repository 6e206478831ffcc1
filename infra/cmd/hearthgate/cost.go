package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

func (c *command) cost() *cobra.Command {
	var stage string
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "Say what a stage costs this month, against the free tier",
		Long: `cost reads what CloudWatch counted this month and says what it costs by AWS's list
prices (us-east-1; others differ by a few percent), so far and projected to the month's
end. The free tier is that of the whole account: other things in it use it too.`,
		Example: `  hearthgate cost --stage prod`,
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			_, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			name := config.FunctionName(stage)
			f, err := account.Function(ctx, name, config.Alias)
			if err != nil {
				return err
			}
			now := time.Now()
			begin := awsaccount.MonthStart(now)
			requests, err1 := account.Sum(ctx, "AWS/Lambda", "Invocations", "FunctionName", name, begin)
			duration, err2 := account.Sum(ctx, "AWS/Lambda", "Duration", "FunctionName", name, begin) // ms
			bytes, err3 := account.Sum(ctx, "AWS/Logs", "IncomingBytes", "LogGroupName", f.LogGroup, begin)
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			r := awsaccount.MonthlyCost(awsaccount.Usage{Requests: requests, GBSeconds: duration / 1000 * float64(f.Memory) / 1024, LogBytes: bytes}, now)
			if c.json {
				c.print(r)
				return nil
			}
			s := c.screen()
			s.Printf("%s\n", s.Bold(r.Month))
			row := func(name string, digits int, soFar, projected, free float64, unit string) {
				s.Printf("  %-12s %12.*f %-5s so far, %12.*f projected, %5.1f %% of the free tier\n", name, digits, soFar, unit, digits, projected, 100*projected/free)
			}
			row("invocations", 0, r.SoFar.Requests, r.Projected.Requests, awsaccount.FreeRequests, "")
			row("computing", 1, r.SoFar.GBSeconds, r.Projected.GBSeconds, awsaccount.FreeGBSeconds, "GB-s")
			row("logs", 1, r.SoFar.LogBytes/1e6, r.Projected.LogBytes/1e6, awsaccount.FreeLogBytes/1e6, "MB")
			s.Printf("  so far $%.2f, projected $%.2f (without the free tier $%.2f)\n", r.Cost, r.CostAtEnd, r.WithoutTier)
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	return cmd
}
