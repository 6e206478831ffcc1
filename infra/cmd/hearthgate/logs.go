package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/logview"
	"github.com/hearthgate/hearthgate/infra/internal/ui/fleet"
)

func (c *command) logs() *cobra.Command {
	var homes homeFlags
	var since time.Duration
	var follow bool
	var filter logview.Filter
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "Show the deployed function's log, one directive a line",
		Long: `logs shows when a directive came, how it ended, how long it took, what it was and for
which device, and whether it was a cold start. It ended ` + "`ok`" + `; ` + "`FAIL`" + ` for the home, the
route to it or the function; ` + "`deny`" + ` if your own rules refused it; or ` + "`bad`" + ` if it asked
for what the device cannot do. A second line says why: the cause, and what to do; of a user
whom allowedUsers refused it has the end of the id. Other lines that the function wrote
stand between them. The lines of several homes are in the order of their times.

--json prints the lines as they are in CloudWatch, for jq or ` + "`hearthgate replay`" + `; secrets
are redacted, and the field home is added where there are several. CloudWatch has a line
some seconds after it was written.`,
		Example: `  hearthgate logs --stage prod --since 24h --failed
  hearthgate logs --stage prod --device "Front door" --denied
  hearthgate logs --all --follow
  hearthgate logs --json | jq .cause`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if since < 0 {
				return fmt.Errorf("--since is %s, which is in the future: write %s", since, someTime)
			}
			ctx := cmd.Context()
			stages, many, err := homes.stages(cmd)
			if err != nil {
				return err
			}
			view := &logview.View{Filter: filter, Raw: c.json, Named: many, Out: c.screen()}
			var failed error
			view.Failed = func(home string, err error) {
				if failed = err; many {
					c.homeFailed(home, err)
				}
			}
			if view.Sources, err = c.logSources(ctx, stages, view.Failed); err != nil {
				return err
			}
			view.Show(ctx, time.Now().Add(-since))
			if follow && len(view.Sources) > 0 && (many || failed == nil) {
				view.Follow(ctx)
			}
			if many && failed != nil {
				return exit(1)
			}
			return failed
		},
	}
	homes.add(cmd, "dev", "of all stages")
	cmd.Flags().DurationVar(&since, "since", time.Hour, "how far to look back")
	cmd.Flags().BoolVar(&follow, "follow", false, "keep showing lines as they are written")
	cmd.Flags().BoolVar(&filter.Failed, "failed", false, "show only what failed or asked for what the device cannot do")
	cmd.Flags().BoolVar(&filter.Denied, "denied", false, "show only what your own rules refused; with --failed, both")
	cmd.Flags().StringVar(&filter.Device, "device", "", "show only what was for the device of this `name` or id")
	return cmd
}

// logSources returns where the logs of stages are. Of several, those that cannot be opened
// are reported to failed.
func (c *command) logSources(ctx context.Context, stages []string, failed func(string, error)) ([]logview.Source, error) {
	if len(stages) == 1 {
		s, err := c.logSource(ctx, stages[0])
		return []logview.Source{s.Source}, err
	}
	report, err := gather(ctx, c.errScreen(), 0, "opening the logs of", stages, c.logSource)
	if err != nil {
		return nil, err
	}
	var sources []logview.Source
	for _, r := range report {
		if r.Err != nil {
			failed(r.Stage, r.Err)
			continue
		}
		sources = append(sources, r.Value.Source)
	}
	return sources, nil
}

// A source is the log of a home.
type source struct{ logview.Source }

func (source) Summary() fleet.Summary { return fleet.Summary{} }

func (c *command) logSource(ctx context.Context, name string) (source, error) {
	_, account, err := c.deployed(ctx, name)
	if err != nil {
		return source{}, err
	}
	f, err := account.Function(ctx, config.FunctionName(name), config.Alias)
	return source{logview.Source{Home: name, Account: account, Group: f.LogGroup}}, err
}

// homeFailed reports on standard error that a command failed for one of several homes.
func (c *command) homeFailed(home string, err error) {
	s := c.errScreen()
	s.Printf("%s %s\n", s.Bad(home+":"), strings.Join(strings.Fields(err.Error()), " "))
}
