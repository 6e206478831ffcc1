package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup/stageview"
)

func (c *command) stages() *cobra.Command {
	return &cobra.Command{
		Use:   "stages",
		Short: "List your homes: the stages, with their addresses and skills",
		Long: `stages lists the stages, one a home: each is a file in ` + config.StagesDir + ` of the clone, or in
the folder that ` + project.EnvStages + ` names. A file that is broken is listed with its problem.`,
		Example: `  hearthgate stages
  ` + project.EnvStages + `=/home/me/homes hearthgate stages --json`,
		Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			folder, err := project.Stages()
			if err != nil {
				return err
			}
			list, err := stageview.NewList(folder)
			if err != nil {
				return err
			}
			c.show(list)
			return nil
		},
	}
}
