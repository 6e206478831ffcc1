package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this command, and where the clone and the stages are",
		Long: `version prints the tag or commit that this command was built from, the clone that it
works in, and the folder of the stages. The clone is the one that the working directory is
in, else that of ` + project.EnvClone + `, else the one that it was installed from. The folder of
the stages is that of ` + project.EnvStages + `, else ` + config.StagesDir + ` of the clone. The version of a deployed function is in ` + "`hearthgate status`" + `, on every line of its log and in the stack's tags.`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.show(project.ThisBuild(cmd.Context()))
			return nil
		},
	}
}
