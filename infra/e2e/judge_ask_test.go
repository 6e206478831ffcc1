package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// silent are the request types that come outside a session, by their first words.
// Amazon forbids speech in the answer.
var silent = []string{
	"Alexa.Authorization.", "Alexa.DataStore.", "AlexaHouseholdListEvent.", "AlexaSkillEvent.", "AudioPlayer.",
	"Messaging.", "PlaybackController.", "Reminders.", "System.ExceptionEncountered",
}

// TestJudgeRequests sends a request of every type that Amazon's skill SDK knows, as
// the SDK serializes it. The SDK reads each reply without loss, and a reply has
// speech only where it may.
func TestJudgeRequests(t *testing.T) {
	requests := map[string]json.RawMessage{}
	judges.Run(t, root(t), "ask", &requests, nil, "requests")
	if len(requests) < 59 {
		t.Fatalf("the SDK knows %d request types, want 59 and more", len(requests))
	}
	token := canaries.make("stored")
	_, home := demo(t, token)
	f := start(t, localrun.Options{}, skillAt(home.URL, token)...)

	types := slices.Sorted(maps.Keys(requests))
	replies := make([]string, len(types))
	for i, kind := range types {
		within := !slices.ContainsFunc(silent, func(start string) bool { return strings.HasPrefix(kind, start) })
		a, err := f.send(t.Context(), addressed(t, requests[kind], within))
		if err != nil {
			t.Fatal(err)
		}
		replies[i] = string(a.Payload)
		t.Run(kind, func(t *testing.T) {
			if wrong := misanswered(kind, within, a); wrong != "" {
				t.Errorf("%s\nrequest: %s\nreply: %s\nlines: %s", wrong, requests[kind], a.Payload, strings.Join(a.lines, "\n"))
			}
		})
	}
	var wrong [][]string
	judges.Run(t, root(t), "ask", &wrong, replies, "replies")
	for i, kind := range types {
		for _, w := range wrong[i] {
			t.Errorf("%s: the SDK does not read the reply: %s\n%s", kind, w, replies[i])
		}
	}
	t.Logf("%d request types", len(types))
}

// addressed returns a request of the SDK as one for this skill, within a session or
// outside one.
func addressed(t *testing.T, request json.RawMessage, within bool) []byte {
	t.Helper()
	var envelope map[string]any
	if err := json.Unmarshal(request, &envelope); err != nil {
		t.Fatal(err)
	}
	application := map[string]any{"applicationId": skillID}
	envelope["context"].(map[string]any)["System"].(map[string]any)["application"] = application
	envelope["session"].(map[string]any)["application"] = application
	if !within {
		delete(envelope, "session")
	}
	b, err := json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// misanswered returns what is wrong with the answer to a request of a type; "" if
// nothing is.
func misanswered(kind string, within bool, a attempt) string {
	const nothing = `{"version":"1.0","response":{}}`
	switch l := a.line; {
	case a.FunctionError != "":
		return "the function failed: " + a.FunctionError
	case !within && string(a.Payload) != nothing:
		return "an answer outside a session must be " + nothing
	case kind == "SessionEndedRequest": // the SDK's first reason is ERROR
		return ""
	case len(a.lines) != 1 || l.Success == nil || !*l.Success || l.Level != "INFO":
		return "want one INFO line of a success"
	case strings.Contains(string(a.Payload), "went wrong"):
		return "the answer says that something went wrong"
	}
	return ""
}
