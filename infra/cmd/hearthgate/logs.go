package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/logview"
)

func (c *command) logs() *cobra.Command {
	var stage string
	var since time.Duration
	var follow, failed bool
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "Show the deployed function's log, one directive a line",
		Long: `logs shows when a directive came, whether it was answered as it should be, how long
that took, what it was and for which device, and whether the process was a new one
(cold start). A second line says why it failed, in one word and in a sentence that says
what to do. What else the function wrote stands between.

--json prints the lines as they are in CloudWatch, for jq or ` + "`hearthgate replay`" + `. Tokens
are in none of them. CloudWatch has a line some seconds after it was written.`,
		Example: `  hearthgate logs --stage prod --since 24h --failed
  hearthgate logs --stage prod --follow
  hearthgate logs --json | jq .cause`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, account, err := c.deployed(cmd.Context(), stage)
			if err != nil {
				return err
			}
			f, err := account.Function(cmd.Context(), config.FunctionName(stage), config.Alias)
			if err != nil {
				return err
			}
			seen := map[string]bool{}
			from := time.Now().Add(-since)
			for {
				if err := c.lines(cmd.Context(), account, f.LogGroup, from, failed, seen); err != nil {
					return err
				}
				if !follow {
					return nil
				}
				// CloudWatch has a line some seconds after it was written.
				const behind, pause = time.Minute, 2 * time.Second
				from = time.Now().Add(-behind)
				select {
				case <-time.After(pause):
				case <-cmd.Context().Done():
					return nil
				}
			}
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().DurationVar(&since, "since", time.Hour, "how far to look back")
	cmd.Flags().BoolVar(&follow, "follow", false, "go on with what is written from now on")
	cmd.Flags().BoolVar(&failed, "failed", false, "only what failed")
	return cmd
}

// lines shows the lines that were not seen yet.
func (c *command) lines(ctx context.Context, a *awsaccount.Account, group string, from time.Time, failed bool, seen map[string]bool) error {
	lines, err := a.Lines(ctx, group, "", from)
	if err != nil && ctx.Err() == nil {
		return err
	}
	s := c.screen()
	for _, l := range lines {
		e, ok := logview.Parse(l.Text)
		if !ok || seen[l.ID] || failed && !e.Failed() {
			continue
		}
		seen[l.ID] = true
		if c.json {
			fmt.Fprintln(c.out, l.Text)
		} else {
			e.Show(s)
		}
	}
	return nil
}

func (c *command) replay() *cobra.Command {
	var w where
	var payload string
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Send a directive of the log again",
		Long: `replay takes a line of the function's log, or a whole event whose secrets were taken
out, and sends its directive again. The file - is standard input. It starts the
function on this machine; --stage or --function name a deployed one. What the
directive does it does again.`,
		Example: `  hearthgate logs --stage prod --failed --json | tail -1 | hearthgate replay -
  hearthgate replay record.json --payload '{"brightness": 40}' --stage dev`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var record []byte
			var err error
			if args[0] == "-" {
				record, err = io.ReadAll(c.input(cmd.Context()))
			} else {
				record, err = os.ReadFile(args[0])
			}
			if err != nil {
				return fmt.Errorf("the record cannot be read: %w", err)
			}
			token := c.getenv(config.EnvToken)
			if token == "" {
				token = "no-token-of-a-linked-account"
			}
			event, err := invoke.ReplayEvent(record, payload, token)
			if err != nil {
				return err
			}
			t, err := c.open(cmd.Context(), w)
			if err != nil {
				return err
			}
			defer t.Close()
			a, err := t.Invoke(cmd.Context(), event)
			switch {
			case err != nil:
				return err
			case a.Error != "":
				return errors.New("the function failed instead of answering: " + a.Error)
			}
			return c.reply(t.Where, a.Payload, float64(a.Took.Microseconds())/1000)
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&payload, "payload", "", "`JSON`, the directive's payload, which the log does not keep")
	return cmd
}
