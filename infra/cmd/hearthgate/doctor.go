package main

import (
	"context"
	"os"
	"path/filepath"

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
		Short: "Say what is wrong, and what to do about it",
		Long: `doctor looks at the AWS account and has the deployed function go the way to your
home step by step, the real way out: settings, name, connection, certificate, token,
Smart Home endpoint, devices. It stops at the first failure that makes the rest
meaningless. With --here it goes the way from this machine too; with
` + config.EnvURL + ` and ` + config.EnvToken + ` set only that, without AWS.

The exit code says what is wrong: 2 the AWS account or nothing is deployed, 3 what is
deployed, 4 the function's settings, 5 the way to the home, 6 the home refuses, 7 Home
Assistant itself.`,
		Example: `  hearthgate doctor --stage prod
  hearthgate doctor --stage prod --here --json`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var steps []doctor.Step
			var err error
			if c.getenv(config.EnvURL) != "" && !cmd.Flags().Changed("stage") {
				steps, err = c.fromHere(cmd.Context(), "")
			} else {
				steps, err = c.examine(cmd.Context(), stage, here)
			}
			if err != nil {
				return err
			}
			if c.json {
				c.print(map[string]any{"ok": doctor.Verdict(steps) == doctor.Well, "class": doctor.Verdict(steps), "steps": steps})
			} else {
				doctor.Show(c.screen(), steps)
			}
			if class := doctor.Verdict(steps); class != doctor.Well {
				return exit(class)
			}
			return nil
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&here, "here", false, "go the way from this machine too, with the stage's settings")
	return cmd
}

// examine looks at a stage from outside to inside.
func (c *command) examine(ctx context.Context, name string, here bool) ([]doctor.Step, error) {
	stage, err := c.load(name)
	if err != nil {
		return nil, err
	}
	patient := &doctor.Patient{Stage: stage, Build: c.built}
	steps := patient.Admit(ctx)
	if doctor.Verdict(steps) != doctor.Well {
		return steps, nil
	}
	steps = append(steps, patient.Examine(ctx)...)
	c.progress("having the deployed function go the way to the home")
	steps = append(steps, doctor.Way(ctx, invoke.Deployed(patient.Account, config.FunctionName(name), config.Alias), "inside")...)
	if here {
		own, err := c.fromHere(ctx, name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, own...)
	}
	return steps, nil
}

// built returns the hash of the program that this clone would deploy.
func (c *command) built(ctx context.Context) (string, error) {
	root, err := project.Root()
	if err != nil {
		return "", err
	}
	c.progress("building the function, to compare it with the deployed one")
	dir, err := os.MkdirTemp("", "hearthgate-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "bootstrap")
	if err := project.Deployed(ctx, root, program); err != nil {
		return "", err
	}
	return project.Hash(program)
}

// fromHere goes the way from this machine.
func (c *command) fromHere(ctx context.Context, stage string) ([]doctor.Step, error) {
	root, err := project.Root()
	if err != nil {
		return nil, err
	}
	env, err := c.environment(ctx, stage)
	if err != nil {
		return nil, err
	}
	c.progress("going the way from this machine")
	t, err := invoke.Local(ctx, root, env)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return doctor.Way(ctx, t, "here"), nil
}
