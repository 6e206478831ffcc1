package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
)

func (c *command) skill() *cobra.Command {
	var stage, locale, name string
	cmd := &cobra.Command{
		Use:   "skill",
		Short: "Print the interaction model of the custom skill",
		Long: `skill prints the interaction model of the custom skill, through which you talk to your
house in sentences of your own: the name of the skill, and how sentences begin. Paste
it into the Alexa developer console under Build, Custom, Interaction Model, JSON Editor.

It replaces the model in the console. Add intents of your own, which Home Assistant's
intent_script answers, afterwards.`,
		Example: `  hearthgate skill > model.json
  hearthgate skill --stage prod --name "good spirit"
  hearthgate skill --locale es-US               another locale of the same skill`,
		Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if locale == "" {
				s, err := project.Stage(stage)
				if err != nil {
					return err
				}
				locale = s.Locale
			}
			m, err := skill.NewModel(locale, name)
			if err != nil {
				return err
			}
			c.print(m)
			m.ShowNext(c.errScreen(), locale)
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().StringVar(&locale, "locale", "", "of the skill (default: the stage's)")
	cmd.Flags().StringVar(&name, "name", "", "by which you open the skill, two words (default: one in the locale's language)")
	return cmd
}
