package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxSize is far more than a stage needs, bundle of certificates included.
const maxSize = 64 << 10

// Decode reads a stage strictly: a field that is unknown, of the wrong type or
// there twice is an error, as is anything that is not exactly one JSON object.
// What the file leaves out has its default. The file's name gives the stage its
// own. It does not say whether the values make sense: see [Stage.Validate].
func Decode(file string, data []byte) (Stage, error) {
	stage := NewStage(nameOf(file))
	stage.File = file
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // which some editors write
	if problem := unfit(data); problem != "" {
		return stage, &FieldError{File: file, Problem: problem}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return stage, &FieldError{File: file, Problem: "does not begin with {; a stage is one JSON object"}
	}
	var problems []error
	seen := map[string]bool{}
	for dec.More() {
		field, raw, err := next(dec)
		if err != nil {
			return stage, errors.Join(append(problems, broken(file, field, data, dec.InputOffset(), err))...)
		}
		if problem := stage.set(field, raw, seen[field]); problem != "" {
			problems = append(problems, &FieldError{file, field, problem})
		}
		seen[field] = true
	}
	if _, err := dec.Token(); err != nil {
		return stage, errors.Join(append(problems, broken(file, "", data, dec.InputOffset(), err))...)
	}
	if _, err := dec.Token(); err != io.EOF {
		problems = append(problems, &FieldError{File: file, Problem: fmt.Sprintf(
			"goes on after the closing } (line %d); remove what follows", line(data, dec.InputOffset()))})
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
		return fmt.Sprintf("is larger than %d KB; a stage is not, so look whether this is the right file", maxSize>>10)
	case len(bytes.TrimSpace(data)) == 0:
		return "is empty; write a JSON object with locale and homeAssistantUrl, as dev.json has them"
	case !utf8.Valid(data):
		return "is not UTF-8; save it as UTF-8"
	}
	return ""
}

// next reads one field, its name and its value.
func next(dec *json.Decoder) (field string, raw json.RawMessage, err error) {
	t, err := dec.Token()
	if err != nil {
		return "", nil, err
	}
	field, _ = t.(string)
	return field, raw, dec.Decode(&raw)
}

// broken says where and how the file stops being JSON.
func broken(file, field string, data []byte, offset int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &FieldError{file, field, fmt.Sprintf("ends too early (line %d): the file was written only in part; write it again, down to the closing }", line(data, int64(len(data))))}
	}
	return &FieldError{file, field, fmt.Sprintf("is not valid JSON near line %d: %v; look for a missing comma or quotation mark there", line(data, offset), err)}
}

// set stores the value of one field and says what is wrong with it, if anything.
func (s *Stage) set(field string, raw json.RawMessage, again bool) string {
	target, ok := s.fields()[field]
	switch {
	case !ok && strings.Contains(strings.ToLower(field), "token"):
		return "is not a field of a stage, and a token never stands in a file; remove it, and put the token into the SecureString that the stack's output names"
	case !ok:
		return "is not a field of a stage; remove it, or write one of " + strings.Join(Fields(), ", ")
	case again:
		return "is there twice; remove one of the two"
	}
	if string(raw) == "null" || json.Unmarshal(raw, target) != nil {
		return fmt.Sprintf("is %s; write %s", kind(raw), wanted(target))
	}
	return ""
}

// Fields returns the names of a stage's fields as its file spells them, in order.
func Fields() []string {
	var names []string
	for f := range reflect.TypeFor[Stage]().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// fields returns where each field is stored, by the name the file has for it.
func (s *Stage) fields() map[string]any {
	targets := map[string]any{}
	for f, v := range reflect.ValueOf(s).Elem().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
			targets[name] = v.Addr().Interface()
		}
	}
	return targets
}

// kind names what a JSON value is.
func kind(raw json.RawMessage) string {
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
