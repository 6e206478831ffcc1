package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

func (c *command) init() *cobra.Command {
	var stage, connection, account, profile, conversation, clientID string
	var production, secretHeaders, skip, yes, fresh bool
	answers := map[string]*string{} // by flag
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Describe your home: write the file of a stage",
		Long: `init asks for what a stage must know, checks each answer, and writes
` + config.StagesDir + `/STAGE.json, or STAGE.json in the folder of ` + project.EnvStages + `. It does not ask for what a flag gives, and without a
terminal it asks for nothing. If the file exists it shows what would change, and
changes it only after you say yes.

Press Enter to keep what stands in brackets; - empties what need not be there. Every
answer is kept until the file is written: when init ends early, the next one goes on
with them.`,
		Example: `  hearthgate init
  hearthgate init --stage prod --production --account 111122223333
  hearthgate init --locale de-DE --url https://home.example.com --yes`,
		Args: takes(0, 0),
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, which is the file's name")
	for _, q := range setup.Questions() {
		answers[q.Flag] = cmd.Flags().String(q.Flag, "", lowered(q.Text))
	}
	cmd.Flags().StringVar(&connection, "connection", "", "how directives get to the home, https or relay")
	cmd.Flags().StringVar(&account, "account", "", "AWS account, twelve digits (default: that of the credentials in use)")
	cmd.Flags().StringVar(&profile, "aws-profile", "", "AWS profile of this home (default: the credentials in use)")
	cmd.Flags().BoolVar(&production, "production", false, "guard the stack against deletion")
	cmd.Flags().BoolVar(&secretHeaders, "secret-headers", false, "send the home the headers that hearthgate headers has stored")
	cmd.Flags().StringVar(&conversation, "conversation", "", "allow or deny what is said to the custom skill where no rule of the policy decides")
	cmd.Flags().StringVar(&clientID, "login-with-amazon-client-id", "", "client id of the skill's account linking, whose tokens the allow-list accepts")
	cmd.Flags().BoolVar(&skip, "offline", false, "do not check that Home Assistant answers")
	cmd.Flags().BoolVar(&yes, "yes", false, "change the file without asking")
	cmd.Flags().BoolVar(&fresh, "fresh", false, "forget the answers of a run that ended early")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		stages, err := project.Stages()
		if err != nil {
			return err
		}
		o := setup.Options{Given: map[string]string{}, Out: c.errScreen(), Offline: skip, Yes: yes, Fresh: fresh}
		for _, q := range setup.Questions() {
			if cmd.Flags().Changed(q.Flag) {
				o.Given[q.Field] = *answers[q.Flag]
			}
		}
		o.Edit = func(s *config.Stage) {
			set(cmd, "connection", &s.Connection, config.Connection(connection))
			set(cmd, "account", &s.Account, account)
			set(cmd, "aws-profile", &s.AWSProfile, profile)
			set(cmd, "production", &s.Production, production)
			set(cmd, "secret-headers", &s.SecretHeaders, secretHeaders)
			set(cmd, "conversation", &s.Conversation, conversation)
			set(cmd, "login-with-amazon-client-id", &s.LoginWithAmazonClientID, clientID)
		}
		if p := c.prompt(); p.Interactive() && !c.json {
			o.Prompt = p
		}
		d, err := setup.Describe(cmd.Context(), stages, stage, o)
		if err != nil {
			return err
		}
		c.show(d)
		return nil
	}
	return cmd
}

// lowered returns a text as it stands in the middle of a sentence.
func lowered(text string) string { return strings.ToLower(text[:1]) + text[1:] }

// set sets a field to the value of a flag if the flag was given.
func set[T any](cmd *cobra.Command, flag string, field *T, value T) {
	if cmd.Flags().Changed(flag) {
		*field = value
	}
}
