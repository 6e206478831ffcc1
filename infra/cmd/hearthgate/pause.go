package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

// pauseFlags are the flags of the command.
type pauseFlags struct {
	stage, until, reason string
	lasts                time.Duration
	yes                  bool
}

func (c *command) pause() *cobra.Command {
	var f pauseFlags
	cmd := &cobra.Command{
		Use:   "pause",
		Short: "Leave the home alone while you work on it",
		Long: `pause has the function answer every directive at once with an error that says so, without
asking Home Assistant. Devices stay known to Alexa, and no alarm is raised. It ends by
itself, or with hearthgate resume. Of a stage with several homes it pauses all of them;
--stage prod/cabin names one.`,
		Example: `  hearthgate pause --for 2h
  hearthgate pause --until 23:00 --reason "new disk"
  hearthgate pause --stage prod/cabin --for 30m`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runPause(cmd.Context(), f) },
	}
	homeFlag(cmd, &f.stage)
	cmd.Flags().DurationVar(&f.lasts, "for", 0, "how long, such as 30m or 2h")
	cmd.Flags().StringVar(&f.until, "until", "", "the `time` at which it ends, such as 23:00")
	cmd.Flags().StringVar(&f.reason, "reason", "", "a `text` for the log and the status")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask whether a pause without an end is meant")
	cmd.MarkFlagsMutuallyExclusive("for", "until")
	return cmd
}

func (c *command) runPause(ctx context.Context, f pauseFlags) error {
	until, err := setup.PauseUntil(f.lasts, f.until, time.Now())
	if err != nil {
		return err
	}
	p := config.Pause{Until: until, Reason: f.reason}
	if err := p.Check(); err != nil {
		return fmt.Errorf("--reason %w", err)
	}
	if until.IsZero() && !f.yes {
		prompt := c.prompt()
		if !prompt.Interactive() {
			return errors.New("the pause has no end: write --for 2h or --until 23:00, or --yes if you will end it with `hearthgate resume`")
		}
		if err := prompt.Confirm(ctx, "Pause until you run `hearthgate resume`?"); err != nil {
			return err
		}
	}
	return c.setPause(ctx, f.stage, &p)
}

func (c *command) resume() *cobra.Command {
	var stage string
	cmd := &cobra.Command{
		Use:   "resume",
		Short: "End a pause",
		Example: `  hearthgate resume
  hearthgate resume --stage prod/cabin`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.setPause(cmd.Context(), stage, nil) },
	}
	homeFlag(cmd, &stage)
	return cmd
}

// setPause pauses the homes that a name stands for; nil ends their pauses.
func (c *command) setPause(ctx context.Context, name string, p *config.Pause) error {
	s, homes, err := project.Homes(name)
	if err != nil {
		return err
	}
	account, err := c.accounts.For(ctx, s)
	if err != nil {
		return err
	}
	c.progress("storing it, and having the function read it")
	done, err := setup.SetPause(ctx, s, homes, p, account, invoke.Deployed(account, config.FunctionName(s.Name), config.Alias))
	if err == nil {
		c.show(done)
	}
	return err
}
