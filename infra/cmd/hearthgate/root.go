package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
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

		// Without these two cobra has a say in what is no command.
		Args: known,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		DisableFlagsInUseLine:      true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(misused)
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print JSON for programs")
	cobra.EnableCommandSorting = false // in the order of their use
	group := func(id, title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: id, Title: title})
		for _, cmd := range commands {
			cmd.GroupID = id
			root.AddCommand(cmd)
		}
	}
	group("start", "Start, and take away again:", c.demo(), c.init(), c.token(), c.headers(), c.skill(), c.deploy(), c.destroy())
	group("watch", "Watch:", c.status(), c.logs(), c.cost())
	group("mend", "Mend:", c.doctor(), c.replay())
	group("develop", "Develop:", c.invoke(), c.op())
	root.SetHelpCommandGroupID("develop")
	root.SetCompletionCommandGroupID("develop")
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
	s := ui.New(c.err, c.getenv)
	s.Printf("%s\n", s.Dim(text+" ..."))
}

func (c *command) screen() *ui.Screen { return ui.New(c.out, c.getenv) }
