package up

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
)

// home describes the home: it asks everything that can be asked before anything is done.
// What the stage's file or an earlier run has is not asked again.
func (w *way) home(ctx context.Context) (string, error) {
	before, err := w.Stages.Read(w.Stage)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err != nil && !isNew {
		return "", err
	}
	if isNew {
		before = config.NewStage(w.Stage)
	}
	s := before
	i := &setup.Interview{Stage: &s, Out: w.Out, Prompt: w.Prompt, Draft: w.draft}
	if err := w.connection(ctx, i, isNew); err != nil {
		return "", err
	}
	var questions []setup.Question
	for _, q := range setup.Questions() {
		_, given := w.Given[q.Field]
		wrong := !isNew && slices.ContainsFunc(before.Problems(), func(p *config.FieldError) bool { return p.Field == q.Field })
		if given || wrong || isNew && !ofSkill(q.Field) {
			questions = append(questions, q)
		}
	}
	if err := i.Continue(ctx, questions, w.Given); err != nil {
		return "", err
	}
	if w.choices, err = choose(ctx, i, w.Given); err != nil {
		return "", err
	}
	w.stage = s
	if isNew || len(setup.Changes(before, s)) > 0 {
		err = w.save(s)
	} else {
		err = w.choices.keep(w.draft)
	}
	if err != nil {
		return "", err
	}
	if s.HasRelay() {
		return fmt.Sprintf("%s: by a relay, in %s", w.Stages.File(w.Stage), s.Locale), nil
	}
	return fmt.Sprintf("%s: %s, in %s, token %s", w.Stages.File(w.Stage), s.URL, s.Locale, s.TokenSource), nil
}

// ofSkill reports whether a question is about a skill's id, which the step for skills finds
// out.
func ofSkill(field string) bool { return field == "smartHomeSkillId" || field == "customSkillId" }

// save writes the stage's file, and keeps the choices, which it has no field for.
func (w *way) save(s config.Stage) error {
	if err := setup.Save(w.Stages, s); err != nil {
		return err
	}
	w.stage, w.draft = s, setup.OpenDraft(w.Stages, w.Stage)
	return w.choices.keep(w.draft)
}

// open opens the account, and checks that it is the stage's.
func (w *way) open(ctx context.Context) (string, error) {
	account, err := awsaccount.OpenFor(ctx, w.stage)
	if err != nil {
		return "", err
	}
	w.account, w.report.Account, w.report.Region = account, account.ID, account.Region
	return fmt.Sprintf("%s in %s, where Alexa looks for skills of %s; you are %s", account.ID, account.Region, w.stage.Locale, account.Who), nil
}
