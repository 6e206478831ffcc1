package homeassistant_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/access/accesstest"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// TestConversationOfAStartingHome checks that a missing conversation is explained by
// the home's state.
func TestConversationOfAStartingHome(t *testing.T) {
	e, err := alexa.ParseEvent([]byte(`{"request":{"type":"IntentRequest","locale":"en-US","intent":{"name":"Sentence_turn"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		config httpclient.Response
		cause  core.Cause
	}{
		{"starting", httpclient.Response{Status: 200, Body: []byte(`{"state":"NOT_RUNNING"}`)}, core.CauseStarting},
		{"running", httpclient.Response{Status: 200, Body: []byte(`{"state":"RUNNING"}`)}, core.CauseNotConfigured},
		{"no state", httpclient.Response{Status: 200, Body: []byte(`{}`)}, core.CauseNotConfigured},
		{"refused", httpclient.Response{Status: 401}, core.CauseNotConfigured},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			h.request = func(_ context.Context, r httpclient.Request) (httpclient.Response, error) {
				if strings.HasSuffix(r.URL, "/api/config") {
					if !r.Idempotent || r.Reuse <= 0 {
						t.Errorf("the configuration is requested with %+v, want it reusable", r)
					}
					return tt.config, nil
				}
				return httpclient.Response{Status: http.StatusNotFound}, nil
			}
			_, err := h.Converse(context.Background(), accesstest.Permit(), e.(alexa.SkillRequest), "turn on the light")
			if core.CauseOf(err) != tt.cause {
				t.Errorf("got %v, want cause %q", err, tt.cause)
			}
		})
	}
}

// TestConversationID has a home give its conversation an id of any length and type: what
// Home Assistant gives comes back, and nothing that makes the reply too long for Alexa.
func TestConversationID(t *testing.T) {
	e, err := alexa.ParseEvent([]byte(`{"session":{"sessionId":"s","attributes":{"conversation_id":"before","own":1}},"request":{"type":"IntentRequest","locale":"en-US","intent":{"name":"Sentence_turn"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		`"01JQ"`: `"01JQ"`, `null`: `null`, `"` + strings.Repeat("x", 254) + `"`: `"` + strings.Repeat("x", 254) + `"`,
		`"` + strings.Repeat("x", 255) + `"`: ``, `{"a":"` + strings.Repeat("x", 1<<20) + `"}`: ``,
	} {
		h := newHome(t)
		h.request = func(context.Context, httpclient.Request) (httpclient.Response, error) {
			return httpclient.Response{Status: 200, Body: []byte(`{"response":{"response_type":"query_answer","speech":{"plain":{"speech":"Which one?"}}},"conversation_id":` + id + `,"continue_conversation":true}`)}, nil
		}
		reply, err := h.Converse(context.Background(), accesstest.Permit(), e.(alexa.SkillRequest), "turn on the light")
		if got := string(reply.Attributes["conversation_id"]); err != nil || got != want || string(reply.Attributes["own"]) != "1" {
			t.Errorf("%.20s: the attributes are %.60s, %v", id, reply.Attributes, err)
		}
	}
}
