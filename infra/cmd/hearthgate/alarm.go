package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/alarm"
)

func (c *command) alarm() *cobra.Command {
	var stage string
	var test bool
	cmd := &cobra.Command{
		Use:   "alarm",
		Short: "Test that the alarm of an outage reaches you",
		Long: `alarm --test raises the alarm of an outage for a moment, so that it sends one real mail
to the address or the topic of the stage, and sets it back. Nothing else changes: the
function answers directives as before.`,
		Example: `  hearthgate alarm --test --stage prod`,
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !test {
				return errors.New("nothing was done: alarm sends a mail, so it does so only with a flag. Write `hearthgate alarm --test`; `hearthgate doctor` lists the alarms that are on")
			}
			_, account, err := c.deployed(cmd.Context(), stage)
			if err != nil {
				return err
			}
			c.progress("raising the alarm and waiting until it has sent its mail")
			sent, err := alarm.Send(cmd.Context(), stage, account, alarm.Options{})
			if err != nil {
				return err
			}
			c.show(sent)
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&test, "test", false, "send one mail")
	return cmd
}
