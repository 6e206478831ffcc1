package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/setup/up"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

func (c *command) up() *cobra.Command {
	var stage string
	var noBrowser bool
	var o up.Options
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Set everything up, from your home's address to a skill that answers",
		Long: `up goes the whole way in one command: it asks what it must know, stores the token,
creates the skill, deploys the function into your AWS account, tests it, and connects the
two. It ends with what only you can do, in the Alexa app.

Stop it whenever you like. Run it again, and it continues where it ended; what is there
already stays as it is and is not asked for again. Its steps are commands of their own,
too: init, token, headers, skill and deploy.`,
		Example: `  hearthgate up
  hearthgate up --stage cottage
  hearthgate up --locale de-DE --url https://home.example.com --skills-by hand`,
		Args: takes(0, 0),
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	answers := map[string]*string{} // by flag
	questions := append(setup.Questions(), setup.ConnectionQuestion, up.KindQuestion, up.ByQuestion)
	for _, q := range questions {
		answers[q.Flag] = cmd.Flags().String(q.Flag, "", strings.ToLower(q.Text[:1])+q.Text[1:])
	}
	cmd.Flags().BoolVar(&o.Fresh, "fresh", false, "forget the answers of a run that ended early")
	cmd.Flags().BoolVar(&o.Yes, "yes", false, "prepare the account and change skills without asking")
	cmd.Flags().IntVar(&o.Login.Port, "port", skillsetup.DefaultPort, "`port` of this machine to which the browser comes back")
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "show the address for your consent, and do not open the browser")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		root, err := project.Root()
		if err != nil {
			return err
		}
		if o.Stages, err = project.Stages(); err != nil {
			return err
		}
		o.Root, o.Stage, o.Out, o.Log, o.Given = root, stage, c.errScreen(), c.errScreen(), map[string]string{}
		for _, q := range questions {
			if cmd.Flags().Changed(q.Flag) {
				o.Given[q.Field] = *answers[q.Flag]
			}
		}
		if p := c.prompt(); p.Interactive() && !c.json {
			o.Prompt = p
		}
		if !noBrowser {
			o.Login.Open = skillsetup.Browser(c.getenv)
		}
		report, err := up.Run(cmd.Context(), o)
		if err != nil {
			return err
		}
		c.show(report)
		return nil
	}
	return cmd
}
