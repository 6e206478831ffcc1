package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) deploy() *cobra.Command {
	var stage string
	var bootstrap, dry, verbose bool
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "Deploy a stage into your AWS account and check that it answers",
		Long: `deploy checks that everything that a deployment needs is in place, builds the
function, shows what changes, deploys the stack, sends a directive through it, and
prints what to type into the Alexa developer console if that is new. A stack that is up
to date is only tested.

CloudFormation goes on when deploy is stopped with Ctrl-C. The next deploy waits for it,
and mends what a failed deployment has left.`,
		Example: `  hearthgate deploy
  hearthgate deploy --stage prod --dry-run      every change in detail, and nothing is deployed
  hearthgate deploy --bootstrap                 the first time in an account and region
  hearthgate deploy --verbose                   with every line of the CDK`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := project.Stage(stage)
			if err != nil {
				return err
			}
			root, err := project.Root()
			if err != nil {
				return err
			}
			cdk := deploy.ForStage(root, s, c.err)
			cdk.Verbose = verbose
			account, err := c.prepare(cmd.Context(), cdk, s, bootstrap)
			if err != nil {
				return err
			}
			if dry {
				c.progress("building the function and comparing the stack with the deployed one")
				return deploy.DryRun(cmd.Context(), cdk, s)
			}
			return c.rollOut(cmd.Context(), cdk, s, account)
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&bootstrap, "bootstrap", false, "prepare the account for the CDK if it is not prepared")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "show what the CDK writes, resource by resource")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only show what would change")
	return cmd
}

// prepare checks what a deployment needs. It asks before it prepares the account for
// the CDK, unless that was asked for.
func (c *command) prepare(ctx context.Context, cdk deploy.CDK, s config.Stage, bootstrap bool) (*awsaccount.Account, error) {
	out, prompt := c.errScreen(), c.prompt()
	account, err := deploy.Prepare(ctx, cdk, s, out, func(problem string) bool {
		if bootstrap || c.json || !prompt.Interactive() {
			return bootstrap
		}
		out.Printf("%s\n", problem)
		return prompt.Confirm(ctx, "Prepare it now?") == nil
	})
	if missing, ok := errors.AsType[*deploy.NotReadyError](err); ok && !c.json {
		err = missing.Short()
	}
	return account, err
}

// rollOut deploys the stack and prints what came of it.
func (c *command) rollOut(ctx context.Context, cdk deploy.CDK, s config.Stage, a *awsaccount.Account) error {
	r, err := deploy.RollOut(ctx, cdk, s, a, c.errScreen())
	if err != nil {
		return err
	}
	c.show(r)
	return c.shown(r.Err())
}
