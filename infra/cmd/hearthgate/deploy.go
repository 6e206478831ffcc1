package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// deployFlags are the flags of the command.
type deployFlags struct {
	homes                   homeFlags
	bootstrap, dry, verbose bool
	canary                  time.Duration // how long the first home is watched; 0: it is not
}

func (c *command) deploy() *cobra.Command {
	var f deployFlags
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
  hearthgate deploy --verbose                   with every line of the CDK
  hearthgate deploy --all --canary              one home, and after ten minutes the others`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			stages, many, err := f.homes.stages(cmd)
			switch {
			case err != nil:
				return err
			case many:
				return c.deployMany(cmd.Context(), stages, f)
			case f.canary > 0:
				return errors.New("--canary deploys one home first, and then the others: use it with --all, or name several stages")
			}
			d, err := c.target(cmd.Context(), stages[0], f)
			switch {
			case err != nil:
				return c.short(err)
			case f.dry:
				c.progress("building the function and comparing the stack with the deployed one")
				return deploy.DryRun(cmd.Context(), d.cdk, d.stage)
			}
			return c.rollOut(cmd.Context(), d.cdk, d.stage, d.account)
		},
	}
	f.homes.add(cmd, "dev", "all stages, one after the other, up to the first that fails")
	cmd.Flags().BoolVar(&f.bootstrap, "bootstrap", false, "prepare the account for the CDK if it is not prepared")
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "show what the CDK writes, resource by resource")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "only show what would change")
	cmd.Flags().DurationVar(&f.canary, "canary", 0, "deploy the first of several homes, watch it for this long, such as 10m, and only then deploy the others")
	cmd.Flags().Lookup("canary").NoOptDefVal = "10m"
	return cmd
}

// A deployTarget is a stage that is to be deployed, once everything is in place for it.
type deployTarget struct {
	stage   config.Stage
	cdk     deploy.CDK
	account *awsaccount.Account
}

// target returns the stage and checks what its deployment needs.
func (c *command) target(ctx context.Context, name string, f deployFlags) (d deployTarget, err error) {
	if d.stage, err = project.Stage(name); err != nil {
		return d, err
	}
	root, err := project.Root()
	if err != nil {
		return d, err
	}
	d.cdk = deploy.ForStage(root, d.stage, c.errScreen())
	d.cdk.Verbose = f.verbose
	d.account, err = c.prepare(ctx, d.cdk, d.stage, f.bootstrap)
	return d, err
}

// short returns an error without the checks that failed, which a person has just seen.
func (c *command) short(err error) error {
	if missing, ok := errors.AsType[*deploy.NotReadyError](err); ok && !c.json {
		return missing.Short()
	}
	return err
}

// prepare checks what a deployment needs. It asks before it prepares the account for
// the CDK, unless that was asked for.
func (c *command) prepare(ctx context.Context, cdk deploy.CDK, s config.Stage, bootstrap bool) (*awsaccount.Account, error) {
	out, prompt := c.errScreen(), c.prompt()
	return deploy.Prepare(ctx, cdk, s, out, func(problem string) bool {
		if bootstrap || c.json || !prompt.Interactive() {
			return bootstrap
		}
		out.Printf("%s\n", problem)
		return prompt.Confirm(ctx, "Prepare it now?") == nil
	})
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
