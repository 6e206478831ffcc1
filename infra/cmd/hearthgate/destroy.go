package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func (c *command) destroy() *cobra.Command {
	var stage string
	var yes bool
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Delete the stack of a stage, and its secrets",
		Long: `destroy deletes what deploy has made, and the parameters of the token and of secret
headers. The bootstrap stack
of the CDK stays, since others may use it. A production stage is guarded: take
"production" out of its file and deploy first.`,
		Example: `  hearthgate destroy --stage dev`,
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, account, err := c.deployed(cmd.Context(), stage)
			if err != nil {
				return err
			}
			if s.Production {
				return fmt.Errorf("the stage %s is a production stage, which is guarded against deletion: write \"production\": false into its file, deploy it, and destroy it then", stage)
			}
			root, err := project.Root()
			if err != nil {
				return err
			}
			o := setup.Options{Out: ui.New(c.err, c.getenv)}
			if c.interactive() {
				o.In = c.input(cmd.Context())
			}
			question := fmt.Sprintf("Delete the stack %s and its secrets in account %s, %s?", config.StackName(s.Name), account.ID, account.Region)
			if err := c.confirm(o, yes, question); err != nil {
				return err
			}
			cdk := c.cdk(root, s)
			if err := cdk.Ready(cmd.Context()); err != nil {
				return err
			}
			if err := cdk.Run(cmd.Context(), "destroy", config.StackName(s.Name), "--force"); err != nil {
				return err
			}
			gone, err := account.DeleteParameter(cmd.Context(), s.TokenParameterName())
			if err != nil {
				return err
			}
			headersGone, err := account.DeleteParameter(cmd.Context(), s.HeadersParameterName())
			if err != nil {
				return err
			}
			if c.json {
				c.print(map[string]any{"stack": config.StackName(s.Name), "token_deleted": gone, "headers_deleted": headersGone})
				return nil
			}
			c.screen().Printf("deleted %s; remember the skill in the Alexa developer console, and the token in Home Assistant\n", config.StackName(s.Name))
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}
