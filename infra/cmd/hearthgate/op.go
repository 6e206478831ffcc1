package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

func (c *command) op() *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:   "op [NAME [JSON]]",
		Short: "Run an operation of the function by its name; without one, list them",
		Long: `op runs an operation of one of the function's ten gateways and prints the
standard response. Without a name it lists the operations.

It starts the function on this machine, with the Home Assistant of the
environment or a demo home; --stage or --function name a deployed one.`,
		Example: `  hearthgate op
  hearthgate op lambda.status --stage prod
  hearthgate op utility.generate_correlation_id
  hearthgate op cache.set '{"key": "a", "value": 1}' --json`,
		Args: takes(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := c.open(cmd.Context(), w)
			if err != nil {
				return err
			}
			defer t.Close()
			if len(args) == 0 {
				return c.operations(cmd.Context(), t)
			}
			var input json.RawMessage
			if len(args) == 2 {
				if input = json.RawMessage(args[1]); !json.Valid(input) {
					return fmt.Errorf("the input is not JSON: write it in quotation marks, as in '{\"key\": \"a\"}'")
				}
			}
			r, err := t.Operate(cmd.Context(), args[0], input)
			if err != nil {
				return err
			}
			return c.response(args[0], r)
		},
	}
	w.flags(cmd)
	return cmd
}

// response prints what an operation answered.
func (c *command) response(name string, r invoke.Response) error {
	s := c.screen()
	switch {
	case c.json:
		c.print(r)
	case r.Success:
		data, err := json.MarshalIndent(r.Data, "", "  ")
		if err != nil {
			return err
		}
		s.Printf("%s\n%s\n", data, s.Dim(fmt.Sprintf("%s: %s, %.2f ms, %s", name, r.Message, r.Duration, r.CorrelationID)))
	default:
		s.Printf("%s\n", s.Bad(strings.TrimPrefix(r.Message, "lambda.process: ")))
	}
	if !r.Success {
		return exit(1)
	}
	return nil
}

// An operation is one that the function has.
type operation struct {
	Name    string `json:"name"` // what op takes, "cache.get"
	Gateway string `json:"gateway"`
	Doc     string `json:"doc"`
	Input   []struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Doc  string `json:"doc"`
	} `json:"input"`
	ByName bool `json:"by_name"`
}

// operations lists what can be run by name.
func (c *command) operations(ctx context.Context, t *invoke.Target) error {
	r, err := t.Operate(ctx, "lambda.operations", nil)
	if err != nil {
		return err
	}
	if !r.Success || c.json {
		return c.response("lambda.operations", r)
	}
	var all []operation
	if err := json.Unmarshal(r.Data, &all); err != nil {
		return fmt.Errorf("%s does not list its operations as this version of hearthgate does: deploy it again", t.Where)
	}
	s, gateway := c.screen(), ""
	for _, o := range all {
		if !o.ByName {
			continue
		}
		if o.Gateway != gateway {
			gateway = o.Gateway
			s.Printf("\n%s\n", s.Bold(gateway))
		}
		s.Printf("  %-36s %s\n", o.Name, o.Doc)
		for _, in := range o.Input {
			s.Printf("  %-36s %s\n", "", s.Dim(strings.TrimSpace(fmt.Sprintf("%s (%s)  %s", in.Name, in.Type, in.Doc))))
		}
	}
	return nil
}
