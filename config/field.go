package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// Set sets a field, named as the file spells it, to what a person typed: text as it is,
// true or false, a number, a list as JSON or with commas between its items, and rules as
// JSON. The error says what is wrong with the field's name or with the type of the value;
// [Stage.Validate] says whether it makes sense. A stage that an error comes with is
// unchanged. A field of a further home has its name in front, homes.cabin.ca; a home that is
// not there yet is added.
func (s *Stage) Set(field, typed string) error {
	if home, name, ok := cutHome(field); ok {
		return s.changeHome(field, home, func(h *Home) (path, problem string) { return setTyped(fieldsOf(h), "a home", name, typed) })
	}
	before := *s
	var path, problem string
	if field == "homes" {
		if path, problem = field, "is text; write "+wanted(&s.Homes); json.Valid([]byte(typed)) {
			path, problem = "", ""
			if problems := s.setHomes([]byte(typed)); problems != nil {
				path, problem = problems[0].field, problems[0].problem
			}
		}
	} else {
		path, problem = setTyped(fieldsOf(s), "a stage", field, typed)
	}
	if problem != "" {
		*s = before
		return &FieldError{s.file(), path, problem}
	}
	s.followLocale(before)
	return nil
}

// Unset gives a field its default. Locale and URL have none: they are empty then. A home,
// homes.cabin, is removed.
func (s *Stage) Unset(field string) error {
	if home, name, ok := cutHome(field); ok {
		if _, there := s.Homes[home]; !there {
			return &FieldError{s.file(), field, "is of a home that the stage does not have"}
		}
		return s.changeHome(field, home, func(h *Home) (path, problem string) {
			plain := NewHome()
			target, ok := fieldsOf(h)[name]
			if !ok {
				return set(fieldsOf(h), "a home", name, nil, false)
			}
			reflect.ValueOf(target).Elem().Set(reflect.ValueOf(fieldsOf(&plain)[name]).Elem())
			return "", ""
		})
	}
	if home, ok := strings.CutPrefix(field, homesPrefix); ok {
		if _, there := s.Homes[home]; !there {
			return &FieldError{s.file(), field, "is not a home of the stage"}
		}
		s.Homes = maps.Clone(s.Homes)
		delete(s.Homes, home)
		return nil
	}
	before, blank := *s, NewStage(s.Name)
	target, ok := fieldsOf(s)[field]
	if !ok {
		_, problem := s.set(field, nil, false)
		return &FieldError{s.file(), field, problem}
	}
	reflect.ValueOf(target).Elem().Set(reflect.ValueOf(fieldsOf(&blank)[field]).Elem())
	if field == "region" {
		s.Region, _ = Region(s.Locale) // an unknown locale is reported by Validate
	}
	s.followLocale(before)
	return nil
}

// homesPrefix begins the path of a further home, homes.cabin.
const homesPrefix = "homes."

// cutHome returns the further home that a field such as homes.cabin.ca is of, and its name
// there.
func cutHome(field string) (home, name string, ok bool) {
	rest, ok := strings.CutPrefix(field, homesPrefix)
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, ".")
}

// changeHome changes one further home, which is new if the stage does not have it.
func (s *Stage) changeHome(field, home string, change func(*Home) (path, problem string)) error {
	h, ok := s.Homes[home]
	if !ok {
		h = NewHome()
	}
	if path, problem := change(&h); problem != "" {
		return &FieldError{s.file(), homesPrefix + home + "." + path, problem}
	}
	homes := maps.Clone(s.Homes)
	if homes == nil {
		homes = Homes{}
	}
	homes[home] = h
	s.Homes = homes
	return nil
}

// setTyped sets a field of what has those to what a person typed.
func setTyped(fields map[string]any, of, field, typed string) (path, problem string) {
	target, ok := fields[field]
	raw := []byte(typed)
	if ok {
		raw = typedAs(target, typed)
	}
	if raw == nil {
		return field, fmt.Sprintf("is text; write %s", wanted(target))
	}
	if ok {
		reflect.ValueOf(target).Elem().SetZero() // decoding would write into a list that a copy shares
	}
	return set(fields, of, field, raw, false)
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
	target, ok := s.field(field)
	if !ok {
		return nil
	}
	return encode(target)
}

// field returns where a field is stored, of a further home too.
func (s *Stage) field(field string) (target any, ok bool) {
	if home, name, isHome := cutHome(field); isHome {
		h, there := s.Homes[home]
		target, ok = fieldsOf(&h)[name]
		return target, ok && there
	}
	target, ok = fieldsOf(s)[field]
	return target, ok
}

// encode returns the value of a field as compact JSON.
func encode(target any) []byte {
	if rules, ok := target.(*json.RawMessage); ok && *rules != nil {
		return []byte(compact(*rules))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(target) // plain values: cannot fail
	return bytes.TrimSpace(b.Bytes())
}

// Text returns the value of a field as a person types it for [Stage.Set].
func (s Stage) Text(field string) string {
	target, _ := s.field(field)
	switch target := target.(type) {
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
	if _, ok := fieldsOf(new(Stage))[field].(*bool); ok {
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
