package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/project/upgrade"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func (c *command) upgrade() *cobra.Command {
	u := upgrading{command: c}
	cmd := &cobra.Command{
		Use:   "upgrade",
		Short: "Update the clone, the command and your stages to the newest version",
		Long: `upgrade fetches what the remote of this clone has, shows what is new, and asks. Then it
moves the branch forward, builds and installs the command again, and deploys your stages:
all of them, or those of --stage. It never merges and never deletes: with changes or
commits of your own it says what to do first. Your files of stages stay as they are.

--check only shows what is new.`,
		Example: `  hearthgate upgrade --check
  hearthgate upgrade
  hearthgate upgrade --stage prod --yes`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return u.run(cmd.Context()) },
	}
	cmd.Flags().StringSliceVar(&u.stages, "stage", nil, "a `stage` to deploy; may be given more than once; default: all of them")
	cmd.Flags().BoolVar(&u.check, "check", false, "only show what is new")
	cmd.Flags().BoolVar(&u.yes, "yes", false, "do not ask")
	return cmd
}

// upgrading is one run of the command.
type upgrading struct {
	*command
	stages     []string
	check, yes bool

	root string
}

func (u *upgrading) run(ctx context.Context) (err error) {
	if u.root, err = project.Root(); err != nil {
		return err
	}
	u.progress("asking the remote of the clone what is new")
	plan, err := upgrade.Look(ctx, u.root)
	if err != nil {
		return err
	}
	u.show(plan)
	switch {
	case !plan.New() || u.check:
		return nil
	case !u.yes:
		if err := u.prompt().Confirm(ctx, "Update the clone?"); err != nil {
			return err
		}
	}
	if err := plan.Apply(ctx); err != nil {
		return err
	}
	if err := u.install(ctx, plan); err != nil {
		return err
	}
	return u.deployAll(ctx)
}

// install installs the command again.
func (u *upgrading) install(ctx context.Context, plan upgrade.Plan) error {
	out := u.errScreen()
	out.Printf("%s the clone: %s\n", out.Good("updated"), plan.To)
	program, err := upgrade.Running()
	if err != nil || !program.Installed() {
		return err
	}
	u.progress("building the command and installing it again")
	err = program.Install(ctx, u.root)
	if ctx.Err() != nil {
		return &ui.StoppedError{Left: "the clone is at " + plan.To + ", but the command and the stages are not: run `make install`, and `hearthgate deploy` for each stage"}
	}
	return err
}

// deployAll deploys the stages one after the other, each with its own words. One that
// fails does not prevent the next.
func (u *upgrading) deployAll(ctx context.Context) error {
	stages := u.stages
	if len(stages) == 0 {
		stages = project.StageNames()
	}
	if len(stages) == 0 {
		return nil
	}
	names := strings.Join(stages, ", ")
	later := "deploy them later with `hearthgate deploy --stage " + stages[0] + "` and so on"
	if len(stages) == 1 {
		later = "deploy it later with `hearthgate deploy --stage " + names + "`"
	}
	if !u.yes {
		if err := u.prompt().Confirm(ctx, "Deploy "+names+"?"); err != nil {
			if ctx.Err() != nil {
				return &ui.StoppedError{Left: "the clone and the command are updated; " + later}
			}
			u.errScreen().Printf("%s: not deployed; %s\n", names, later)
			return nil
		}
	}
	program, err := upgrade.Running()
	if err != nil {
		return err
	}
	var failed []string
	for i, stage := range stages {
		u.errScreen().Printf("%s\n", u.errScreen().Bold(stage))
		if err := program.Run(u.root, u.deployment(stage), u.in, u.out, u.err); err != nil {
			failed = append(failed, stage)
		}
		if ctx.Err() != nil {
			return &ui.StoppedError{Left: "the clone and the command are updated; not deployed: " + strings.Join(append(failed, stages[i+1:]...), ", ")}
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("the clone and the command are updated, but not deployed: %s; what it said above names the cause", strings.Join(slices.Compact(failed), ", "))
	}
	return nil
}

// deployment returns the arguments that deploy a stage.
func (u *upgrading) deployment(stage string) []string {
	args := []string{"deploy", "--stage", stage}
	if u.json {
		args = append(args, "--json")
	}
	return args
}
