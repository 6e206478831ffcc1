package app

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// TestSentenceWithoutWords has a home that answers a sentence, or an intent of the owner's,
// with nothing to say: what it did is not said to have failed, and not the other way round.
func TestSentenceWithoutWords(t *testing.T) {
	const failed = "Sorry, something went wrong."
	intent := asked("", `"type":"IntentRequest","intent":{"name":"Mine"}`)
	for _, tt := range []struct{ name, event, answer, want string }{
		{"done", spoken("en-US", ""), `{"response":{"response_type":"action_done","speech":{}}}`, "Done."},
		{"done, and space", spoken("en-US", ""), `{"response":{"response_type":"action_done","speech":{"plain":{"speech":" \n "}}}}`, "Done."},
		{"failed", spoken("en-US", ""), `{"response":{"response_type":"error","speech":{},"data":{"code":"failed_to_handle"}}}`, failed},
		{"failed, and space", spoken("en-US", ""), `{"response":{"response_type":"error","speech":{"plain":{"speech":" "}}}}`, failed},
		{"failed, and a word", spoken("en-US", ""), `{"response":{"response_type":"error","speech":{"plain":{"speech":"No."}}}}`, "No."},
		{"an intent", intent, `{"version":"1.0","response":{}}`, ""},
		{"an intent and null", intent, `{"version":"1.0","response":null}`, failed},
		{"an intent and a number", intent, `{"version":"1.0","response":7}`, failed},
		{"a request without an intent", asked("", `"type":"IntentRequest"`), `{"version":"1.0","response":{}}`, failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home, _ := thinker(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tt.answer) })
			app, out := started(t, home, map[string]string{config.EnvSkillIDs: "amzn1.ask.skill.home"})
			if said := hear(t, app, tt.event, 8*time.Second); said != tt.want {
				t.Errorf("it says %q, want %q", said, tt.want)
			}
			if line := out.line(t); line["success"] != (tt.want != failed) {
				t.Errorf("the line says %v", line)
			}
		})
	}
}
