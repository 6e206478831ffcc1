package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

func (c *command) deploy() *cobra.Command {
	var stage string
	var bootstrap, dry bool
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "Deploy a stage into your AWS account and see that it answers",
		Long: `deploy looks whether everything is there that a deployment needs, builds the
function, shows what would change, deploys the stack, sends a directive through it,
and says what to type into the Alexa developer console.`,
		Example: `  hearthgate deploy
  hearthgate deploy --stage prod --dry-run      all that would change, in detail
  hearthgate deploy --bootstrap                 the first time in an account and region`,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := c.load(stage)
			if err != nil {
				return err
			}
			root, err := project.Root()
			if err != nil {
				return err
			}
			cdk := c.cdk(root, s)
			account, err := c.preflight(cmd.Context(), cdk, s, bootstrap)
			if err != nil {
				return err
			}
			return c.rollOut(cmd.Context(), cdk, s, account, dry)
		},
	}
	stageFlag(cmd, &stage, "dev", "the `stage`, a file in "+config.StagesDir)
	cmd.Flags().BoolVar(&bootstrap, "bootstrap", false, "prepare the account for the CDK if it is not")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only look and show what would change")
	return cmd
}

// cdk returns the CDK CLI for a stage. A stack that is not bound to an account goes
// where the environment points.
func (c *command) cdk(root string, s config.Stage) deploy.CDK {
	return deploy.CDK{Root: root, Out: c.err, Env: []string{"AWS_REGION=" + s.Region, "AWS_DEFAULT_REGION=" + s.Region}}
}

// preflight tells what was found, and prepares the account if that is wanted.
func (c *command) preflight(ctx context.Context, cdk deploy.CDK, s config.Stage, bootstrap bool) (*awsaccount.Account, error) {
	if !cdk.Installed() {
		c.progress("installing the CDK into this clone")
	}
	if err := cdk.Ready(ctx); err != nil {
		return nil, err
	}
	out := ui.New(c.err, c.getenv)
	account, checks := deploy.Preflight(ctx, s)
	var problems []error
	for _, check := range checks {
		switch {
		case check.Name == "bootstrap" && check.Problem != "" && (bootstrap || c.offers(ctx, out, check.Problem)):
			if err := cdk.Bootstrap(ctx, account.ID, account.Region); err != nil {
				return nil, err
			}
		case check.Problem != "":
			out.Printf("%s %-12s %s\n", out.Bad("-"), check.Name, check.Problem)
			problems = append(problems, fmt.Errorf("%s: %s", check.Name, check.Problem))
		case check.Warning != "":
			out.Printf("%s %-12s %s\n", out.Bold("!"), check.Name, check.Warning)
		default:
			out.Printf("%s %-12s %s\n", out.Good("+"), check.Name, check.Found)
		}
	}
	switch {
	case len(problems) == 0:
		return account, nil
	case c.json:
		return nil, fmt.Errorf("%s cannot be deployed: %w", s.Name, errors.Join(problems...))
	}
	return nil, fmt.Errorf("%s cannot be deployed yet: what is missing is marked with - above", s.Name)
}

// offers asks whether the account is to be prepared now, if there is somebody to
// ask.
func (c *command) offers(ctx context.Context, out *ui.Screen, problem string) bool {
	if !c.interactive() || c.json {
		return false
	}
	out.Printf("! %-12s %s\n", "bootstrap", problem)
	o := setup.Options{In: c.input(ctx), Out: out}
	return c.confirm(o, false, "Prepare it now?") == nil
}

// rollOut deploys the stack and tries it.
func (c *command) rollOut(ctx context.Context, cdk deploy.CDK, s config.Stage, a *awsaccount.Account, dry bool) error {
	stack := config.StackName(s.Name)
	c.progress("building the function and looking what changes")
	if dry {
		return cdk.Run(ctx, "diff", stack)
	}
	diff, err := cdk.Diff(ctx, stack)
	if err != nil {
		return err
	}
	c.changed(diff.Short())
	c.progress("deploying " + stack + " into account " + a.ID + ", " + a.Region)
	if err := cdk.Run(ctx, "deploy", stack, "--app", deploy.Synthesized, "--require-approval", "never", "--progress", "events"); err != nil {
		return err
	}
	arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s:%s", a.Region, a.ID, config.FunctionName(s.Name), config.Alias)
	smoke := c.smoke(ctx, s, a)
	fields := skill.ConsoleFields(s, arn)
	if c.json {
		result := map[string]any{"stack": stack, "account": a.ID, "region": a.Region, "endpoint": arn, "console": fields, "answers": smoke == nil}
		if smoke != nil {
			result["problem"] = smoke.Error()
		}
		c.print(result)
	} else {
		c.showConsole(s, fields)
	}
	if smoke != nil {
		if !c.json {
			c.failed(fmt.Errorf("the stack is deployed, and %w; `hearthgate doctor --stage %s` says more", smoke, s.Name))
		}
		return exit(1)
	}
	return nil
}

func (c *command) changed(lines []string) {
	out := ui.New(c.err, c.getenv)
	if len(lines) == 0 {
		out.Printf("  nothing\n")
	}
	for _, line := range lines {
		out.Printf("  %s\n", line)
	}
}

func (c *command) showConsole(s config.Stage, fields []skill.ConsoleField) {
	out := c.screen()
	out.Printf("\n%s\n", out.Bold("What to type into the Alexa developer console"))
	where := ""
	for _, f := range fields {
		if f.Where != where {
			where = f.Where
			out.Printf("\n  %s\n", out.Bold(where))
		}
		out.Printf("    %-30s %s\n", f.Name, f.Value)
		if f.Why != "" {
			out.Printf("    %-30s %s\n", "", out.Dim(f.Why))
		}
	}
	out.Printf("\n%s\n", skill.NextStep(s))
}
