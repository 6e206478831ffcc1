package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/screen"
)

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "hearthgate",
		Short: "Alexa answered by your own Home Assistant",
		Long: `hearthgate answers Alexa with your own Home Assistant, through a Lambda
function in your own AWS account.`,
		Example: `  hearthgate demo            see it work on this machine
  hearthgate status --stage prod
  hearthgate completion bash > /etc/bash_completion.d/hearthgate`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print JSON for programs")
	root.AddCommand(c.demo(), c.init(), c.token(), c.headers(), c.skill(), c.deploy(), c.destroy(), c.invoke(), c.replay(), c.op(), c.status(), c.doctor(), c.logs(), c.cost())
	return root
}

// print writes v as JSON for a program.
func (c *command) print(v any) {
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		fmt.Fprintln(c.err, "the result cannot be written:", err)
	}
}

// progress tells, on standard error, what takes a while.
func (c *command) progress(text string) {
	s := screen.New(c.err, c.getenv)
	s.Printf("%s\n", s.Dim(text+" ..."))
}

func (c *command) screen() *screen.Screen { return screen.New(c.out, c.getenv) }
