package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this command",
		Long: `version prints the tag or commit that this command was built from. The version of a
deployed function is in ` + "`hearthgate status`" + `, on every line of its log and in the stack's tags.`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.show(project.ThisBuild(cmd.Context()))
			return nil
		},
	}
}
