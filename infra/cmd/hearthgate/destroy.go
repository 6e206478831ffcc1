package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) destroy() *cobra.Command {
	var stage string
	var yes, verbose bool
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Delete the stack of a stage, and its secrets",
		Long: `destroy deletes what deploy has created, and the parameters with the stage's secrets: the
token, the secret headers and the login at Amazon. To delete the skill too, run
` + "`hearthgate skill delete`" + ` before it. The bootstrap stack of the CDK stays, because other
stacks may use it. A production stage is guarded: remove "production" from its file and
deploy first.`,
		Example: `  hearthgate destroy --stage dev`,
		Args:    takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, account, err := c.deployed(ctx, stage)
			if err != nil {
				return err
			}
			if err := deploy.Destroyable(s); err != nil {
				return err
			}
			root, err := project.Root()
			if err != nil {
				return err
			}
			if !yes {
				question := fmt.Sprintf("Delete the stack %s and its secrets in account %s, %s?", config.StackName(s.Name), account.ID, account.Region)
				if err := c.prompt().Confirm(ctx, question); err != nil {
					return err
				}
			}
			cdk := deploy.ForStage(root, s, c.errScreen())
			cdk.Verbose = verbose
			removed, err := deploy.Destroy(ctx, cdk, s, account, c.errScreen())
			if err != nil {
				return err
			}
			c.show(removed)
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "show what the CDK writes, resource by resource")
	return cmd
}
