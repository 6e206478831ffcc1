package deploy

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A deployment is one run of [RollOut].
type deployment struct {
	cdk     CDK
	stage   config.Stage
	stack   string
	account *awsaccount.Account
	steps   *ui.Steps
	out     *ui.Screen

	before stackState
	begun  bool // CloudFormation may have been asked to change something
}

// do brings the stack up to date and says in r whether that changed something.
func (d *deployment) do(ctx context.Context, r *Rollout) (err error) {
	if d.before, err = settle(ctx, d.cdk, d.account, d.stage.Name, d.stack, d.steps); err != nil {
		return err
	}
	d.steps.Begin("building the function")
	program := filepath.Join(d.cdk.Root, ".build", "function", "bootstrap")
	if err := os.MkdirAll(filepath.Dir(program), 0o750); err != nil {
		return fmt.Errorf("the function cannot be built: %w; check that you may write to the clone", err)
	}
	if err := project.Deployed(ctx, d.cdk.Root, program); err != nil {
		return err
	}
	d.steps.Begin("synthesizing the stack and comparing it with the deployed one")
	diff, err := d.cdk.Diff(ctx, d.stack)
	if err != nil {
		return err
	}
	d.steps.End(nil)
	if d.current(ctx, diff) {
		r.Since = &d.before.Changed
		return d.forward(ctx, r)
	}
	changes := diff.Changes()
	r.Changed = true
	r.fields = !d.before.exists || d.before.failedFirst() || slices.ContainsFunc(changes, func(c Change) bool { return c.Kind == "Lambda Permission" })
	if slices.ContainsFunc(changes, func(c Change) bool { return c.Action != "+" }) {
		diff.Show(d.out)
	}
	return d.deploy(ctx, changes)
}

// current reports whether there is nothing to deploy.
func (d *deployment) current(ctx context.Context, diff Diff) bool {
	version := cmp.Or(project.Version(ctx, d.cdk.Root), "unknown")
	return diff.None() && d.before.exists && strings.HasSuffix(d.before.Status, "_COMPLETE") && !d.before.failedFirst() &&
		d.before.Protected == d.stage.Production && d.before.Tags["hearthgate:version"] == version
}

// forward puts the version that the stack has deployed in use again, if something has moved
// the alias away from it: CloudFormation would not notice that. Without the right to look
// nothing is done.
func (d *deployment) forward(ctx context.Context, r *Rollout) error {
	function := config.FunctionName(d.stage.Name)
	deployed, err := d.account.StackVersion(ctx, d.stack)
	if err != nil || deployed == 0 {
		return ctx.Err()
	}
	alias, err := d.account.FunctionAlias(ctx, function, config.Alias)
	if err != nil || alias.Shifting || alias.Version == deployed {
		return ctx.Err()
	}
	d.steps.Begin(fmt.Sprintf("putting version %d in use again, from which it was rolled back to %d", deployed, alias.Version))
	if err := d.account.MoveAlias(ctx, function, config.Alias, alias, deployed); err != nil {
		return err
	}
	r.Changed = true
	return nil
}

// deploy runs `cdk deploy`.
func (d *deployment) deploy(ctx context.Context, changes []Change) error {
	d.begun = true
	w := newWatch(ctx, d.account, d.stack, len(changes), d.steps)
	w.step = fmt.Sprintf("deploying %s into account %s, %s", d.stack, d.account.ID, d.account.Region)
	d.steps.Begin("uploading the function")
	phases := lines(func(line string) {
		if strings.Contains(line, "creating CloudFormation changeset") {
			d.steps.Begin("creating the change set")
		}
	})
	err := w.run(ctx, func() error {
		return d.cdk.cdk(ctx, d.cdk.Root, &phases, "deploy", d.stack, "--app", Synthesized, "--require-approval", "never", "--progress", "events")
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	d.steps.End(err)
	return d.failed(ctx, err, w.failure(changes))
}

// failed returns the error of a deployment that failed, and what it has left. The reason
// is CloudFormation's, "" if it was not CloudFormation that failed.
func (d *deployment) failed(ctx context.Context, err error, reason string) error {
	if reason == "" {
		return err
	}
	left := ""
	switch s, _ := look(ctx, d.account, d.stack); {
	case s.failedFirst():
		left = "; nothing of it is left in use, and the next `hearthgate deploy` begins again"
	case s.Status == "UPDATE_ROLLBACK_COMPLETE":
		left = "; the version before is in effect again"
	case s.Status == "UPDATE_ROLLBACK_FAILED":
		left = "; returning to the version before failed as well, which the next `hearthgate deploy` tries again"
	case s.Busy():
		left = "; CloudFormation is " + activity(s.Stack)
	}
	return withReason(err, reason+left)
}

// failedFirst reports whether the stack is what a failed first deployment has left.
func (s stackState) failedFirst() bool {
	return s.Status == "ROLLBACK_COMPLETE" || s.Status == "ROLLBACK_FAILED"
}

// stopped returns the error of a deployment that a person has stopped: what CloudFormation
// does now, which goes on without us.
func (d *deployment) stopped(ctx context.Context) error {
	again := "`hearthgate deploy --stage " + d.stage.Name + "`"
	if !d.begun && !d.before.Busy() {
		return nothingDeployed(d.stage)
	}
	const patience = 15 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	s, err := look(ctx, d.account, d.stack)
	if err = cmp.Or(err, s.hidden); err != nil {
		return &ui.StoppedError{Left: fmt.Sprintf("CloudFormation may go on with %s, whose state cannot be read: %v; %s waits for it", d.stack, err, again)}
	}
	switch {
	case s.Busy():
		return &ui.StoppedError{Left: fmt.Sprintf("CloudFormation goes on with %s and is %s; %s waits for that and goes on", d.stack, activity(s.Stack), again)}
	case !s.exists || s.Status == "REVIEW_IN_PROGRESS" || s.Status == d.before.Status && s.Changed.Equal(d.before.Changed):
		return &ui.StoppedError{Left: "CloudFormation has not begun to change " + d.stack + "; " + again + " begins again"}
	case s.failedFirst() || strings.Contains(s.Status, "ROLLBACK"):
		return &ui.StoppedError{Left: fmt.Sprintf("the deployment of %s failed%s and was rolled back; %s begins again", d.stack, because(s.Reason), again)}
	}
	return &ui.StoppedError{Left: d.stack + " is deployed, but was not tested: `hearthgate status --stage " + d.stage.Name + "` asks it whether it is well"}
}

// lines returns a writer that hands on each line.
func lines(see func(string)) lineWriter { return lineWriter{see: see} }

type lineWriter struct {
	see  func(string)
	rest []byte
}

func (l *lineWriter) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		l.rest = rest
		l.see(string(line))
	}
}
