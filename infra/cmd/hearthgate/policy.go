package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke/policyview"
)

// deniedCode is the exit code of a directive that the policy denies.
const deniedCode = 3

func (c *command) policy() *cobra.Command {
	var target targetFlags
	var try, at string
	cmd := &cobra.Command{
		Use:   "policy [DEVICE]",
		Short: "Show what the policy allows and denies, for each device",
		Long: `policy asks the deployed function of a stage (default: dev) for its policy and its
devices, and prints what is allowed and what is denied. With --local, or with
` + config.EnvURL + ` set, it starts the function on this machine instead.

--try says what would become of one directive, by its name, for a device by its name or
id; nothing is carried out. --try conversation is about what is said to the custom
skill. --at is the time to assume, in the time zone of the rules.

The exit code is 0 if it is allowed, 3 if it is denied, and 1 if that is not known.`,
		Example: `  hearthgate policy --stage prod
  hearthgate policy --try Unlock "Front door" --at 23:10
  hearthgate policy --try conversation --stage prod --json`,
		Args: takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if try == "" && len(args) > 0 {
				return errors.New("a device is for --try: write --try Unlock \"Front door\", or leave the device out")
			}
			view, err := c.policyView(cmd.Context(), target)
			if err != nil {
				return err
			}
			device := ""
			if len(args) > 0 {
				device = args[0]
			}
			when, err := view.At(at, device, time.Now())
			switch {
			case err != nil:
				return err
			case try == "":
				c.show(view.Report(when))
				return nil
			}
			verdicts, err := view.Try(try, device, when)
			if err != nil {
				return err
			}
			c.show(policyview.Verdicts(verdicts))
			if !policyview.Verdicts(verdicts).Allowed() {
				return exit(deniedCode)
			}
			return nil
		},
	}
	target.add(cmd)
	cmd.Flags().StringVar(&try, "try", "", "say what becomes of this `directive`, such as Unlock, or of a conversation")
	cmd.Flags().StringVar(&at, "at", "", "the `time` to assume, such as 23:10 (default: now)")
	return cmd
}

// policyView asks a function for its policy and its devices.
func (c *command) policyView(ctx context.Context, target targetFlags) (*policyview.View, error) {
	if target == (targetFlags{}) && c.getenv(config.EnvURL) == "" {
		target.stage = "dev"
	}
	t, err := c.open(ctx, target)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	settings, err := t.Settings(ctx)
	if err != nil {
		return nil, err
	}
	view, err := policyview.New(t.Where, settings)
	if err != nil {
		return nil, err
	}
	view.Devices, err = t.Devices(ctx, c.linkedToken())
	switch {
	case err != nil:
		view.Missing = err.Error()
	case len(view.Devices) == 0:
		view.Missing = "the function returned none; `hearthgate doctor` says why. With an allow-list, it returns them only to a linked account: set " + config.EnvToken + " to its token"
	}
	return view, nil
}
