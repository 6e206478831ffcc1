package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
)

func (c *command) history() *cobra.Command {
	var homes homeFlags
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Show what was deployed, when, and what it changed",
		Long: `history lists the deployments of the last ninety days, the latest first: when each began,
the version of the function that it published, what kinds of resources it changed, and why
it failed if it did, and who deployed, as the event history of CloudTrail has it, which lags
some minutes behind: the name in AWS, or on the machine that ran the CDK. A rollback moves only the alias, and is no deployment; the
version that is in use is marked.`,
		Example: `  hearthgate history --stage prod
  hearthgate history --all`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			stages, many, err := homes.stages(cmd)
			if err != nil {
				return err
			}
			return forHomes(cmd.Context(), c, "asking", stages, many, func(ctx context.Context, name string) (deploy.History, error) {
				s, account, err := c.deployed(ctx, name)
				if err != nil {
					return deploy.History{}, err
				}
				return deploy.ReadHistory(ctx, s, account)
			})
		},
	}
	homes.add(cmd, "dev", inLines)
	return cmd
}
