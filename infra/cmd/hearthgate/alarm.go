package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount/alarm"
)

func (c *command) alarm() *cobra.Command {
	var homes homeFlags
	var test, list, unmute bool
	var mute, since time.Duration
	cmd := &cobra.Command{
		Use:   "alarm",
		Short: "Test the alarms, mute them for a time, or list what they have done",
		Long: `alarm --test raises the alarm of an outage for a moment, so that it sends one real mail
to the address or the topic of the stage, and sets it back. Nothing else changes: the
function answers directives as before.

alarm --mute 2h has the alarms send nothing for two hours, from the next minute on. They go
on watching. CloudWatch ends it by itself, whether or not this machine is on, and then
sends what is still wrong.

alarm --list shows which alarms were on, since when, for how long, whether they sent
something, and why.`,
		Example: `  hearthgate alarm --test --stage prod
  hearthgate alarm --mute 2h --stage prod
  hearthgate alarm --list --all --since 168h`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			muting := cmd.Flags().Changed("mute")
			if n := count(test, list, muting, unmute); n != 1 {
				return errors.New("nothing was done: alarm needs one of its flags. Write `hearthgate alarm --test`, --list, --mute 2h or --unmute; `hearthgate doctor` lists the alarms that are on")
			}
			if since < 0 || since > alarm.Kept {
				return fmt.Errorf("--since is %s: write %s, at most %.0fh, which is how long CloudWatch keeps it", since, someTime, alarm.Kept.Hours())
			}
			stages, many, err := homes.stages(cmd)
			switch {
			case err != nil:
				return err
			case test && many:
				return errors.New("--test sends a mail of one home: name one stage")
			case test:
				return c.testAlarm(cmd.Context(), stages[0])
			case list:
				return forHomes(cmd.Context(), c, "asking", stages, many, func(ctx context.Context, name string) (alarm.List, error) {
					_, account, err := c.deployed(ctx, name)
					if err != nil {
						return alarm.List{}, err
					}
					return alarm.Read(ctx, name, account, time.Now().Add(-since))
				})
			}
			return forHomes(cmd.Context(), c, "asking", stages, many, func(ctx context.Context, name string) (alarm.Muted, error) {
				_, account, err := c.deployed(ctx, name)
				switch {
				case err != nil:
					return alarm.Muted{}, err
				case unmute:
					return alarm.Unmute(ctx, name, account)
				}
				return alarm.MuteFor(ctx, name, account, mute, time.Now())
			})
		},
	}
	homes.add(cmd, "dev", inLines)
	cmd.Flags().BoolVar(&test, "test", false, "send one mail")
	cmd.Flags().BoolVar(&list, "list", false, "show what the alarms have done")
	cmd.Flags().DurationVar(&mute, "mute", 0, "send nothing for this long, at most 360h")
	cmd.Flags().BoolVar(&unmute, "unmute", false, "end that earlier")
	cmd.Flags().DurationVar(&since, "since", 7*24*time.Hour, "with --list, how far to look back, at most 720h")
	return cmd
}

// count returns how many of the values are true.
func count(values ...bool) (n int) {
	for _, v := range values {
		if v {
			n++
		}
	}
	return n
}

// testAlarm sends the mail of a test.
func (c *command) testAlarm(ctx context.Context, stage string) error {
	_, account, err := c.deployed(ctx, stage)
	if err != nil {
		return err
	}
	c.progress("raising the alarm and waiting until it has sent its mail")
	sent, err := alarm.Send(ctx, stage, account, alarm.Options{})
	if err != nil {
		return err
	}
	c.show(sent)
	return nil
}
