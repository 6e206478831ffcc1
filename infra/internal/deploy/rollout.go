package deploy

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Rollout is what a deployment has made.
type Rollout struct {
	Stack    string               `json:"stack"`
	Account  string               `json:"account"`
	Region   string               `json:"region"`
	Endpoint string               `json:"endpoint"` // the ARN for the skill
	Console  []skill.ConsoleField `json:"console"`
	Answers  bool                 `json:"answers"`           // the function answers a directive
	Problem  string               `json:"problem,omitempty"` // why it does not

	stage config.Stage
}

// DryRun writes in detail what a deployment of the stage would change.
func DryRun(ctx context.Context, cdk CDK, s config.Stage) error {
	return cdk.Run(ctx, "diff", config.StackName(s.Name))
}

// RollOut deploys the stack of a stage and sends a directive through it. A function
// that does not answer is not an error but a Rollout that says so. What changes is
// shown on out.
func RollOut(ctx context.Context, cdk CDK, s config.Stage, a *awsaccount.Account, out *ui.Screen) (Rollout, error) {
	stack := config.StackName(s.Name)
	out.Progress("building the function and comparing the stack with the deployed one")
	diff, err := cdk.Diff(ctx, stack)
	if err != nil {
		return Rollout{}, err
	}
	diff.Show(out)
	out.Progress("deploying " + stack + " into account " + a.ID + ", " + a.Region)
	if err := cdk.Run(ctx, "deploy", stack, "--app", Synthesized, "--require-approval", "never", "--progress", "events"); err != nil {
		return Rollout{}, err
	}
	arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s:%s", a.Region, a.ID, config.FunctionName(s.Name), config.Alias)
	r := Rollout{Stack: stack, Account: a.ID, Region: a.Region, Endpoint: arn, Console: skill.ConsoleFields(s, arn), Answers: true, stage: s}
	out.Progress("sending a Discover through the deployed function")
	if err := smoke(ctx, s, invoke.Deployed(a, config.FunctionName(s.Name), config.Alias)); err != nil {
		r.Answers, r.Problem = false, err.Error()
	}
	return r, nil
}

// smoke checks that the deployed function answers. With linked accounts there is no
// token to send, so it need not discover anything.
func smoke(ctx context.Context, s config.Stage, t *invoke.Target) error {
	if s.TokenSource == config.Linked {
		_, err := t.Operate(ctx, "lambda.status", nil)
		return err
	}
	return t.Discovers(ctx)
}

// Err returns the error of a function that does not answer, nil if it does.
func (r Rollout) Err() error {
	if r.Answers {
		return nil
	}
	return fmt.Errorf("the stack is deployed, and %s; run `hearthgate doctor --stage %s` to find out why", r.Problem, r.stage.Name)
}

// Show writes for a person what to do in the Alexa developer console.
func (r Rollout) Show(to *ui.Screen) { skill.ShowConsole(to, r.stage, r.Console) }
