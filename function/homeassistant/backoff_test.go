package homeassistant_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// step is a directive after a time, and what is to come of it.
type step struct {
	after time.Duration
	name  string
	sent  bool
	cause core.Cause
}

func (h *home) walk(steps []step) {
	h.t.Helper()
	for i, s := range steps {
		time.Sleep(s.after)
		before := len(h.tokens)
		_, err := h.send(directive(s.name, "linked"))
		if sent := len(h.tokens) > before; sent != s.sent || core.CauseOf(err) != s.cause {
			h.t.Errorf("step %d, %s: sent %v, %v; want %v, cause %q", i, s.name, sent, err, s.sent, s.cause)
		}
	}
}

func TestRefusedTokenPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		h.responds(401, "text/plain", "401: Unauthorized")
		h.walk([]step{
			{0, "TurnOn", true, "unauthorized"},
			{0, "TurnOn", false, "token_paused"},
			{30 * time.Second, "ReportState", false, "token_paused"},
			{29 * time.Second, "Discover", false, "token_paused"},
			{time.Second, "TurnOn", true, "unauthorized"},
			{59 * time.Second, "TurnOn", false, "token_paused"},
		})
		h.takes(canary, response)
		h.walk([]step{{time.Second, "TurnOn", true, ""}, {0, "TurnOn", true, ""}})
	})
}

// TestPausedIsToldAsRefused looks that Alexa is told of a paused token what it was
// told of the refused one.
func TestPausedIsToldAsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		token string
		want  core.Kind
	}{
		"wrong":   {"token-of-nobody", core.Unauthorized},
		"expired": {jwt("", time.Now().Add(-time.Hour)), core.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			h.settings.TokenSource, h.settings.Token = config.Linked, ""
			h.responds(401, "text/plain", "")
			for range 2 {
				_, err := h.send(directive("TurnOn", tt.token))
				if core.KindOf(err) != tt.want || strings.Contains(err.Error(), tt.token) {
					t.Errorf("got %v of kind %v, want %v", err, core.KindOf(err), tt.want)
				}
			}
			h.takes("another", response)
			if _, err := h.send(directive("TurnOn", "another")); err != nil || len(h.tokens) != 2 {
				t.Errorf("another token: %v, %d requests", err, len(h.tokens))
			}
		})
	}
}

// TestBanIsNotFed has the home ban our address: commands are not sent, a question a
// minute looks, and when it finds the ban lifted everything is as before.
func TestBanIsNotFed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		h.responds(403, "text/plain; charset=utf-8", "403: Forbidden")
		h.walk([]step{
			{0, "TurnOn", true, "banned"},
			{0, "TurnOn", false, "banned"},
			{59 * time.Second, "ReportState", false, "banned"},
			{time.Second, "TurnOn", false, "banned"},
			{0, "ReportState", true, "banned"},
			{0, "ReportState", false, "banned"},
			{time.Minute, "Discover", true, "banned"},
			{0, "TurnOn", false, "banned"},
		})
		h.responds(200, "application/json", response)
		h.walk([]step{
			{59 * time.Second, "TurnOn", false, "banned"},
			{time.Second, "ReportState", true, ""},
			{0, "TurnOn", true, ""},
		})
	})
}

// TestBanWithoutQuestions has nobody ask for a while: then a command may look.
func TestBanWithoutQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		h.responds(403, "text/plain", "403: Forbidden")
		h.walk([]step{{0, "TurnOn", true, "banned"}, {4 * time.Minute, "TurnOn", false, "banned"}, {time.Minute, "TurnOn", true, "banned"}})
	})
}

// TestProbeThatGetsNowhere has the way to a home break while it bans us.
func TestProbeThatGetsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		h.responds(403, "text/plain", "403: Forbidden")
		h.walk([]step{{0, "TurnOn", true, "banned"}})
		h.away()
		h.walk([]step{{time.Minute, "ReportState", true, "refused"}, {0, "TurnOn", false, "banned"}})
	})
}
