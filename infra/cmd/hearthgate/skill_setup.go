package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

func (c *command) skillCreate() *cobra.Command {
	var f skillFlags
	var kind, name string
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create the skills at Amazon, and write their ids into the stage",
		Long: `create creates the stage's skills in the Amazon account of the login, and writes their
ids into the stage's file. It creates nothing twice: a skill that an earlier run left
behind is found. Deploy the stage afterwards, which lets the skills invoke the function.`,
		Example: `  hearthgate skill create
  hearthgate skill create --stage prod --kind both --name "Lake House"`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			kinds, err := skillsetup.Kinds(kind)
			if err != nil {
				return err
			}
			return c.setUp(cmd, f, func(ctx context.Context, s *skillsetup.Setup) (shown, error) {
				return s.Create(ctx, kinds, name)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&kind, "kind", "smart-home", "smart-home, custom (for sentences of your own) or both")
	cmd.Flags().StringVar(&name, "name", "", "of the skill in the Alexa app (default: one with the stage's name)")
	return cmd
}

func (c *command) skillLink() *cobra.Command {
	var f skillFlags
	var o skillsetup.LinkOptions
	cmd := &cobra.Command{
		Use:   "link",
		Short: "Set endpoint, account linking, permission and interaction model of the skills",
		Long: `link compares the skills as Amazon has them with what the stage needs, shows what
differs, and after a yes changes only that: the endpoint in the one region where Alexa
looks for it, account linking, the permission to send events, and the interaction model
of the custom skill, in which intents of your own stay. Run it again at any time.`,
		Example: `  hearthgate skill link
  hearthgate skill link --stage prod --yes
  hearthgate skill link --invocation "good spirit"`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.setUp(cmd, f, func(ctx context.Context, s *skillsetup.Setup) (shown, error) {
				return s.Link(ctx, o)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&f.yes, "yes", false, "change it without asking")
	cmd.Flags().BoolVar(&o.Again, "again", false, "write the account linking again, with its secret, which Amazon does not show")
	cmd.Flags().StringVar(&o.Invocation, "invocation", "", "by which you open the custom skill, two words (default: that which it has, or one in the locale's language)")
	return cmd
}

func (c *command) skillStatus() *cobra.Command {
	var homes homeFlags
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Compare the skills as Amazon has them with the stage",
		Long: `status shows what Amazon has of the stage's skills, and names each field that differs
from what the stage needs. It changes nothing. The exit code is 3 if a field differs.`,
		Example: `  hearthgate skill status
  hearthgate skill status --stage prod --json`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), wait)
			defer cancel()
			folder, err := project.Stages()
			if err != nil {
				return err
			}
			stages, many, err := homes.stages(cmd)
			if err != nil {
				return err
			}
			return forHomes(ctx, c, "asking Amazon about", stages, many, func(ctx context.Context, name string) (skillsetup.Status, error) {
				s, account, err := c.deployed(ctx, name)
				if err != nil {
					return skillsetup.Status{}, err
				}
				return (&skillsetup.Setup{Stages: folder, Stage: s, Account: account, Out: c.errScreen(), Prompt: c.prompt()}).Status(ctx)
			})
		},
	}
	homes.add(cmd, "dev", inLines)
	cmd.Flags().DurationVar(&wait, "wait", 10*time.Minute, "how long to wait for Amazon in all")
	return cmd
}

func (c *command) skillEvents() *cobra.Command {
	var f skillFlags
	var show bool
	var file string
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Show what to add to Home Assistant so that Alexa sees changes at once",
		Long: `events shows the lines for Home Assistant's configuration.yaml with which it sends events
to Alexa, such as that a light was switched at the wall. The client secret is shown only
with --show-secret; --secrets-file writes the lines for secrets.yaml into a new file that
only you can read.`,
		Example: `  hearthgate skill events
  hearthgate skill events --stage prod --secrets-file alexa-secrets.yaml`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.setUp(cmd, f, func(ctx context.Context, s *skillsetup.Setup) (shown, error) {
				return s.Events(ctx, show, file)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&show, "show-secret", false, "show the client secret")
	cmd.Flags().StringVar(&file, "secrets-file", "", "write the lines for secrets.yaml to this new `file`")
	return cmd
}

func (c *command) skillDelete() *cobra.Command {
	var f skillFlags
	var kind string
	var logout bool
	cmd := &cobra.Command{
		Use:   "delete",
		Short: "Delete the skills at Amazon, and take their ids out of the stage",
		Long: `delete deletes the stage's skills at Amazon after a yes, and takes their ids out of the
stage's file. The login stays for another skill, unless --logout deletes it too.`,
		Example: `  hearthgate skill delete
  hearthgate skill delete --stage prod --kind custom
  hearthgate skill delete --logout --yes`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			kinds, err := skillsetup.Kinds(kind)
			if err != nil {
				return err
			}
			return c.setUp(cmd, f, func(ctx context.Context, s *skillsetup.Setup) (shown, error) {
				return s.Delete(ctx, kinds, logout)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&kind, "kind", "both", "smart-home, custom or both")
	cmd.Flags().BoolVar(&logout, "logout", false, "delete the login too")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "delete without asking")
	return cmd
}
