package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func (c *command) invoke() *cobra.Command {
	var target targetFlags
	var endpoint string
	cmd := &cobra.Command{
		Use:   "invoke FILE|NAME",
		Short: "Send the function a directive: a sample by its name, or a file",
		Long: `invoke sends a directive and prints the reply. The file - is standard input.
The samples:
` + samples() + `
The token of a linked account is read from ` + config.EnvToken + `. The function
starts on this machine, unless --stage or --function names a deployed one. The exit
code is 1 if the reply is an error.`,
		Example: `  hearthgate invoke discover
  hearthgate invoke turn-on --endpoint light.kitchen --stage dev
  hearthgate invoke directive.json --local --stage dev`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			event, err := c.event(cmd.Context(), args[0], endpoint)
			if err != nil {
				return err
			}
			return c.send(cmd.Context(), target, event)
		},
		ValidArgs: invoke.SampleNames(),
	}
	target.add(cmd)
	cmd.Flags().StringVar(&endpoint, "endpoint", "", "the `device` that a sample is for, such as light.kitchen")
	return cmd
}

func (c *command) replay() *cobra.Command {
	var target targetFlags
	var payload string
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Send a directive from the log again",
		Long: `replay takes a line of the function's log, or a whole event whose secrets were
redacted, and sends its directive again: a light that it turned on is turned on again.
The file - is standard input. The function starts on this machine, unless --stage or
--function names a deployed one.`,
		Example: `  hearthgate logs --stage prod --failed --json | tail -1 | hearthgate replay -
  hearthgate replay record.json --payload '{"brightness": 40}' --stage dev`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			record, err := c.file(cmd.Context(), args[0])
			if err != nil {
				return fmt.Errorf("the record cannot be read: %w", err)
			}
			event, err := invoke.ReplayEvent(record, payload, c.linkedToken())
			if err != nil {
				return err
			}
			return c.send(cmd.Context(), target, event)
		},
	}
	target.add(cmd)
	cmd.Flags().StringVar(&payload, "payload", "", "`JSON`, the directive's payload, which the log does not keep")
	return cmd
}

// samples lists the samples for the help.
func samples() string {
	var list strings.Builder
	t := ui.Paint(&list, false).Table("  ")
	for _, s := range invoke.Samples() {
		t.Row(s.Name, s.Doc)
	}
	t.Flush()
	return list.String()
}

// event returns the event that an argument names.
func (c *command) event(ctx context.Context, arg, endpoint string) ([]byte, error) {
	if slices.Contains(invoke.SampleNames(), arg) {
		return invoke.SampleEvent(arg, endpoint, c.linkedToken())
	}
	b, err := c.file(ctx, arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is neither a file nor a sample: the samples are %s", arg, strings.Join(invoke.SampleNames(), ", "))
	case err != nil:
		return nil, fmt.Errorf("the event cannot be read: %w", err)
	case endpoint != "":
		return nil, fmt.Errorf("--endpoint is for samples, and %s names its device itself: leave --endpoint out", arg)
	case !json.Valid(b):
		return nil, fmt.Errorf("%s is not JSON: give a file with a directive, or one of the samples %s", arg, strings.Join(invoke.SampleNames(), ", "))
	}
	return b, nil
}

// file returns the content of a file; - is standard input.
func (c *command) file(ctx context.Context, name string) ([]byte, error) {
	if name == "-" {
		const most = 16 << 20
		return c.prompt().All(ctx, most)
	}
	return os.ReadFile(name)
}

// linkedToken returns what is sent as the token of a linked account.
func (c *command) linkedToken() string { return cmp.Or(c.getenv(config.EnvToken), invoke.NoToken) }

// send sends a directive, prints the reply and fails if that is an error.
func (c *command) send(ctx context.Context, target targetFlags, event []byte) error {
	t, err := c.open(ctx, target)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := t.Send(ctx, event)
	if err != nil {
		return err
	}
	c.show(r)
	if r.Failed() {
		return exit(1)
	}
	return nil
}
