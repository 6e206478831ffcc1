package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/doctor"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

func (c *command) doctor() *cobra.Command {
	var stage string
	var here bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Diagnose problems, and say what to do about them",
		Long: `doctor checks the AWS account, and has the deployed function check its route to your
home step by step: settings, name, connection, certificate, token, Smart Home endpoint,
devices. With a login for skills it compares the skills at Amazon too. It stops at the first failure that makes the rest meaningless. With --here it
checks the route from this machine too. With ` + config.EnvURL + ` and
` + config.EnvToken + ` set it checks only that, without AWS.

The exit code says where the problem is: 2 the AWS account, or nothing is deployed;
3 what is deployed; 4 the function's settings; 5 the route to the home; 6 the home
rejects the token; 7 Home Assistant itself.`,
		Example: `  hearthgate doctor --stage prod
  hearthgate doctor --stage prod --here --json`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var d doctor.Diagnosis
			var err error
			if c.getenv(config.EnvURL) != "" && !cmd.Flags().Changed("stage") {
				d, err = c.diagnoseRoute(cmd.Context(), "")
			} else {
				d, err = c.diagnose(cmd.Context(), stage, here)
			}
			if err != nil {
				return err
			}
			c.show(d)
			if class := d.Class(); class != doctor.Well {
				return exit(class)
			}
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&here, "here", false, "check the route from this machine too, with the stage's settings")
	return cmd
}

// diagnose checks a deployed stage, and the route from this machine too if here.
func (c *command) diagnose(ctx context.Context, name string, here bool) (doctor.Diagnosis, error) {
	stage, err := project.Stage(name)
	if err != nil {
		return nil, err
	}
	target := &doctor.Target{Stage: stage, Pool: &c.accounts, Build: c.built}
	d := target.CheckAccount(ctx)
	if d.Class() != doctor.Well {
		return d, nil
	}
	d = append(d, target.CheckStack(ctx)...)
	d = append(d, target.CheckSkill(ctx))
	c.progress("having the deployed function check its route to the home")
	d = append(d, doctor.CheckRoute(ctx, invoke.Deployed(target.Account, config.FunctionName(name), config.Alias), doctor.Inside)...)
	if !here {
		return d, nil
	}
	own, err := c.diagnoseRoute(ctx, name)
	return append(d, own...), err
}

// built returns the hash of the program that this clone would deploy.
func (c *command) built(ctx context.Context) (string, error) {
	root, err := project.Root()
	if err != nil {
		return "", err
	}
	c.progress("building the function, to compare it with the deployed one")
	return project.DeployedHash(ctx, root)
}

// diagnoseRoute checks the route from this machine.
func (c *command) diagnoseRoute(ctx context.Context, stage string) (doctor.Diagnosis, error) {
	root, err := project.Root()
	if err != nil {
		return nil, err
	}
	env, err := c.environment(ctx, stage)
	if err != nil {
		return nil, err
	}
	c.progress("checking the route from this machine")
	t, err := invoke.Local(ctx, root, env)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return doctor.CheckRoute(ctx, t, doctor.Here), nil
}
