package main

import (
	"context"
	"errors"
	"sync"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/doctor"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// A doctorRun is one run of the command.
type doctorRun struct {
	*command
	homes homeFlags
	here  bool
	quiet bool // without progress of its own, because several homes are examined

	done func(doctor.Diagnosis) // gets the steps so far, after each part; default: nothing

	build sync.Once
	hash  string // of the program that this clone would deploy
	err   error  // of its build
}

func (c *command) doctor() *cobra.Command {
	r := &doctorRun{command: c, homes: homeFlags{names: project.HomeNames}}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Diagnose problems, and say what to do about them",
		Long: `doctor checks the AWS account and the stack, and has the deployed function check its
route to your home step by step: settings, name, connection, certificate, token, Smart Home
endpoint, devices and their names. With a login for skills it compares the skills at
Amazon with the stage. It stops at the first failure that makes the rest meaningless. With --here it checks the route from this machine too. With ` + config.EnvURL + `
and ` + config.EnvToken + ` set it checks only that, without AWS.

The exit code says where the problem is: 2 the AWS account, or nothing is deployed;
3 what is deployed; 4 the function's settings; 5 the route to the home; 6 the home
rejects the token; 7 Home Assistant itself. Of several homes it is that of the worst.`,
		Example: `  hearthgate doctor --stage prod
  hearthgate doctor --stage prod --here --json
  hearthgate doctor --all`,
		Args: takes(0, 0),
		RunE: r.run,
	}
	r.homes.add(cmd, "dev", inLines)
	cmd.Flags().BoolVar(&r.here, "here", false, "check the route from this machine too, with the stage's settings")
	return cmd
}

func (r *doctorRun) run(cmd *cobra.Command, _ []string) error {
	ctx := cmd.Context()
	if r.getenv(config.EnvURL) != "" && !cmd.Flags().Changed("stage") && !r.homes.all {
		d, err := r.diagnoseRoute(ctx, "")
		return r.conclude(d, err)
	}
	stages, many, err := r.homes.stages(cmd)
	switch {
	case err != nil:
		return err
	case many && r.here:
		return errors.New("--here checks the route to one home: name one stage")
	case many:
		r.quiet = true
		return sideBySide(ctx, r.command, "examining", stages, r.diagnose)
	}
	d, err := r.diagnose(ctx, stages[0])
	if err == nil && r.here && d.Class() != doctor.Account {
		var own doctor.Diagnosis
		own, err = r.diagnoseRoute(ctx, stages[0])
		d = append(d, own...)
	}
	return r.conclude(d, err)
}

// conclude shows a diagnosis and returns its exit code.
func (r *doctorRun) conclude(d doctor.Diagnosis, err error) error {
	if err != nil {
		return err
	}
	r.show(d)
	if class := d.Class(); class != doctor.Well {
		return exit(class)
	}
	return nil
}

// say announces work that takes a while, unless several homes are examined.
func (r *doctorRun) say(text string) {
	if !r.quiet {
		r.progress(text)
	}
}

// diagnose checks a deployed stage.
func (r *doctorRun) diagnose(ctx context.Context, name string) (doctor.Diagnosis, error) {
	stage, homes, err := project.Homes(name)
	if err != nil {
		return nil, err
	}
	target := &doctor.Target{Stage: stage, Homes: homes, Pool: &r.accounts, Version: r.cloneVersion(ctx), Build: r.built}
	part := func(d doctor.Diagnosis) doctor.Diagnosis {
		if r.done != nil {
			r.done(d)
		}
		return d
	}
	d := part(target.CheckAccount(ctx))
	if d.Class() != doctor.Well {
		return d, nil
	}
	d = part(append(d, target.CheckStack(ctx)...))
	d = part(append(d, target.CheckSkill(ctx)))
	r.say("having the deployed function check its route to the home")
	function := invoke.Deployed(target.Account, config.FunctionName(stage.Name), config.Alias)
	names := !r.quiet && !target.Silent // a Discover counts as a directive
	return part(append(d, r.checkRoutes(ctx, function, doctor.Inside, stage, homes, names)...)), nil
}

// checkRoutes has a function check the route to each of the homes of a stage, and, if names,
// the names of what it finds there.
func (r *doctorRun) checkRoutes(ctx context.Context, t *invoke.Target, place string, s config.Stage, homes []config.Stage, names bool) (d doctor.Diagnosis) {
	for _, at := range homes {
		d = append(d, doctor.Of(s, at, doctor.CheckRoute(ctx, t, place, at))...)
	}
	if d.Class() != doctor.Well || !names {
		return d
	}
	return append(d, doctor.CheckNames(ctx, t, place, r.linkedToken()))
}

// built returns the hash of the program that this clone would deploy. It is built once.
func (r *doctorRun) built(ctx context.Context) (string, error) {
	r.build.Do(func() {
		var root string
		if root, r.err = project.Root(); r.err == nil {
			r.say("building the function, to compare it with the deployed one")
			r.hash, r.err = project.DeployedHash(ctx, root)
		}
	})
	return r.hash, r.err
}

// diagnoseRoute checks the route from this machine.
func (r *doctorRun) diagnoseRoute(ctx context.Context, name string) (doctor.Diagnosis, error) {
	root, err := project.Root()
	if err != nil {
		return nil, err
	}
	s, homes := config.Stage{}, []config.Stage{{}}
	if name != "" {
		if s, homes, err = project.Homes(name); err != nil {
			return nil, err
		}
	}
	env, err := r.environment(ctx, s.Name)
	if err != nil {
		return nil, err
	}
	r.say("checking the route from this machine")
	t, err := invoke.Local(ctx, root, env)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return r.checkRoutes(ctx, t, doctor.Here, s, homes, true), nil
}
