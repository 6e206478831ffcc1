// Package setup asks the owner what a stage needs to know, checks each answer as it
// is given, and writes the stage's file.
package setup

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Question is one that the owner is asked.
type Question struct {
	Field string // of the stage, as its file spells it
	Flag  string // that answers it instead
	Text  string
	Help  string
}

// Questions returns what is asked, in order.
func Questions() []Question {
	return []Question{
		{"locale", "locale", "Locale of your Amazon account", "It decides the AWS region: one of " + strings.Join(config.Locales(), " ")},
		{"homeAssistantUrl", "url", "Address of Home Assistant, as seen from the internet", "Such as https://home.example.com"},
		{"tokenSource", "token-source", "Where the token for Home Assistant comes from, stored or linked", "stored: a long-lived token that you put with `hearthgate token`; linked: account linking with Home Assistant"},
		{"smartHomeSkillId", "smart-home-skill", "Id of the Smart Home skill", "From the Alexa developer console, amzn1.ask.skill....; empty if there is none yet"},
		{"customSkillId", "custom-skill", "Id of the custom skill", "Empty if there is none"},
		{"alarmEmail", "alarm-email", "E-mail address for alarms", "Empty: alarms tell nobody"},
	}
}

// Options are what [Ask] is given.
type Options struct {
	Given map[string]string // answers by field, not asked for
	In    *bufio.Reader     // where the owner answers; nil: nobody is asked, and what is not given stays as it is
	Out   *ui.Screen        // where the owner is asked
	Skip  bool              // do not ask the home whether it is there
}

// Ask completes a stage. A wrong answer is asked for again; one that was given
// ahead, and the last state of the stage, is an error.
func Ask(ctx context.Context, s config.Stage, o Options) (config.Stage, error) {
	for _, q := range Questions() {
		given, ok := o.Given[q.Field]
		if ok || o.In == nil {
			if !ok {
				continue
			}
			if err := answer(ctx, &s, q, given, o); err != nil {
				return s, err
			}
			continue
		}
		if err := ask(ctx, &s, q, o); err != nil {
			return s, err
		}
	}
	return s, flagged(s.Validate())
}

// flagged returns the problems of a stage, each with the flag that mends it.
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

func ask(ctx context.Context, s *config.Stage, q Question, o Options) error {
	o.Out.Printf("%s\n  %s\n", o.Out.Bold(q.Text), o.Out.Dim(q.Help))
	for {
		o.Out.Printf("  [%s] ", *field(s, q.Field))
		line, err := o.In.ReadString('\n')
		if err != nil && (!errors.Is(err, io.EOF) || line == "") {
			return fmt.Errorf("the answers ended before the question for %s: give the rest as flags (--%s)", q.Field, q.Flag)
		}
		text := strings.TrimSpace(line)
		if text == "" {
			text = *field(s, q.Field)
		}
		problem := answer(ctx, s, q, text, o)
		if problem == nil {
			return nil
		}
		o.Out.Printf("  %s\n", o.Out.Bad(problem.Error()))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// answer sets a field and says what is wrong with it.
func answer(ctx context.Context, s *config.Stage, q Question, text string, o Options) error {
	*field(s, q.Field) = text
	if q.Field == "locale" {
		s.Region, _ = config.Region(text) // an unknown one is told below
	}
	if err := problemOf(*s, q.Field); err != nil {
		return err
	}
	if q.Field != "homeAssistantUrl" || o.Skip {
		return nil
	}
	o.Out.Printf("  %s\n", o.Out.Dim("asking "+text+" ..."))
	return Home{URL: text, Insecure: !s.VerifySSL, CA: s.CA}.Reach(ctx)
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

// A Change is one field that a file would get another value for.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Changes returns what differs between two stages, in the order of [config.Fields].
func Changes(before, after config.Stage) []Change {
	was, is := values(before), values(after)
	var changes []Change
	for _, name := range config.Fields() {
		if was[name] != is[name] {
			changes = append(changes, Change{name, was[name], is[name]})
		}
	}
	return changes
}

// values returns a stage's fields as JSON text.
func values(s config.Stage) map[string]string {
	b, _ := json.Marshal(s) // plain fields: cannot fail
	var raw map[string]json.RawMessage
	_ = json.Unmarshal(b, &raw)
	m := map[string]string{}
	for name, v := range raw {
		m[name] = string(v)
	}
	return m
}

// Write writes a stage's file as a whole or not at all. The region, which the
// locale decides, is left out.
func Write(file string, s config.Stage) error {
	if region, err := config.Region(s.Locale); err == nil && region == s.Region {
		s.Region = ""
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("the stage cannot be written: %w", err)
	}
	return os.Rename(file+".new", file)
}
