package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/logview"
)

func (c *command) invoke() *cobra.Command {
	var w where
	var endpoint string
	var list strings.Builder
	for _, s := range invoke.Samples() {
		fmt.Fprintf(&list, "  %-16s %s\n", s.Name, s.Doc)
	}
	cmd := &cobra.Command{
		Use:   "invoke FILE|NAME",
		Short: "Send the function a directive: a sample by its name, or a file",
		Long: `invoke sends a directive and prints the reply. The file - is standard input.
The samples:
` + list.String() + `
A token of a linked account is taken from ` + config.EnvToken + `. It starts the
function on this machine; --stage or --function name a deployed one. The exit code
is 1 if the reply is an error.`,
		Example: `  hearthgate invoke discover
  hearthgate invoke turn-on --endpoint light.kitchen --stage dev
  hearthgate invoke directive.json --local --stage dev`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			event, err := c.event(cmd.Context(), args[0], endpoint)
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
				return fmt.Errorf("the function failed instead of answering: %s", a.Error)
			}
			return c.reply(t.Where, a.Payload, float64(a.Took.Microseconds())/1000)
		},
		ValidArgs: invoke.SampleNames(),
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&endpoint, "endpoint", "", "the `device` that a sample is for, such as light.kitchen")
	return cmd
}

// event returns the event that an argument stands for.
func (c *command) event(ctx context.Context, arg, endpoint string) ([]byte, error) {
	if slices.Contains(invoke.SampleNames(), arg) {
		token := c.getenv(config.EnvToken)
		if token == "" {
			token = "no-token-of-a-linked-account"
		}
		return invoke.SampleEvent(arg, endpoint, token)
	}
	var b []byte
	var err error
	if arg == "-" {
		b, err = io.ReadAll(c.input(ctx))
	} else {
		b, err = os.ReadFile(arg)
	}
	switch {
	case os.IsNotExist(err):
		return nil, fmt.Errorf("%s is neither a file nor a sample: the samples are %s", arg, strings.Join(invoke.SampleNames(), ", "))
	case err != nil:
		return nil, fmt.Errorf("the event cannot be read: %w", err)
	case endpoint != "":
		return nil, fmt.Errorf("--endpoint is for samples: %s says itself which device it is for", arg)
	case !json.Valid(b):
		return nil, fmt.Errorf("%s is not JSON, and a directive is", arg)
	}
	return b, nil
}

// reply prints a reply without the tokens that Home Assistant mirrors, and fails
// if it is an error.
func (c *command) reply(from string, raw []byte, took float64) error {
	shown := logview.Redact(raw)
	if c.json {
		c.print(map[string]any{"reply": shown, "took_ms": took, "from": from})
	} else {
		s := c.screen()
		text, err := json.MarshalIndent(shown, "", "  ")
		if err != nil {
			return err
		}
		s.Printf("%s\n%s\n", text, s.Dim(fmt.Sprintf("from %s in %.1f ms", from, took)))
	}
	if isError(raw) {
		return exit(1)
	}
	return nil
}

// isError reports whether a reply says that the directive failed.
func isError(raw []byte) bool {
	var r struct {
		Event struct {
			Header struct {
				Name string `json:"name"`
			} `json:"header"`
		} `json:"event"`
	}
	return json.Unmarshal(raw, &r) != nil || r.Event.Header.Name == "" || r.Event.Header.Name == "ErrorResponse"
}
