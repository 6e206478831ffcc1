package alexa_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/alexa"
)

const request = `{"version":"1.0","session":{"new":false,"application":{"applicationId":"amzn1.ask.skill.session"},"attributes":{"a":{"b":1}},"user":{"userId":"u-session","accessToken":"t-session"}},
"context":{"System":{"application":{"applicationId":"amzn1.ask.skill.system"},"user":{"userId":"u-system","accessToken":"t-system"},"apiAccessToken":"t-api"}},
"request":{"type":"IntentRequest","requestId":"r-1","locale":"de-AT","intent":{"name":"Sentence_turn","slots":{"sentence":{"name":"sentence","value":"on the light"},"none":{"name":"none"}}}}}`

// skillRequest parses a custom skill's request.
func skillRequest(event []byte) (alexa.SkillRequest, error) {
	e, err := alexa.ParseEvent(event)
	r, _ := e.(alexa.SkillRequest)
	return r, err
}

func TestSkillRequest(t *testing.T) {
	r, err := skillRequest([]byte(request))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ field, got, want string }{
		{"Type", r.Type, "IntentRequest"}, {"ID", r.ID, "r-1"}, {"Locale", r.Locale, "de-AT"}, {"Intent.Name", r.Intent.Name, "Sentence_turn"},
		{"the slot", r.Said("sentence"), "on the light"}, {"a slot without a value", r.Said("none"), ""}, {"a missing slot", r.Said("other"), ""},
		{"ApplicationID", r.ApplicationID, "amzn1.ask.skill.system"}, {"UserID", r.UserID, "u-system"}, {"Token", r.Token(), "t-system"},
		{"Attributes", string(r.Attributes["a"]), `{"b":1}`}, {"Raw", string(r.Raw()), request}, {"String", r.String(), "IntentRequest Sentence_turn"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %q, want %q", tt.field, tt.got, tt.want)
		}
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, r); strings.Contains(text, "t-system") {
			t.Errorf("%s shows the token: %s", format, text)
		}
	}
}

func TestSkillRequestOfTheSessionAlone(t *testing.T) {
	r, err := skillRequest([]byte(strings.Replace(request, `"context"`, `"other"`, 1)))
	if err != nil || r.ApplicationID != "amzn1.ask.skill.session" || r.UserID != "u-session" || r.Token() != "t-session" {
		t.Errorf("got %+v, token %q, %v", r, r.Token(), err)
	}
}

func TestReason(t *testing.T) {
	for reason, want := range map[string]string{`"USER_INITIATED"`: "USER_INITIATED", `{"code":"AD_NOT_READY"}`: "", `null`: ""} {
		r, err := skillRequest([]byte(`{"request":{"type":"SessionEndedRequest","reason":` + reason + `}}`))
		if err != nil || r.Reason != want {
			t.Errorf("%s is read as %q, want %q: %v", reason, r.Reason, want, err)
		}
	}
}

func TestSkillRequestProblems(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: "neither a Smart Home directive", ``: "is empty", `[1]`: "not a JSON object", `{"request":{"type":7}}`: "field request.type is a JSON number",
		`{"request":{"type":"LaunchRequest","locale":"de-DE"},"session":3}`: "field session is a JSON number",
	} {
		r, err := skillRequest([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if strings.Contains(text, "de-DE") && r.Locale != "de-DE" {
			t.Errorf("%s: the language is lost", text)
		}
	}
}

// TestPhrases looks that no language lacks a phrase, and that each is of its own.
func TestPhrases(t *testing.T) {
	english := reflect.ValueOf(*alexa.PhrasesFor("en-US"))
	for _, locale := range []string{"de-DE", "fr-CA", "es-MX", "it-IT", "pt-BR", "nl-NL", "ja-JP", "hi-IN", "ar-SA"} {
		p := reflect.ValueOf(*alexa.PhrasesFor(locale))
		for i := range p.NumField() {
			name, text := p.Type().Field(i).Name, p.Field(i).String()
			if text == "" || text == english.Field(i).String() {
				t.Errorf("%s: %s is %q", locale, name, text)
			}
		}
	}
	for _, locale := range []string{"", "sv-SE", "xx", "EN-us", "-", strings.Repeat("x", 10_000)} {
		if alexa.PhrasesFor(locale) != alexa.PhrasesFor("en-GB") {
			t.Errorf("%.20q is not answered in English", locale)
		}
	}
}

func TestSpeech(t *testing.T) {
	long := alexa.Markup("<speak>" + strings.Repeat("<p>a &amp; b</p>", 1000) + "</speak>")
	for _, tt := range []struct {
		text alexa.Markup
		want string
	}{
		{"hello", `"outputSpeech":{"type":"PlainText","text":"hello"}`},
		{"<speak>a<break/>b</speak>", `"type":"SSML"`},
		{"<speak>not closed", `"type":"PlainText"`},
		{long, `"type":"PlainText","text":"a \u0026 ba \u0026 b`},
		{alexa.SSML(`<"tom" & 'jerry'>`), `\u0026lt;\u0026quot;tom\u0026quot; \u0026amp; \u0026apos;jerry\u0026apos;\u0026gt;`},
	} {
		b, err := alexa.SkillReply{SSML: tt.text}.Encode()
		if err != nil || !strings.Contains(string(b), tt.want) {
			t.Errorf("%.40q is said as %.200s, %v; want %s", tt.text, b, err, tt.want)
		}
	}
	b, _ := alexa.SkillReply{}.Encode()
	if string(b) != `{"version":"1.0","response":{"shouldEndSession":true}}` {
		t.Errorf("the zero reply is %s", b)
	}
}

// TestS7PlainSpeech checks that plain text stays plain text, whatever is in it.
func TestS7PlainSpeech(t *testing.T) {
	for _, text := range []string{"<speak>a</speak>", "<speak><audio src='https://evil.example/x.mp3'/></speak>", "<SPEAK>a</SPEAK>", " <speak>a</speak>", "a < b & c", "&lt;speak&gt;"} {
		b, err := alexa.SkillReply{Speech: text, Reprompt: text, Open: true}.Encode()
		var r struct {
			Response struct {
				OutputSpeech struct{ Type, Text, SSML string }
				Reprompt     struct {
					OutputSpeech struct{ Type, Text, SSML string }
				}
			}
		}
		if json.Unmarshal(b, &r) != nil || err != nil {
			t.Fatal(err)
		}
		for _, says := range []struct{ Type, Text, SSML string }{r.Response.OutputSpeech, r.Response.Reprompt.OutputSpeech} {
			if says.Type != "PlainText" || says.Text != text || says.SSML != "" {
				t.Errorf("%q is said as %+v", text, says)
			}
		}
	}
}

// FuzzParseSkill feeds anything: no panic, and what is parsed can be answered.
func FuzzParseSkill(f *testing.F) {
	for _, seed := range []string{request, `{}`, `{"request":{"type":"LaunchRequest"}}`, `{"request":{"intent":{"slots":[]}}}`, `{"request":`, "\x00", `{"session":{"attributes":{"a":1e999}},"request":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _ := skillRequest(b)
		_ = r.String()
		reply, err := alexa.SkillReply{Speech: r.Said("sentence"), Reprompt: r.Locale, Card: &alexa.Card{Content: r.Intent.Name}, Attributes: r.Attributes, Open: true}.Encode()
		if err != nil || !json.Valid(reply) {
			t.Errorf("%q is answered with %q, %v", b, reply, err)
		}
		if can, err := alexa.Fulfillment(r, "MAYBE", "sentence"); err != nil || !json.Valid(can) {
			t.Errorf("%q is answered with %q, %v", b, can, err)
		}
	})
}
