package config_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// typed are values that a person types, by the type of the field in Go: right ones with
// their JSON, and wrong ones.
var typed = map[string]struct {
	right map[string]string
	wrong []string
}{
	"string":             {map[string]string{"x y": `"x y"`, " padded ": `"padded"`, "12": `"12"`, `a"b<`: `"a\"b<"`, "null": `"null"`}, nil},
	"config.TokenSource": {map[string]string{"linked": `"linked"`}, nil},
	"config.Connection":  {map[string]string{"relay": `"relay"`}, nil},
	"bool":               {map[string]string{"true": "true", "false": "false"}, []string{"yes", "", `"true"`, "1", "null"}},
	"int":                {map[string]string{"77": "77", " 5 ": "5"}, []string{"", "7.5", "many", `"7"`, "9999999999999999999999", "null"}},
	"float64":            {map[string]string{"2.5": "2.5", "3": "3"}, []string{"", "a", "1,5", "null"}},
	"[]string":           {map[string]string{"a, b": `["a","b"]`, `["a,b"]`: `["a,b"]`, "": "[]", "[]": "[]"}, []string{`["a"`, "[1]", `["a"] more`}},
	"config.Homes": {
		map[string]string{`{}`: `{}`, ` {"cabin": {}} `: `{"cabin":{}}`, `{"b": {"homeAssistantUrl": "https://b.example.com", "confirm": []}, "a": {"verifySsl": false, "tokenSource": "stored"}}`: `{"a":{"verifySsl":false},"b":{"confirm":[],"homeAssistantUrl":"https://b.example.com"}}`},
		[]string{"", "cabin", "[]", `{"cabin": "https://b.example.com"}`, `{"cabin": {"locale": "en-US"}}`, `{"cabin": {"ca": 1}}`, `{"cabin": {}, "cabin": {}}`, `{"cabin": {"ca": "a", "ca": "b"}}`, `{"cabin": {"policy": [{"a": 1, "a": 2}]}}`, `{"cabin": null}`, `{"cabin": {}`, "null"},
	},
	"json.RawMessage": {map[string]string{`[{"a": 1}]`: `[{"a":1}]`, `{}`: `{}`}, []string{"", "deny", `[{"a": 1}`, `[{"a": 1, "a": 2}]`}},
}

// TestSet sets every field to values of its type, in the words of a person.
func TestSet(t *testing.T) {
	types := map[string]string{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config.Stage]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		types[name] = f.Type.String()
	}
	for _, field := range config.Fields() {
		t.Run(field, func(t *testing.T) {
			values, ok := typed[types[field]]
			if !ok {
				t.Fatalf("no values are known for the type %s", types[field])
			}
			for text, want := range values.right {
				s := valid()
				if err := s.Set(field, text); err != nil || string(s.Value(field)) != want {
					t.Errorf("%q: got %s, %v, want %s", text, s.Value(field), err, want)
				}
				again := valid()
				if err := again.Set(field, s.Text(field)); s.Text(field) != "" && (err != nil || string(again.Value(field)) != want) {
					t.Errorf("%q is shown as %q, which sets %s, %v", text, s.Text(field), again.Value(field), err)
				}
				if err := s.Unset(field); err != nil || !s.IsDefault(field) {
					t.Errorf("unset it is %s, %v", s.Value(field), err)
				}
			}
			for text := range values.right {
				copied := valid()
				for other := range values.right {
					if err := copied.Set(field, other); err != nil {
						t.Fatal(err)
					}
					s, before := copied, string(copied.Value(field))
					if err := s.Set(field, text); err != nil || string(copied.Value(field)) != before {
						t.Errorf("setting %q changed a copy from %s to %s, %v", text, before, copied.Value(field), err)
					}
				}
			}
			for _, text := range values.wrong {
				s := valid()
				if err := s.Set(field, text); err == nil || !strings.HasPrefix(err.Error(), "home: "+field) || !strings.Contains(err.Error(), "; ") {
					t.Errorf("%q: got %v", text, err)
				}
				if !reflect.DeepEqual(s, valid()) {
					t.Errorf("%q changed the stage: %+v", text, s)
				}
			}
		})
	}
}

// TestRegionFollows changes the locale: the region follows, unless it was set to another.
func TestRegionFollows(t *testing.T) {
	s := config.NewStage("home")
	for _, step := range []struct {
		set, to, region string
		isDefault       bool
	}{
		{"locale", "de-DE", "eu-west-1", true},
		{"locale", "ja-JP", "us-west-2", true},
		{"locale", "xx", "", true},
		{"locale", "en-US", "us-east-1", true},
		{"region", "eu-west-1", "eu-west-1", false},
		{"locale", "ja-JP", "eu-west-1", false},
	} {
		if err := s.Set(step.set, step.to); err != nil || s.Region != step.region || s.IsDefault("region") != step.isDefault {
			t.Errorf("after %s = %s the region is %q, %v", step.set, step.to, s.Region, err)
		}
	}
	if err := s.Unset("region"); err != nil || s.Region != "us-west-2" {
		t.Errorf("unset it is %q, %v", s.Region, err)
	}
}

func TestNoSuchField(t *testing.T) {
	s := valid()
	for field, want := range map[string]string{"colour": "is not a field of a stage", "token": "a token never stands in a file"} {
		for what, err := range map[string]error{"set": s.Set(field, "canary"), "unset": s.Unset(field)} {
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s %s: %v", what, field, err)
			}
		}
		if s.Value(field) != nil || s.Text(field) != "" {
			t.Errorf("%s has the value %s", field, s.Value(field))
		}
	}
}

func TestProblems(t *testing.T) {
	s := valid()
	if got := s.Problems(); got != nil {
		t.Errorf("got %v", got)
	}
	s.Memory, s.Policy = 1, json.RawMessage("{")
	if got := s.Problems(); len(got) != 2 || got[0].Field != "policy" || got[1].Field != "memory" {
		t.Errorf("got %v", got)
	}
	if got := string(s.Value("policy")); got != "{" {
		t.Errorf("rules that are not JSON are shown as %s", got)
	}
}

// TestChoices sets each field to each of its choices, which the validator accepts.
func TestChoices(t *testing.T) {
	for _, field := range config.Fields() {
		for _, choice := range config.Choices(field) {
			s := config.NewStage("home")
			s.Account, s.URL = "111122223333", "https://home.example.com"
			if err := s.Set("locale", "en-US"); err != nil {
				t.Fatal(err)
			}
			if err := s.Set(field, choice); err != nil || s.Validate() != nil {
				t.Errorf("%s = %s: %v, %v", field, choice, err, s.Validate())
			}
		}
	}
	if got := config.Choices("verifySsl"); !slices.Equal(got, []string{"true", "false"}) {
		t.Errorf("choices of a switch: %v", got)
	}
	if got := config.Choices("memory"); got != nil {
		t.Errorf("choices of a number: %v", got)
	}
}
