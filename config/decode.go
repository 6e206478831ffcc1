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
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// maxSize is far more than a stage needs, bundle of certificates included.
const maxSize = 64 << 10

// Decode reads a stage strictly: a field that is unknown, of the wrong type or
// there twice is an error, as is anything that is not exactly one JSON object. The
// error holds every problem found, one [FieldError] each. What the file leaves out
// has its default. The file's name gives the stage its own. Whether the values make
// sense is for [Stage.Validate].
func Decode(file string, data []byte) (Stage, error) {
	stage := NewStage(nameOf(file))
	stage.File = file
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // which some editors write
	if problem := unfit(data); problem != "" {
		return stage, &FieldError{File: file, Problem: problem}
	}
	var problems []error
	seen := map[string]bool{}
	_ = strictjson.Object(data, func(key, raw []byte) error { // as far as it is JSON
		field := string(key)
		if field == "homes" && !seen[field] {
			for _, p := range stage.setHomes(raw) {
				problems = append(problems, &FieldError{file, p.field, p.problem})
			}
		} else if path, problem := stage.set(field, raw, seen[field]); problem != "" {
			problems = append(problems, &FieldError{file, path, problem})
		}
		seen[field] = true
		return nil
	})
	if _, _, err := strictjson.Measure(data); err != nil {
		return stage, errors.Join(append(problems, broken(file, data, err))...)
	}
	if region, err := Region(stage.Locale); err == nil && stage.Region == "" {
		stage.Region = region
	}
	return stage, errors.Join(problems...)
}

// unfit says why data cannot be a stage at all; "" if it can.
func unfit(data []byte) string {
	switch {
	case len(data) > maxSize:
		return fmt.Sprintf("is larger than %d KB, more than a stage needs; check that this is the right file", maxSize>>10)
	case len(bytes.TrimSpace(data)) == 0:
		return "is empty; write a JSON object with locale and homeAssistantUrl, as the files in " + ExamplesDir + " have them"
	case !utf8.Valid(data):
		return "is not UTF-8; save it as UTF-8"
	case bytes.TrimSpace(data)[0] != '{':
		return "does not begin with {; a stage is one JSON object"
	}
	return ""
}

// broken says where and how the file stops being JSON.
func broken(file string, data []byte, err error) error {
	e, ok := errors.AsType[*strictjson.Error](err)
	if !ok {
		return &FieldError{File: file, Problem: "cannot be read: " + err.Error()}
	}
	at := line(data, e.Offset)
	found, isSyntax := strings.CutPrefix(e.Problem, "is not valid JSON: ")
	problem := fmt.Sprintf("%s (line %d)", e.Problem, at)
	switch {
	case e.Truncated:
		problem = fmt.Sprintf("ends too early (line %d): the file was written only in part; write it again, down to the closing }", at)
	case json.Valid(data[:e.Offset]):
		problem = fmt.Sprintf("goes on after the closing } (line %d); remove what follows", at)
	case isSyntax:
		problem = fmt.Sprintf("is not valid JSON near line %d: %s; look for a missing comma or quotation mark there", at, found)
	}
	return &FieldError{file, e.Path, problem}
}

// set stores the value of one field. If something is wrong with it, it returns what,
// and the field's path.
func (s *Stage) set(field string, raw []byte, again bool) (path, problem string) {
	return set(fieldsOf(s), "a stage", field, raw, again)
}

// set stores the value of one field of what has those.
func set(fields map[string]any, of, field string, raw []byte, again bool) (path, problem string) {
	target, ok := fields[field]
	switch {
	case !ok && strings.Contains(strings.ToLower(field), "token"):
		return field, "is not a field of " + of + ", and a token never stands in a file; remove it, and store the token with `hearthgate token`"
	case !ok:
		return field, "is not a field of " + of + "; remove it, or write one of " + strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	case again:
		return field, "is there twice; remove one of the two"
	case string(raw) == "null" || strictjson.Decode(raw, target) != nil:
		return field, fmt.Sprintf("is %s; write %s", kind(raw), wanted(target))
	}
	_, err := strictjson.Check(raw) // which says more of what is kept as it is
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		return e.Under(field).Path, e.Problem + "; remove what is too much"
	}
	return "", ""
}

// setHomes stores the further homes, unless something is wrong with one: then it returns
// what is wrong with each field.
func (s *Stage) setHomes(raw []byte) (problems []check) {
	const field = "homes"
	if strictjson.Kind(raw) != "object" {
		return []check{{field, fmt.Sprintf("is %s; write %s", kind(raw), wanted(&s.Homes))}}
	}
	homes := Homes{}
	_ = strictjson.Object(raw, func(key, raw []byte) error {
		name := string(key)
		at := field + "." + name
		home := NewHome()
		_, again := homes[name]
		homes[name] = home
		switch {
		case again:
			problems = append(problems, check{at, "is there twice; remove one of the two"})
			return nil
		case strictjson.Kind(raw) != "object":
			problems = append(problems, check{at, fmt.Sprintf("is %s; write an object with the fields of a home, {\"homeAssistantUrl\": \"https://...\"}", kind(raw))})
			return nil
		}
		seen := map[string]bool{}
		_ = strictjson.Object(raw, func(key, raw []byte) error {
			name := string(key)
			if path, problem := set(fieldsOf(&home), "a home", name, raw, seen[name]); problem != "" {
				problems = append(problems, check{at + "." + path, problem})
			}
			seen[name] = true
			return nil
		})
		homes[name] = home
		return nil
	})
	if problems == nil {
		s.Homes = homes
	}
	return problems
}

// Fields returns the names of a stage's fields as its file spells them, in order.
func Fields() []string { return namesOf[Stage]() }

// namesOf returns the names of the fields of T as a file spells them, in order.
func namesOf[T any]() []string {
	return slices.Sorted(maps.Keys(fieldsOf(new(T))))
}

// fieldsOf returns where each field of *of, a struct, is stored, by the name the file has
// for it.
func fieldsOf(of any) map[string]any {
	targets := map[string]any{}
	v := reflect.ValueOf(of).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() && !f.Anonymous && name != "-" {
			targets[name] = v.FieldByIndex(f.Index).Addr().Interface()
		}
	}
	return targets
}

// kind names what a JSON value is.
func kind(raw []byte) string {
	switch raw[0] {
	case '"':
		return "text"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 't', 'f', 'n':
		return string(raw)
	default:
		return "the number " + quote(string(raw))
	}
}

// wanted names what a field holds.
func wanted(target any) string {
	switch target.(type) {
	case *bool:
		return "true or false, without quotation marks"
	case *int:
		return "a whole number, without quotation marks"
	case *float64:
		return "a number, without quotation marks"
	case *[]string:
		return "a list of texts, [\"...\"]"
	case *Homes:
		return "an object with a home for each name, {\"cabin\": {\"homeAssistantUrl\": \"https://...\"}}"
	case *json.RawMessage:
		return "a list of rules, [{...}]"
	default:
		return "text in quotation marks"
	}
}

// line counts from 1.
func line(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n"))
}
