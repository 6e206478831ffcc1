package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func (c *command) op() *cobra.Command {
	var target targetFlags
	var allow bool
	cmd := &cobra.Command{
		Use:   "op [NAME [JSON]]",
		Short: "Run an operation of the function by its name; without one, list them",
		Long: `op runs an operation of one of the function's ten gateways and prints the
standard response. Without a name it lists the operations.

The function starts on this machine, with the Home Assistant of the environment or a
demo home, unless --stage or --function names a deployed one. A deployed function runs
operations that change something only while they are allowed: --allow allows them for an
hour, and needs the right to write the stage's parameters.`,
		Example: `  hearthgate op
  hearthgate op --allow --stage prod
  hearthgate op lambda.status --stage prod
  hearthgate op utility.generate_correlation_id
  hearthgate op cache.set '{"key": "a", "value": 1}' --json`,
		Args: takes(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var input json.RawMessage
			if len(args) == 2 {
				if input = json.RawMessage(args[1]); !json.Valid(input) {
					return errors.New(`the input is not JSON: write it in quotation marks, as in '{"key": "a"}'`)
				}
			}
			if allow {
				if err := c.allow(cmd.Context(), target, len(args) == 0); err != nil || len(args) == 0 {
					return err
				}
			}
			t, err := c.open(cmd.Context(), target)
			if err != nil {
				return err
			}
			defer t.Close()
			if len(args) == 0 {
				return c.operations(cmd.Context(), t)
			}
			r, err := t.Operate(cmd.Context(), args[0], input)
			if err != nil {
				return err
			}
			return c.response(args[0], r)
		},
	}
	target.add(cmd)
	cmd.Flags().BoolVar(&allow, "allow", false, "let the deployed function of --stage run operations that change something, for an hour")
	return cmd
}

// allow lets the deployed function of a stage run operations that change something. In
// JSON it prints that only if it is the whole result.
func (c *command) allow(ctx context.Context, target targetFlags, alone bool) error {
	if target.stage == "" || target.local {
		return errors.New("--allow is for a deployed function, and one on this machine runs every operation: name its stage with --stage")
	}
	stage, account, err := c.deployed(ctx, target.stage)
	if err != nil {
		return err
	}
	t, err := c.open(ctx, target)
	if err != nil {
		return err
	}
	defer t.Close()
	allowed, err := setup.AllowOperations(ctx, stage, account, t, time.Now())
	if err != nil {
		return err
	}
	switch {
	case !c.json:
		allowed.Show(c.errScreen())
	case alone:
		c.print(allowed)
	}
	return nil
}

// response prints the response to an operation, and fails if the operation did.
func (c *command) response(operation string, r wire.Response) error {
	if c.json {
		c.print(r)
	} else {
		invoke.ShowResponse(c.screen(), r, operation)
	}
	if !r.Success {
		return exit(1)
	}
	return nil
}

// operations lists what can be run by name.
func (c *command) operations(ctx context.Context, t *invoke.Target) error {
	all, r, err := t.Operations(ctx)
	switch {
	case err != nil:
		return err
	case !r.Success || c.json:
		return c.response("lambda.operations", r)
	}
	invoke.ShowOperations(c.screen(), all)
	return nil
}
