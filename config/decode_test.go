package config_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		name, data string
		field      string
		text       string // part of the problem; empty: none
	}{
		{"one field", `{"locale": "en-US"}`, "", ""},
		{"byte order mark", "\ufeff{\"locale\": \"en-US\"}", "", ""},
		{"no field", `{}`, "", ""},
		{"empty", "", "", "is empty"},
		{"blank", " \n\t", "", "is empty"},
		{"huge", `{"ca": "` + strings.Repeat("a", 64<<10) + `"}`, "", "larger than 64 KB"},
		{"not UTF-8", "{\"locale\": \"\xff\"}", "", "not UTF-8"},
		{"list", `[]`, "", "begin with {"},
		{"text", `"locale"`, "", "begin with {"},
		{"not JSON", `locale: en-US`, "", "begin with {"},
		{"half a field", `{"locale": "en`, "locale", "only in part"},
		{"half an object", "{\"locale\": \"en-US\",\n", "", "only in part"},
		{"no closing brace", `{"locale": "en-US"`, "", "only in part"},
		{"no comma", "{\"locale\": \"en-US\"\n\"memory\": 128}", "", "line 2"},
		{"comma too many", "{\"locale\": \"en-US\",\n}", "", "near line"},
		{"comment", "{\n// mine\n}", "", "near line"},
		{"trailing", "{}\n{}", "", "line 2"},
		{"trailing letters", "{} x", "", "goes on after"},
		{"unknown field", `{"timout": 8}`, "timout", "timeout, tokenSource"},
		{"other case", `{"Locale": "en-US"}`, "Locale", "not a field"},
		{"unexported", `{"name": "x"}`, "name", "not a field"},
		{"token", `{"homeAssistantToken": "canary"}`, "homeAssistantToken", "hearthgate token"},
		{"twice", `{"memory": 128, "memory": 256}`, "memory", "twice"},
		{"twice, escaped", `{"memory": 128, "mem\u006fry": 256}`, "memory", "twice"},
		{"twice in a rule", `{"policy": [{"effect": "deny"}, {"effect": "deny", "effect": "allow"}]}`, "policy[1].effect", "comes twice; remove"},
		{"rule cut off", `{"policy": [{"effect": "deny`, "policy[0].effect", "only in part"},
		{"rule without a colon", "{\"policy\": [\n{\"effect\" \"deny\"}]}", "policy[0].effect", "near line 2: found '\"', expected a colon; look for"},
		{"two rules in one", "{\"policy\": {\"a\": 1, \"a\": 2}}", "policy.a", "comes twice"},
		{"number as text", `{"memory": "128"}`, "memory", "is text; write a whole number"},
		{"fraction", `{"timeout": 8.5}`, "timeout", "whole number"},
		{"number too large", `{"memory": 1e99}`, "memory", "whole number"},
		{"text as a number", `{"customSkillId": 7}`, "customSkillId", "write text"},
		{"truth as text", `{"verifySsl": "false"}`, "verifySsl", "true or false"},
		{"null", `{"locale": null}`, "locale", "is null"},
		{"null for a number", `{"memory": null}`, "memory", "is null"},
		{"object", `{"alarmEmail": {}}`, "alarmEmail", "is an object"},
		{"list of addresses", `{"alarmEmail": ["a@example.com"]}`, "alarmEmail", "is a list"},
		{"users in one text", `{"allowedUsers": "amzn1.account.A"}`, "allowedUsers", "write a list of texts"},
		{"no users", `{"allowedUsers": null}`, "allowedUsers", "is null"},
		{"one kind to confirm", `{"confirm": "lock"}`, "confirm", "write a list of texts"},
		{"timeout in words", `{"homeAssistantTimeout": "7s"}`, "homeAssistantTimeout", "a number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Decode("config/stages/home.json", []byte(tt.data))
			problems := split(err)
			if tt.text == "" {
				if err != nil {
					t.Errorf("got %v, want no problem", err)
				}
				return
			}
			if len(problems) == 0 && err != nil {
				problems = split(joined{err})
			}
			if len(problems) != 1 || problems[0].Field != tt.field || !strings.Contains(problems[0].Problem, tt.text) {
				t.Fatalf("got %v, want one problem of %q with %q", err, tt.field, tt.text)
			}
			if !strings.HasPrefix(err.Error(), "config/stages/home.json") || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v, want the file's name first and no token", err)
			}
		})
	}
}

func TestDecodeReportsEverything(t *testing.T) {
	_, err := config.Decode("x.json", []byte(`{"memory": "1", "what": 1, "locale": "en-US", "timeout": []}`))
	var fields []string
	for _, p := range split(err) {
		fields = append(fields, p.Field)
	}
	if want := []string{"memory", "what", "timeout"}; !slices.Equal(fields, want) {
		t.Errorf("problems with %v, want %v", fields, want)
	}
	_, err = config.Decode("x.json", []byte("{\"memory\": 1, \"memory\": 2, \"what\": 1,\n\"locale\": \"en-US\" \"timeout\": 9}"))
	want := []string{
		"x.json: memory is there twice; remove one of the two",
		"x.json: what is not a field of a stage; remove it, or write one of " + strings.Join(config.Fields(), ", "),
		"x.json is not valid JSON near line 2: found '\"', expected a comma or }; look for a missing comma or quotation mark there",
	}
	if got := strings.Split(fmt.Sprint(err), "\n"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzDecode checks that Decode never panics, and that a valid stage is the same after
// it is written and read back.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"locale": "en-US", "homeAssistantUrl": "https://home.example.com", "homeAssistantTimeout": 2.5}`))
	f.Add([]byte(`{"locale": "ja-JP", "homeAssistantUrl": "https://h.example.com:1", "tokenSource": "linked", "verifySsl": false}`))
	f.Add([]byte(`{"memory": 1e3, "ca": "-----BEGIN CERTIFICATE-----\n"}`))
	f.Add([]byte(`{"allowedUsers": [], "policy": [ {"deny": "Alexa.LockController"} ]}`))
	f.Add([]byte(`{"locale": "en`))
	f.Fuzz(func(t *testing.T, data []byte) {
		stage, err := config.Decode("home.json", data)
		if err != nil || stage.Validate() != nil {
			return
		}
		if region, err := config.Region(stage.Locale); err != nil || stage.Region != region || time.Duration(stage.Timeout)*time.Second < alexa.ReplyTimeout {
			t.Errorf("valid, but its region is %q and its timeout %d s", stage.Region, stage.Timeout)
		}
		written, err := json.Marshal(stage)
		if err != nil {
			t.Fatal(err)
		}
		again, err := config.Decode("home.json", written)
		if rewritten, _ := json.Marshal(again); err != nil || !bytes.Equal(rewritten, written) {
			t.Errorf("read back %s, %v\nwant      %s", rewritten, err, written)
		}
	})
}

// joined makes one error look like several, for [split].
type joined struct{ error }

func (j joined) Unwrap() []error { return []error{j.error} }

// TestConfirmIsKept checks that a file which confirms nothing still does when it is
// written again, and that one without the field stays without it.
func TestConfirmIsKept(t *testing.T) {
	for file, want := range map[string]string{
		`{}`:                            "absent",
		`{"confirm": []}`:               "[]",
		`{"confirm": ["lock","valve"]}`: `["lock","valve"]`,
	} {
		s, err := config.Decode("config/stages/home.json", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(b, &fields); err != nil {
			t.Fatal(err)
		}
		if got := cmp.Or(string(fields["confirm"]), "absent"); got != want {
			t.Errorf("%s is written as %s, want %s", file, got, want)
		}
	}
}
