package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func (c *command) skill() *cobra.Command {
	var stage, locale, name string
	cmd := &cobra.Command{
		Use:   "skill",
		Short: "Print the interaction model of the custom skill",
		Long: `skill prints what the Alexa developer console must know of the custom skill, by
which you talk to your house in sentences of your own: its name, and how sentences
begin. Paste it into the console under Build, Custom, Interaction Model, JSON Editor.

It replaces the model that is there. Intents of your own, which Home Assistant's
intent_script answers, are added to it afterwards.`,
		Example: `  hearthgate skill > model.json
  hearthgate skill --stage prod --name "good spirit"
  hearthgate skill --locale es-US               another locale of the same skill`,
		Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if locale == "" {
				s, err := c.load(stage)
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
			out := ui.New(c.err, c.getenv)
			out.Printf("%s\n", out.Dim("For "+locale+". Paste it into the console: Build, Custom, Interaction Model, JSON Editor; then Save and Build."))
			out.Printf("%s\n", out.Dim("The skill is called \""+m.Interaction.Language.InvocationName+"\": open it by that name."))
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().StringVar(&locale, "locale", "", "of the skill (default: the stage's)")
	cmd.Flags().StringVar(&name, "name", "", "by which you call the skill, two words (default: one in the locale's language)")
	return cmd
}
