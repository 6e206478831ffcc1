package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// Set sets a field, named as the file spells it, to what a person typed: text as it is,
// true or false, a number, a list as JSON or with commas between its items, and rules as
// JSON. The error says what is wrong with the field's name or with the type of the value;
// [Stage.Validate] says whether it makes sense. A stage that an error comes with is
// unchanged.
func (s *Stage) Set(field, typed string) error {
	before := *s
	target, ok := s.fields()[field]
	raw := []byte(typed)
	if ok {
		raw = typedAs(target, typed)
	}
	if raw == nil {
		return &FieldError{s.file(), field, fmt.Sprintf("is text; write %s", wanted(target))}
	}
	if ok {
		reflect.ValueOf(target).Elem().SetZero() // decoding would write into a list that a copy of the stage shares
	}
	if path, problem := s.set(field, raw, false); problem != "" {
		*s = before
		return &FieldError{s.file(), path, problem}
	}
	s.followLocale(before)
	return nil
}

// Unset gives a field its default. Locale and URL have none: they are empty then.
func (s *Stage) Unset(field string) error {
	before, blank := *s, NewStage(s.Name)
	target, ok := s.fields()[field]
	if !ok {
		_, problem := s.set(field, nil, false)
		return &FieldError{s.file(), field, problem}
	}
	reflect.ValueOf(target).Elem().Set(reflect.ValueOf(blank.fields()[field]).Elem())
	if field == "region" {
		s.Region, _ = Region(s.Locale) // an unknown locale is reported by Validate
	}
	s.followLocale(before)
	return nil
}

// followLocale keeps the region that of the locale where it was, or was none, before.
func (s *Stage) followLocale(before Stage) {
	if was, _ := Region(before.Locale); s.Region == before.Region && (s.Region == was || s.Region == "") {
		s.Region, _ = Region(s.Locale)
	}
}

// Value returns the value of a field as compact JSON: "null" for a list or rules that the
// file leaves out; nil if there is no such field.
func (s Stage) Value(field string) json.RawMessage {
	target, ok := s.fields()[field]
	if !ok {
		return nil
	}
	if rules, ok := target.(*json.RawMessage); ok && *rules != nil {
		return json.RawMessage(compact(*rules))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(target) // plain values: cannot fail
	return bytes.TrimSpace(b.Bytes())
}

// Text returns the value of a field as a person types it for [Stage.Set].
func (s Stage) Text(field string) string {
	switch target := s.fields()[field].(type) {
	case nil:
		return ""
	case *string:
		return *target
	case *TokenSource:
		return string(*target)
	case *Connection:
		return string(*target)
	case *[]string:
		if len(*target) > 0 && !slices.ContainsFunc(*target, func(item string) bool { return strings.ContainsAny(item, ",[") }) {
			return strings.Join(*target, ",")
		}
	}
	if value := string(s.Value(field)); value != "null" {
		return value
	}
	return ""
}

// IsDefault reports whether a field has the value that it has where the file leaves it
// out.
func (s Stage) IsDefault(field string) bool {
	if field == "region" {
		region, _ := Region(s.Locale)
		return s.Region == region
	}
	return bytes.Equal(s.Value(field), NewStage(s.Name).Value(field))
}

// Choices returns the values that a field can have, as a person types them; nil if there
// are more than a few.
func Choices(field string) []string {
	switch field {
	case "locale":
		return Locales()
	case "connection":
		return []string{string(HTTPS), string(Relay)}
	case "tokenSource":
		return []string{string(Stored), string(Linked)}
	case "logLevel":
		return []string{"debug", "info", "warn", "error"}
	case "dashboards":
		return []string{OwnDashboard, SharedDashboard, NoDashboard}
	case "conversation":
		return []string{"allow", "deny"}
	case "confirm":
		return ConfirmKinds()
	}
	if _, ok := new(Stage).fields()[field].(*bool); ok {
		return []string{"true", "false"}
	}
	return nil
}

// Problems returns every problem of the stage, as [Stage.Validate] does.
func (s Stage) Problems() []*FieldError {
	joined, ok := s.Validate().(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var all []*FieldError
	for _, err := range joined.Unwrap() {
		if problem, ok := errors.AsType[*FieldError](err); ok {
			all = append(all, problem)
		}
	}
	return all
}

// file returns the name by which errors call the stage's file.
func (s Stage) file() string {
	if s.File != "" {
		return s.File
	}
	return s.Name
}

// typedAs returns what a person typed as JSON for a field, nil if it is none. A value of
// the wrong type is for [Stage.set] to report.
func typedAs(target any, typed string) []byte {
	text := func(s string) []byte {
		b, _ := json.Marshal(s) // text: cannot fail
		return b
	}
	typed = strings.TrimSpace(typed)
	switch target.(type) {
	case *string, *TokenSource, *Connection:
		return text(typed)
	case *[]string:
		if !strings.HasPrefix(typed, "[") {
			items := []string{}
			for item := range strings.SplitSeq(typed, ",") {
				if item = strings.TrimSpace(item); item != "" {
					items = append(items, item)
				}
			}
			b, _ := json.Marshal(items) // texts: cannot fail
			return b
		}
	}
	if _, _, err := strictjson.Measure([]byte(typed)); err != nil || typed == "" {
		return nil
	}
	return []byte(typed)
}
