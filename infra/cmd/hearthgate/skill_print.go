package main

import (
	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

func (c *command) skillModel() *cobra.Command {
	var stage, locale, name string
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Print the interaction model of the custom skill",
		Long: `model prints the interaction model of the custom skill, through which you talk to your
house in sentences of your own: the name of the skill, and how sentences begin. Paste
it into the Alexa developer console under Build, Custom, Interaction Model, JSON Editor.

It replaces the model in the console. Add intents of your own, which Home Assistant's
intent_script answers, afterwards. hearthgate skill link sets the model for you, and
leaves intents of your own in it.`,
		Example: `  hearthgate skill model > model.json
  hearthgate skill model --stage prod --name "good spirit"
  hearthgate skill model --locale es-US               another locale of the same skill`,
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

func (c *command) skillFields() *cobra.Command {
	var stage string
	cmd := &cobra.Command{
		Use:   "fields",
		Short: "Show what to type into the Alexa developer console",
		Long: `fields shows what to type into the Alexa developer console, page by page, for those who
set the skills up by hand. hearthgate skill link does the same for you.`,
		Example: `  hearthgate skill fields
  hearthgate skill fields --stage prod --json`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, account, err := c.deployed(cmd.Context(), stage)
			if err != nil {
				return err
			}
			arn := (&skillsetup.Setup{Stage: s, Account: account}).ARN()
			c.show(skill.NewConsole(s, arn))
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	return cmd
}
