package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// An Interview asks the owner about a stage. Only right answers change the stage, and the
// draft has each of them before the next question. It is for one goroutine.
type Interview struct {
	Stage   *config.Stage
	Out     *ui.Screen // for questions and progress
	Prompt  *ui.Prompt // where the owner answers; default: no one is asked, and [Interview.Ask] changes nothing
	Draft   *Draft     // default: answers are not kept
	Offline bool       // do not check that the home answers

	unkept bool // the owner knows that answers cannot be kept
}

// Resume gives the stage the answers that the draft has, and says so. An answer that is
// not right any more is left out.
func (i *Interview) Resume() {
	if fields := i.resume(nil); len(fields) > 0 {
		i.Out.Printf("An earlier run ended before the stage was written. Its answers are the defaults now: %s. Press Enter to keep each; --fresh forgets them.\n", strings.Join(fields, ", "))
	}
}

// Continue is [Interview.Run] without the questions that the draft has a right answer to,
// and says what it takes from there.
func (i *Interview) Continue(ctx context.Context, questions []Question, given map[string]string) error {
	known := i.resume(given)
	for _, field := range known {
		i.Out.Printf("  %s\n", i.Out.Dim(field+" "+i.Stage.Text(field)+", from an earlier run"))
	}
	open := slices.DeleteFunc(slices.Clone(questions), func(q Question) bool { return slices.Contains(known, q.Field) })
	return i.Run(ctx, open, given)
}

// resume gives the stage the answers that the draft has and that were not given in
// advance, and returns their fields.
func (i *Interview) resume(given map[string]string) (fields []string) {
	if i.Draft == nil {
		return nil
	}
	if i.Draft.Damaged {
		i.Out.Printf("%s is damaged: what an earlier run kept in it is lost.\n", i.Draft.Shown)
	}
	for _, field := range i.Draft.Fields() {
		text, _ := i.Draft.Answer(field)
		if _, ok := given[field]; !ok && i.set(field, text) == nil {
			fields = append(fields, field)
		}
	}
	return fields
}

// Ask asks a question about a field of the stage until the answer is right. The default
// is what the stage has. It fails when the context ends, and with [ErrAnswersEnded].
func (i *Interview) Ask(ctx context.Context, q Question) error {
	if i.Prompt == nil {
		return nil
	}
	i.explain(q)
	for {
		text, err := i.line(ctx, q, i.fallback(q))
		if err != nil {
			return err
		}
		if err = i.answer(ctx, q, text); err == nil {
			return nil
		}
		if err = i.complain(ctx, err); err != nil {
			return err
		}
	}
}

// AskOther asks a question that is not about a field of the stage, until check accepts
// the answer. The default is the answer in the draft, else fallback.
func (i *Interview) AskOther(ctx context.Context, q Question, fallback string, check func(string) error) (string, error) {
	if i.Draft != nil {
		if text, ok := i.Draft.Answer(q.Field); ok && check(text) == nil {
			fallback = text
		}
	}
	if i.Prompt == nil {
		return fallback, check(fallback)
	}
	i.explain(q)
	for {
		text, err := i.line(ctx, q, fallback)
		if err != nil {
			return "", err
		}
		if err = check(text); err == nil {
			i.keep(q.Field, text)
			return text, nil
		}
		if err = i.complain(ctx, err); err != nil {
			return "", err
		}
	}
}

// Give answers a question about a field of the stage in advance. The error says what is
// wrong with the answer.
func (i *Interview) Give(ctx context.Context, q Question, text string) error {
	if err := i.set(q.Field, text); err != nil {
		return err
	}
	if q.Field == urlField {
		err := i.reach(ctx)
		if errors.Is(err, ErrLogin) {
			return fmt.Errorf("%w. To describe the home before that, add --secret-headers", err)
		}
		if err != nil {
			return err
		}
	}
	i.keep(q.Field, text)
	return nil
}

// ErrAnswersEnded is in the error of a question that was not answered, because the input
// ended.
var ErrAnswersEnded = errors.New("the answers ended")

// explain shows a question and what explains it.
func (i *Interview) explain(q Question) {
	i.Out.Printf("%s\n", i.Out.Bold(q.Text))
	for _, paragraph := range q.Help {
		i.Out.Printf("  %s\n", i.Out.Dim(paragraph))
	}
}

// fallback returns what the stage has for a question, "" if that is not right.
func (i *Interview) fallback(q Question) string {
	if slices.ContainsFunc(i.Stage.Problems(), func(p *config.FieldError) bool { return p.Field == q.Field }) {
		return ""
	}
	return i.Stage.Text(q.Field)
}

// line reads an answer: the fallback for an empty line, and nothing for "-".
func (i *Interview) line(ctx context.Context, q Question, fallback string) (string, error) {
	hint := ""
	if q.Optional && fallback != "" {
		hint = "; - for none"
	}
	i.Out.Printf("  [%s%s] ", fallback, hint)
	text, err := i.Prompt.Line(ctx)
	text = strings.TrimSpace(text)
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		i.Out.Printf("\n")
		return "", fmt.Errorf("%w before the question for %s: give the rest as flags (--%s)", ErrAnswersEnded, q.Field, q.Flag)
	case text == "-" && q.Optional:
		return "", nil
	case text == "":
		return fallback, nil
	}
	return text, nil
}

// complain shows what is wrong with an answer, unless the context has ended.
func (i *Interview) complain(ctx context.Context, problem error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	text := problem.Error()
	if f, ok := errors.AsType[*config.FieldError](problem); ok {
		text = f.Field + " " + f.Problem // the file is not at fault
	}
	i.Out.Printf("  %s\n", ui.Lines(i.Out.Bad(text)))
	return nil
}

// answer takes an answer to a question at the prompt.
func (i *Interview) answer(ctx context.Context, q Question, text string) error {
	before := i.Stage.Warnings()
	if q.Field == urlField {
		if err := i.address(ctx, text); err != nil {
			return err
		}
	} else if err := i.set(q.Field, text); err != nil {
		return err
	}
	for _, warning := range i.Stage.Warnings() {
		if !slices.Contains(before, warning) {
			i.Out.Printf("  %s %s\n", i.Out.Bad("warning:"), warning)
		}
	}
	i.keep(q.Field, i.Stage.Text(q.Field))
	return nil
}

// set sets a field of the stage if that is right.
func (i *Interview) set(field, text string) error { return SetField(i.Stage, field, text) }

// keep keeps an answer in the draft. Where that fails it says so once: the interview goes
// on.
func (i *Interview) keep(field, text string) {
	if i.Draft == nil {
		return
	}
	if err := i.Draft.Keep(field, text); err != nil && !i.unkept {
		i.unkept = true
		i.Out.Printf("  %s your answers cannot be kept for another run: %v\n", i.Out.Bad("warning:"), err)
	}
}

// ShowKept says that answers are kept for the next run of a command, if there are any.
func (i *Interview) ShowKept(command string) {
	if i.Draft != nil && len(i.Draft.Fields()) > 0 && !i.unkept {
		i.Out.Printf("Your answers are kept: `%s` goes on with them.\n", command)
	}
}
