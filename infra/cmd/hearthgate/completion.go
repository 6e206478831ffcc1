package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/ui/completion"
)

// addCompletion adds to cobra's command completion, which prints the script of a shell,
// what `make install` and `make uninstall` run.
func (c *command) addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	of, _, err := root.Find([]string{"completion"})
	if err != nil {
		panic(err) // the command exists: it was added above
	}
	install := &cobra.Command{
		Use:   "install",
		Short: "Install the completions of your shells, where they find them",
		Long: `install writes the completion of each of the shells bash, zsh and fish that this machine
has, into a folder of yours in which the shell looks for it. Run it again after an update.`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			installed, err := completion.Install(cmd.Context(), c.getenv, func(shell string, to io.Writer) error { return generate(root, shell, to) })
			if err != nil {
				return fmt.Errorf("the completions cannot be made: %w", err)
			}
			c.show(installed)
			return nil
		},
	}
	uninstall := &cobra.Command{
		Use:   "uninstall",
		Short: "Delete the completions that install has written",
		Args:  takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.show(completion.Uninstall(cmd.Context(), c.getenv))
			return nil
		},
	}
	of.AddCommand(install, uninstall)
}

// generate writes the completion script of a shell.
func generate(root *cobra.Command, shell string, to io.Writer) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(to, true)
	case "zsh":
		return root.GenZshCompletion(to)
	}
	return root.GenFishCompletion(to, true)
}
