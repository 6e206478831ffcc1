package homeassistant_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// TestRotation has the home refuse the stored token, and the parameters hold another.
func TestRotation(t *testing.T) {
	for _, tt := range []struct {
		name      string
		source    config.TokenSource
		renewed   core.Secret
		tokens    []string // that the home is shown
		refreshed int
		cause     core.Cause
	}{
		{"rotated", config.Stored, "new", []string{canary, "new"}, 1, ""},
		{"rotated to a wrong one", config.Stored, "other", []string{canary, "other"}, 1, "unauthorized"},
		{"not rotated", config.Stored, "", []string{canary}, 1, "unauthorized"},
		{"linked", config.Linked, "new", []string{canary}, 0, "unauthorized"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			h.settings.TokenSource, h.renewed = tt.source, tt.renewed
			h.takes("new", response)
			_, err := h.send(directive("TurnOn", canary))
			if core.CauseOf(err) != tt.cause || !slices.Equal(h.tokens, tt.tokens) || h.refreshed != tt.refreshed {
				t.Errorf("%v, shown %v, read again %d times; want %q, %v, %d", err, h.tokens, h.refreshed, tt.cause, tt.tokens, tt.refreshed)
			}
			if _, err = h.send(directive("TurnOn", canary)); tt.cause != "" && core.CauseOf(err) != core.CauseTokenPaused || tt.cause == "" && err != nil {
				t.Errorf("the next one: %v", err)
			}
			if h.refreshed != tt.refreshed {
				t.Errorf("the next one read the parameters again, %d times now", h.refreshed)
			}
		})
	}
}

// TestRotationHealsLater has the owner put a new token in place some time after the
// old one was refused. Nothing is deployed, and nobody calls an operation.
func TestRotationHealsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		h.takes("new", response)
		h.walk([]step{{0, "TurnOn", true, "unauthorized"}, {time.Second, "TurnOn", false, "token_paused"}})
		h.renewed = "new"
		h.walk([]step{{59 * time.Second, "TurnOn", true, ""}, {0, "TurnOn", true, ""}})
		if want := []string{canary, canary, "new", "new"}; !slices.Equal(h.tokens, want) {
			t.Errorf("the home was shown %v, want %v", h.tokens, want)
		}
	})
}

// TestRotationByHand has the owner tell the function of the new token: the pause of
// the old one is none of the new one.
func TestRotationByHand(t *testing.T) {
	h := newHome(t)
	h.takes("new", response)
	_, _ = h.send(directive("TurnOn", "x"))
	h.settings.Token = "new"
	if _, err := h.send(directive("TurnOn", "x")); err != nil {
		t.Error(err)
	}
}
