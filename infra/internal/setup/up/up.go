// Package up goes the whole way from a clone to a skill that answers, in steps. Each step
// finds out what is there already, so that the way can be left at any time, and gone again
// from the start: it continues where it ended.
package up

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/deploy"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Options are what [Run] is given.
type Options struct {
	Root   string // of the clone
	Stages project.StageFolder
	Stage  string            // name
	Given  map[string]string // answers by [setup.Question], which are not asked for; default: none
	Login  skillsetup.LoginOptions

	Out    *ui.Screen // for questions and progress
	Log    io.Writer  // for what the CDK writes if it fails
	Prompt *ui.Prompt // where the owner answers; default: no one is asked
	Yes    bool       // change without asking
	Fresh  bool       // forget the answers of a run that ended early
}

// A way is one run of [Run]. The steps fill in what the later ones need.
type way struct {
	Options
	draft   *setup.Draft
	choices choices

	stage   config.Stage
	account *awsaccount.Account
	rollout deploy.Rollout
	report  Report
}

// steps are the way, in its order. A step returns what there is when it has ended.
var steps = []struct {
	name, title string
	run         func(*way, context.Context) (string, error)
}{
	{"home", "Your home", (*way).home},
	{"account", "Your AWS account", (*way).open},
	{"token", "Home Assistant's token", (*way).token},
	{"skills", "Your skills at Amazon", (*way).skills},
	{"deploy", "The function in your AWS account", (*way).deploy},
	{"link", "The skills' connection with the function", (*way).link},
}

// Run goes the way. The error of a step says what happened and what to do; the steps before
// it stay done.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := config.CheckName(o.Stage); err != nil {
		return Report{}, err
	}
	if err := checkChoices(o.Given); err != nil {
		return Report{}, err
	}
	w := &way{Options: o, draft: setup.OpenDraft(o.Stages, o.Stage), report: Report{Stage: o.Stage, Steps: []Step{}}}
	if o.Fresh {
		if err := w.draft.Delete(); err != nil {
			return w.report, err
		}
	}
	for i, step := range steps {
		o.Out.Printf("%s\n", o.Out.Bold(fmt.Sprintf("%d of %d  %s", i+1, len(steps), step.title)))
		found, err := step.run(w, ctx)
		if err != nil {
			return w.report, w.leave(ctx, err)
		}
		o.Out.Printf("  %s %s\n\n", o.Out.Good("+"), found)
		w.report.Steps = append(w.report.Steps, Step{step.name, found})
	}
	w.finish(ctx)
	return w.report, w.draft.Delete()
}

// leave returns the error of a way that ends early. One that the owner has ended says how
// to go on.
func (w *way) leave(ctx context.Context, err error) error {
	next := "`hearthgate up --stage " + w.Stage + "` goes on from here"
	if stopped, ok := errors.AsType[*ui.StoppedError](err); ok {
		return &ui.StoppedError{Left: stopped.Left + "; " + next}
	}
	if ctx.Err() != nil {
		return &ui.StoppedError{Left: "what is done stays done, and " + next}
	}
	return err
}

// ask returns the prompt's answer to a yes-or-no question.
func (w *way) ask(ctx context.Context, question string) error {
	switch {
	case w.Yes:
		return nil
	case w.Prompt == nil:
		return ui.ErrNoTerminal
	}
	return w.Prompt.Confirm(ctx, question)
}
