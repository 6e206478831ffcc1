package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/logview"
)

func (c *command) logs() *cobra.Command {
	var stage string
	var since time.Duration
	var follow, failed, denied bool
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "Show the deployed function's log, one directive a line",
		Long: `logs shows when a directive came, how it ended, how long it took, what it was and for
which device, and whether it was a cold start. It ended ` + "`ok`" + `; ` + "`FAIL`" + ` for the home, the
route to it or the function; ` + "`deny`" + ` if your own rules refused it; or ` + "`bad`" + ` if it asked
for what the device cannot do. A second line says why: the cause, and what to do. Other
lines that the function wrote stand between them.

--json prints the lines as they are in CloudWatch, for jq or ` + "`hearthgate replay`" + `; secrets
are redacted. CloudWatch has a line some seconds after it was written.`,
		Example: `  hearthgate logs --stage prod --since 24h --failed
  hearthgate logs --stage prod --follow
  hearthgate logs --json | jq .cause`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if since < 0 {
				return fmt.Errorf("--since is %s, which is in the future: write %s", since, someTime)
			}
			ctx := cmd.Context()
			_, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			f, err := account.Function(ctx, config.FunctionName(stage), config.Alias)
			if err != nil {
				return err
			}
			view := &logview.View{Account: account, Group: f.LogGroup, Raw: c.json, Out: c.screen()}
			if failed || denied {
				view.Only = func(l wire.LogLine) bool {
					return failed && logview.Failed(l) || denied && l.Outcome == wire.Denied
				}
			}
			if err := view.Show(ctx, time.Now().Add(-since)); err != nil || !follow {
				return err
			}
			return view.Follow(ctx)
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().DurationVar(&since, "since", time.Hour, "how far to look back")
	cmd.Flags().BoolVar(&follow, "follow", false, "keep showing lines as they are written")
	cmd.Flags().BoolVar(&failed, "failed", false, "show only what failed or asked for what the device cannot do")
	cmd.Flags().BoolVar(&denied, "denied", false, "show only what your own rules refused; with --failed, both")
	return cmd
}
