// Package setup describes a home: it asks the owner for what a stage must know and
// writes the stage's file, and it stores the secrets that the function needs.
package setup

import (
	"context"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Options are what [Describe] is given.
type Options struct {
	Given   map[string]string   // answers by field, which are not asked for; default: none
	From    *config.Stage       // what a new stage begins with; default: the defaults
	Edit    func(*config.Stage) // sets what is not asked for; default: nothing
	Prompt  *ui.Prompt          // where the owner answers; default: no one is asked, and what is not given stays as it is
	Out     *ui.Screen          // where questions and progress are shown
	Offline bool                // do not check that the home answers
	Yes     bool                // change a file that exists without asking
	Fresh   bool                // forget the answers of a run that ended early
}

// Describe completes a stage and writes its file into the folder. A file that exists is
// changed only after a yes. What was answered at the prompt is kept for the next run if
// this one ends early.
func Describe(ctx context.Context, stages project.StageFolder, stage string, o Options) (Description, error) {
	if err := config.CheckName(stage); err != nil {
		return Description{}, err
	}
	before, exists, err := existing(stages, stage)
	if err != nil {
		return Description{}, err
	}
	after := before
	if o.From != nil && !exists {
		after = *o.From
	}
	i := &Interview{Stage: &after, Out: o.Out, Prompt: o.Prompt, Offline: o.Offline}
	if o.Prompt != nil {
		i.Draft = OpenDraft(stages, stage)
		if o.Fresh {
			err = i.Draft.Delete()
		}
		i.Resume()
	}
	if o.Edit != nil {
		o.Edit(&after)
	}
	if err == nil {
		err = i.Run(ctx, Questions(), o.Given)
	}
	d := describe(stages, before, after, !exists)
	if err == nil && exists {
		err = d.confirm(ctx, o)
	}
	if err == nil {
		err = Save(stages, after)
	}
	if err != nil {
		i.ShowKept("hearthgate init --stage " + stage)
	}
	return d, err
}

// Run asks the questions in their order, without those that were answered in advance. It
// fails with a wrong answer in advance, and with what is wrong with the stage in the end.
func (i *Interview) Run(ctx context.Context, questions []Question, given map[string]string) error {
	for _, q := range questions {
		var err error
		if text, ok := given[q.Field]; ok {
			err = i.Give(ctx, q, text)
		} else if !i.Stage.HasRelay() || !q.ofAddress() {
			err = i.Ask(ctx, q)
		}
		if err != nil {
			return err
		}
	}
	return flagged(i.Stage.Problems())
}

// flagged returns the problems of a stage as one error, each with the flag that fixes it.
func flagged(problems []*config.FieldError) error {
	var all []error
	for _, p := range problems {
		if q, ok := QuestionFor(p.Field); ok {
			all = append(all, fmt.Errorf("%w (--%s)", p, q.Flag))
			continue
		}
		all = append(all, p)
	}
	return errors.Join(all...)
}
