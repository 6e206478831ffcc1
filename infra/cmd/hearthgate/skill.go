package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

func (c *command) skill() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "skill",
		Short: "Create the Alexa skills, set them up, and compare them with the stage",
		Long: `skill sets up the Alexa side of a stage: log in once, create the skills, deploy, link.
Amazon now calls a Smart Home skill an add-on; its consoles still say skill.

Those who rather type find what to enter in the Alexa developer console with
hearthgate skill fields, and the interaction model with hearthgate skill model.`,
		Example: `  hearthgate skill login
  hearthgate skill create
  hearthgate deploy
  hearthgate skill link`,
		Args: known,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(c.skillLogin(), c.skillCreate(), c.skillLink(), c.skillStatus(), c.skillEvents(), c.skillFields(), c.skillModel(), c.skillDelete())
	return cmd
}

// skillFlags are the flags of the commands that talk to Amazon.
type skillFlags struct {
	stage string
	wait  time.Duration
	yes   bool
}

// add adds the flags to a command.
func (f *skillFlags) add(cmd *cobra.Command) {
	stageFlag(cmd, &f.stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().DurationVar(&f.wait, "wait", 10*time.Minute, "how long to wait for Amazon in all")
}

// setUp runs a step of setting up the skills of a stage, and shows its result.
func (c *command) setUp(cmd *cobra.Command, f skillFlags, step func(context.Context, *skillsetup.Setup) (shown, error)) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), f.wait)
	defer cancel()
	stages, err := project.Stages()
	if err != nil {
		return err
	}
	s, account, err := c.deployed(ctx, f.stage)
	if err != nil {
		return err
	}
	done, err := step(ctx, &skillsetup.Setup{Stages: stages, Stage: s, Account: account, Out: c.errScreen(), Prompt: c.prompt(), Yes: f.yes})
	if err != nil {
		return err
	}
	c.show(done)
	return nil
}
