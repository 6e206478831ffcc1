package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
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
	Changed  bool                 `json:"changed"`         // it was deployed; false: it was up to date
	Since    *time.Time           `json:"since,omitempty"` // when it was last changed; absent if that is not known
	Endpoint string               `json:"endpoint"`        // the ARN for the skill
	Console  []skill.ConsoleField `json:"console"`
	Answers  bool                 `json:"answers"`           // the function answers a directive
	Problem  string               `json:"problem,omitempty"` // why it does not

	Uncallable string `json:"permission_problem,omitempty"` // which skill may not call the function, and what to do; absent if all may, or if that is not known

	Overview string `json:"dashboard_problem,omitempty"` // why the dashboard of all homes is not up to date; absent if it is, or there is none

	stage  config.Stage
	fields bool // the Alexa developer console has to be filled in
}

// DryRun writes in detail what a deployment of the stage would change.
func DryRun(ctx context.Context, cdk CDK, s config.Stage) error {
	cdk.Verbose = true // it is the result
	return cdk.Run(ctx, "diff", config.StackName(s.Name))
}

// RollOut deploys the stack of a stage and sends a directive through it, and shows on out
// how far it is. A stack that is up to date is not deployed. A function that does not
// answer is not an error but a Rollout that says so. If ctx ends, the error is a
// [*ui.StoppedError] that says what CloudFormation does.
func RollOut(ctx context.Context, cdk CDK, s config.Stage, a *awsaccount.Account, out *ui.Screen) (Rollout, error) {
	stack := config.StackName(s.Name)
	arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s:%s", a.Region, a.ID, config.FunctionName(s.Name), config.Alias)
	r := Rollout{Stack: stack, Account: a.ID, Region: a.Region, Endpoint: arn, Console: skill.ConsoleFields(s, arn), stage: s}
	d := &deployment{cdk: cdk, stage: s, stack: stack, account: a, steps: out.Steps(cdk.Verbose), out: out}
	if err := d.do(ctx, &r); err != nil {
		d.steps.End(err)
		if ctx.Err() != nil {
			err = d.stopped(ctx)
		}
		return r, err
	}
	if err := d.overview(ctx); err != nil {
		r.Overview = err.Error()
	}
	d.steps.Begin("testing it with a directive")
	err := smoke(ctx, s, a, invoke.Deployed(a, config.FunctionName(s.Name), config.Alias))
	d.steps.End(err)
	if ctx.Err() != nil {
		return r, d.stopped(ctx)
	}
	r.Answers = err == nil
	if err != nil {
		r.Problem = err.Error()
	}
	if missing, err := a.Uncallable(ctx, s); err == nil && len(missing) > 0 {
		r.Uncallable = fmt.Sprintf("the %s has no permission to call the function: %s", strings.Join(missing, " and the "), awsaccount.RemovedByHand)
	}
	return r, nil
}

// smoke checks that the deployed function answers. With linked accounts there is no
// token to send, and behind a relay no home before it is paired, so it need not discover
// anything.
func smoke(ctx context.Context, s config.Stage, a *awsaccount.Account, t *invoke.Target) error {
	unpaired := false
	if s.HasRelay() {
		homes, err := a.Certificates(ctx, relay.HomeClient(s.Name))
		unpaired = err == nil && len(homes) == 0
	}
	if s.TokenSource == config.Linked || unpaired {
		_, err := t.Operate(ctx, "lambda.status", nil)
		return err
	}
	return t.Discovers(ctx)
}

// Err returns the error of a function that does not answer, nil if it does.
func (r Rollout) Err() error {
	switch {
	case r.Answers && r.Uncallable != "":
		return errors.New("the stack is deployed, but " + r.Uncallable)
	case r.Answers:
		return nil
	}
	return fmt.Errorf("the stack is deployed, and %s; run `hearthgate doctor --stage %s` to find out why", r.Problem, r.stage.Name)
}

// Show writes for a person what was deployed and, if something of that changed, what to do
// in the Alexa developer console.
func (r Rollout) Show(to *ui.Screen) {
	answers := "it answers"
	if !r.Answers {
		answers = to.Bad("it does not answer")
	}
	switch {
	case r.Changed:
		to.Printf("%s %s; %s\n", to.Good("deployed"), r.Stack, answers)
	case r.Since != nil:
		to.Printf("%s: nothing changed since %s; %s\n", r.Stack, r.Since.Local().Format("Jan _2 15:04"), answers)
	default:
		to.Printf("%s: nothing changed; %s\n", r.Stack, answers)
	}
	r.showOverview(to)
	if r.fields {
		skill.ShowConsole(to, r.stage, r.Console)
	} else if r.Changed {
		to.Printf("What the Alexa developer console asks for has not changed: `hearthgate skill fields --stage %s` prints it.\n", r.stage.Name)
	}
}
