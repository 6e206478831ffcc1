package homeassistant_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// TestC7Correlation has the home answer with another correlation token than the
// directive has, or with none.
func TestC7Correlation(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		cause        core.Cause
	}{
		{"theirs", response, ""},
		{"none", strings.Replace(response, `"correlationToken":"c1",`, "", 1), ""},
		{"an empty one", strings.Replace(response, `"c1"`, `""`, 1), ""},
		{"that of another directive", strings.Replace(response, `"c1"`, `"c2"`, 1), "mixed_up"},
		{"a number", strings.Replace(response, `"c1"`, `7`, 1), "malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			h.responds(200, "application/json", tt.answer)
			got, err := h.send(directive("TurnOn", "x"))
			if core.CauseOf(err) != tt.cause {
				t.Fatalf("got %v, want cause %q", err, tt.cause)
			}
			if tt.cause != "" {
				return
			}
			var r struct {
				Event struct {
					Header struct{ Namespace, Name, CorrelationToken string }
				}
			}
			if err := json.Unmarshal(got, &r); err != nil || r.Event.Header.CorrelationToken != "c1" || r.Event.Header.Name != "Response" {
				t.Errorf("%v: %s", err, got)
			}
			if tt.name == "theirs" && string(got) != response {
				t.Errorf("it was changed: %s", got)
			}
		})
	}
}
