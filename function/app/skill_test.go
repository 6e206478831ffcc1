package app

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
)

var update = flag.Bool("update", false, "write the golden replies again")

// A talker is a home that understands a few sentences and answers them as a recorded
// Home Assistant did. It accepts the token of a linked account.
type talker struct {
	asked atomic.Int32 // requests but those that only check whether it is there
}

func (h *talker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	h.asked.Add(1)
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Header.Get("Authorization") != "Bearer linked-token":
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/api/conversation/process":
		h.converse(w, body)
	case r.URL.Path == "/api/alexa" && bytes.Contains(body, []byte(`"HelloIntent"`)):
		_, _ = io.WriteString(w, `{"version": "1.0", "sessionAttributes": {}, "response": {"shouldEndSession": true, "outputSpeech": {"type": "PlainText", "text": "Hello from the owner"}}}`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (h *talker) converse(w http.ResponseWriter, body []byte) {
	var in struct{ Text, Language, Conversation_ID string }
	_ = json.Unmarshal(body, &in)
	kind, speech, id, goesOn := "action_done", "", "conversation-1", false
	if in.Conversation_ID != "" {
		id = in.Conversation_ID
	}
	switch in.Language + " " + in.Text {
	case "en-US turn on the kitchen light":
		speech = "Turned on the light"
	case "en-GB turn off the kitchen light":
		speech = "Turned off the light"
	case "de-DE schalte das Küchenlicht ein":
		speech = "Küchenlicht eingeschaltet"
	case "en-US turn on the light":
		kind, speech, goesOn = "query_answer", "Which one?", true
	case "en-US the one in the kitchen":
		speech = "Turned on the one of " + id
	case "fr-FR oui":
		speech, goesOn = "D'accord, et ensuite ?", true
	case "pt-BR feche a persiana":
	case "fr-FR allume le feu":
		w.WriteHeader(http.StatusBadGateway)
		return
	default:
		kind, speech = "error", "Sorry, I couldn't understand that"
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"response": map[string]any{
			"speech":        map[string]any{"plain": map[string]any{"speech": speech, "extra_data": nil}},
			"card":          struct{}{},
			"language":      in.Language,
			"response_type": kind,
			"data":          map[string]any{},
		},
		"conversation_id":       id,
		"continue_conversation": goesOn,
	})
}

// talking holds the settings that admit the skill of the samples.
func talking() map[string]string {
	return map[string]string{config.EnvTokenSource: string(config.Linked), config.EnvSkillIDs: "amzn1.ask.skill.other, amzn1.ask.skill.home"}
}

// TestSkillSamples sends each request in testdata/skill and compares the reply with the
// golden file, which -update writes again.
func TestSkillSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/skill/*.json")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			request, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			home := httptest.NewServer(new(talker))
			defer home.Close()
			app, out := started(t, home.URL, talking())
			b, err := app.Invoke(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, b, "", "  "); err != nil {
				t.Fatalf("the reply is not JSON: %s", b)
			}
			pretty.WriteByte('\n')
			golden := filepath.Join("testdata/skill/golden", name+".json")
			if *update {
				if err := os.WriteFile(golden, pretty.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || !bytes.Equal(want, pretty.Bytes()) {
				t.Errorf("the reply is\n%swant\n%s%v", pretty.Bytes(), want, err)
			}
			checkSkillReply(t, request, b)
			line := out.line(t)
			if line["locale"] == nil || line["success"] == nil || line["_aws"] == nil {
				t.Errorf("the line lacks locale, success or metrics: %v", line)
			}
			if text := strings.Join(out.lines, ""); strings.Contains(text, "linked-token") || strings.Contains(text, "an-api-token") {
				t.Errorf("the log shows a token: %s", text)
			}
		})
	}
}

// checkSkillReply fails the test unless b is a reply that Alexa accepts for the request.
func checkSkillReply(t *testing.T, request, b []byte) {
	t.Helper()
	var in struct {
		Session *struct{}
		Request struct{ Type string }
	}
	_ = json.Unmarshal(request, &in)
	var r struct {
		Version  string
		Response *struct {
			OutputSpeech *struct{ Type, Text, SSML string }
			Card         *struct{ Type string }
			Reprompt     *struct {
				OutputSpeech *struct{ Type, Text, SSML string }
			}
			ShouldEndSession *bool
			CanFulfillIntent *struct{ CanFulfill string }
		}
	}
	if err := json.Unmarshal(b, &r); err != nil || r.Version != "1.0" || r.Response == nil {
		t.Errorf("%.300s is not a skill's reply: %v", b, err)
		return
	}
	says := r.Response.OutputSpeech
	family, _, _ := strings.Cut(in.Request.Type, ".")
	notice := family == "AudioPlayer" || family != in.Request.Type && in.Session == nil
	switch {
	case in.Request.Type == alexa.SessionEnded || notice:
		if says != nil || r.Response.Card != nil {
			t.Errorf("a request that takes no speech gets speech or a card: %s", b)
		}
	case in.Request.Type == alexa.CanFulfill:
		if says != nil || r.Response.CanFulfillIntent == nil {
			t.Errorf("the reply does not say whether the intent can be fulfilled: %s", b)
		}
	default:
		if says == nil || says.Text == "" && says.SSML == "" || r.Response.ShouldEndSession == nil {
			t.Errorf("the reply has no speech or no shouldEndSession: %s", b)
		}
	}
}

// TestSkillsNeverActUnasked sends requests that must not reach the home.
func TestSkillsNeverActUnasked(t *testing.T) {
	for _, name := range []string{"launch_de", "help_fr", "stop_es", "cancel_ja", "fallback_it", "session_ended", "session_failed", "can_fulfill_sentence", "can_fulfill_own", "unlinked_de", "foreign_skill", "sentence_empty", "unknown_type"} {
		h := new(talker)
		home := httptest.NewServer(h)
		app, _ := started(t, home.URL, talking())
		request, err := os.ReadFile("testdata/skill/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := app.Invoke(t.Context(), request); err != nil {
			t.Error(err)
		}
		home.Close()
		if n := h.asked.Load(); n != 0 {
			t.Errorf("%s: the home got %d requests, want none", name, n)
		}
	}
}

// TestSkillIDs checks that only the skills in the settings are admitted, and none
// without settings.
func TestSkillIDs(t *testing.T) {
	request, err := os.ReadFile("testdata/skill/sentence_en.json")
	if err != nil {
		t.Fatal(err)
	}
	for ids, want := range map[string]string{"amzn1.ask.skill.home": "", "": "unknown_skill", "amzn1.ask.skill.hom": "unknown_skill", " , ": "settings"} {
		h := new(talker)
		home := httptest.NewServer(h)
		env := talking()
		env[config.EnvSkillIDs] = ids
		app, out := started(t, home.URL, env)
		b, _ := app.Invoke(t.Context(), request)
		home.Close()
		if cause, _ := out.line(t)["cause"].(string); cause != want {
			t.Errorf("ids %q: the cause is %q, want %q: %s", ids, cause, want, b)
		}
	}
}
