// Package setup describes a home: it asks the owner for what a stage must know and
// writes the stage's file, and it stores the secrets that the function needs.
package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Question is asked of the owner.
type Question struct {
	Field string // of the stage, as its file spells it
	Flag  string // of the command, which answers it in advance
	Text  string
	Help  string
}

// Questions returns the questions in the order in which they are asked.
func Questions() []Question {
	return []Question{
		{"locale", "locale", "Locale of your Amazon account", "It determines the AWS region: one of " + strings.Join(config.Locales(), " ")},
		{"homeAssistantUrl", "url", "Address of Home Assistant, as seen from the internet", "Such as https://home.example.com"},
		{"tokenSource", "token-source", "Where the token for Home Assistant comes from, stored or linked", "stored: a long-lived token that you store with `hearthgate token`; linked: account linking with Home Assistant"},
		{"smartHomeSkillId", "smart-home-skill", "Id of the Smart Home skill", "From the Alexa developer console, amzn1.ask.skill....; empty if there is none yet"},
		{"customSkillId", "custom-skill", "Id of the custom skill", "Empty if there is none"},
		{"alarmEmail", "alarm-email", "E-mail address for alarms", "Empty: no one is notified of alarms"},
	}
}

// Options are what [Ask] and [Describe] are given.
type Options struct {
	Given  map[string]string   // answers by field, which are not asked for; default: none
	Edit   func(*config.Stage) // sets what is not asked for; default: nothing
	Prompt *ui.Prompt          // where the owner answers; default: no one is asked, and what is not given stays as it is
	Out    *ui.Screen          // where questions and progress are shown
	Skip   bool                // do not check that the home answers
	Yes    bool                // change a file that exists without asking
}

// Ask completes a stage. A wrong answer at the prompt is asked for again; a wrong
// answer that was given in advance is an error, and so is a stage that is not valid
// in the end.
func Ask(ctx context.Context, s config.Stage, o Options) (config.Stage, error) {
	for _, q := range Questions() {
		given, ok := o.Given[q.Field]
		var err error
		switch {
		case ok:
			err = answer(ctx, &s, q, given, o)
		case o.Prompt != nil:
			err = ask(ctx, &s, q, o)
		}
		if err != nil {
			return s, err
		}
	}
	return s, flagged(s.Validate())
}

// flagged returns the problems of a stage, each with the flag that fixes it.
func flagged(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var problems []error
	for _, e := range joined.Unwrap() {
		f, _ := errors.AsType[*config.FieldError](e)
		i := slices.IndexFunc(Questions(), func(q Question) bool { return f != nil && q.Field == f.Field })
		if i >= 0 {
			e = fmt.Errorf("%w (--%s)", e, Questions()[i].Flag)
		}
		problems = append(problems, e)
	}
	return errors.Join(problems...)
}

// ask asks a question until the answer is right.
func ask(ctx context.Context, s *config.Stage, q Question, o Options) error {
	o.Out.Printf("%s\n  %s\n", o.Out.Bold(q.Text), o.Out.Dim(q.Help))
	for {
		o.Out.Printf("  [%s] ", *field(s, q.Field))
		text, err := o.Prompt.Line(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return fmt.Errorf("the answers ended before the question for %s: give the rest as flags (--%s)", q.Field, q.Flag)
		}
		text = cmp.Or(strings.TrimSpace(text), *field(s, q.Field))
		problem := answer(ctx, s, q, text, o)
		if problem == nil {
			return nil
		}
		o.Out.Printf("  %s\n", ui.Lines(o.Out.Bad(problem.Error())))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// answer sets a field. The error says what is wrong with the answer.
func answer(ctx context.Context, s *config.Stage, q Question, text string, o Options) error {
	*field(s, q.Field) = text
	if q.Field == "locale" {
		s.Region, _ = config.Region(text) // an unknown locale is reported below
	}
	if err := problemOf(*s, q.Field); err != nil {
		return err
	}
	if q.Field != "homeAssistantUrl" || o.Skip {
		return nil
	}
	o.Out.Printf("  ")
	o.Out.Progress("asking " + text)
	return homeOf(*s, text, nil).Reach(ctx)
}

// problemOf returns what is wrong with one field of a stage.
func problemOf(s config.Stage, name string) error {
	err := s.Validate()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, e := range joined.Unwrap() {
		if f, ok := errors.AsType[*config.FieldError](e); ok && f.Field == name {
			return f
		}
	}
	return nil
}

// field returns where a stage keeps the answer to a question.
func field(s *config.Stage, name string) *string {
	switch name {
	case "locale":
		return &s.Locale
	case "homeAssistantUrl":
		return &s.URL
	case "tokenSource":
		return (*string)(&s.TokenSource)
	case "smartHomeSkillId":
		return &s.SmartHomeSkillID
	case "customSkillId":
		return &s.CustomSkillID
	}
	return &s.AlarmEmail
}
