package homeassistant_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

func TestDiscoveryPassesUntouched(t *testing.T) {
	h := newHome(t)
	body := strings.ReplaceAll(found(many(3)), ",", " ,\n") // unlike what json.Marshal writes
	h.responds(200, "application/json", body)
	if got, err := h.send(directive("Discover", "x")); string(got) != body || err != nil {
		t.Errorf("got %s, %v; want the bytes of the home", got, err)
	}
}

// TestLastKnown has a good discovery, then the home in each state, and sees who gets
// the good one again.
func TestLastKnown(t *testing.T) {
	for _, tt := range []struct {
		name  string
		then  func(*home)
		stale bool
		cause core.Cause
	}{
		{"down", (*home).away, true, "refused"},
		{"starting", func(h *home) { h.responds(404, "text/plain", "404: Not Found") }, true, "not_configured"},
		{"shutting down", func(h *home) { h.responds(503, "text/plain", "") }, true, "shutting_down"},
		{"behind a proxy, down", func(h *home) { h.responds(502, "text/html", "") }, true, "bad_gateway"},
		{"failing", func(h *home) { h.responds(500, "text/plain", "") }, true, "server_error"},
		{"limited", func(h *home) { h.responds(429, "text/plain", "") }, true, "rate_limited"},
		{"banning us", func(h *home) { h.responds(403, "text/plain", "403: Forbidden") }, true, "banned"},
		{"a page", func(h *home) { h.responds(200, "text/html", "<html>") }, true, "malformed"},
		{"answering with an error", func(h *home) {
			h.responds(200, "application/json", `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","messageId":"r","payloadVersion":"3"},"payload":{"type":"INTERNAL_ERROR","message":""}}}`)
		}, true, "malformed"},
		{"answering without a list", func(h *home) {
			h.responds(200, "application/json", `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r","payloadVersion":"3"},"payload":{}}}`)
		}, true, "malformed"},
		{"panicking on the way", func(h *home) { h.answer = nil }, true, "panic"},
		{"refusing the token", func(h *home) { h.responds(401, "text/plain", "") }, false, "unauthorized"},
		{"well again", func(*home) {}, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			h.responds(200, "application/json", found(many(3)))
			if got, err := h.send(directive("Discover", "x")); len(ids(t, got)) != 3 {
				t.Fatalf("the first: %s, %v", got, err)
			}
			tt.then(h)
			got, err := h.send(directive("Discover", "x"))
			want := 0
			if tt.stale || tt.cause == "" {
				want = 3
			}
			if n := len(ids(t, got)); n != want {
				t.Errorf("%d endpoints, want %d", n, want)
			}
			if core.CauseOf(err) != tt.cause || (h.stale() == 1) != tt.stale {
				t.Errorf("failed with %v, DiscoveryServedStale %v; want cause %q, %v", err, h.stale(), tt.cause, tt.stale)
			}
			if n := h.numbers.Value(config.DiscoveryServedStale.Name).Count; n != 2 {
				t.Errorf("two Discovers have %d points of DiscoveryServedStale", n)
			}
		})
	}
}

// TestRefusedBeforeTheHome has something here refuse a Discover: its sender is nobody
// that the home would have answered.
func TestRefusedBeforeTheHome(t *testing.T) {
	h := newHome(t)
	h.responds(200, "application/json", found(many(3)))
	_, _ = h.send(directive("Discover", "x"))
	e := parse(t, directive("Discover", "x"))
	for _, err := range []error{
		core.Errorf(core.Unreachable, core.CauseIdentity, "nobody could be asked who that is"),
		core.Errorf(core.Forbidden, core.CauseDenied, "no"),
		nil,
	} {
		if got, ok := h.LastKnown(t.Context(), e, err); ok {
			t.Errorf("after %v it returned %s", err, got)
		}
	}
}

// TestRefusedStaysRefused has the home refuse a token and then be down.
func TestRefusedStaysRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		h.responds(200, "application/json", found(many(3)))
		_, _ = h.send(directive("Discover", "x"))
		h.responds(401, "text/plain", "")
		_, _ = h.send(directive("TurnOn", "x"))
		h.away()
		time.Sleep(time.Hour)
		if got, err := h.send(directive("Discover", "x")); got != nil || core.CauseOf(err) != core.CauseRefused {
			t.Errorf("got %s, %v", got, err)
		}
	})
}

func TestWhoseEndpoints(t *testing.T) {
	const ann, bob = "11111111111111111111111111111111", "22222222222222222222222222222222"
	soon := time.Now().Add(30 * time.Minute)
	for name, tt := range map[string]struct {
		token string
		stale bool
	}{
		"the same token":             {jwt(ann, soon), true},
		"the same link, renewed":     {jwt(ann, soon.Add(time.Hour)), true},
		"the same link, past":        {jwt(ann, time.Now().Add(-time.Minute)), false},
		"another link":               {jwt(bob, soon), false},
		"a guess":                    {jwt("", soon), false},
		"the name of the link alone": {ann, false},
		"no token":                   {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			h.settings.TokenSource, h.settings.Token = config.Linked, ""
			h.responds(200, "application/json", found(many(3)))
			_, _ = h.send(directive("Discover", jwt(ann, soon)))
			h.away()
			if got, _ := h.send(directive("Discover", tt.token)); (got != nil) != tt.stale {
				t.Errorf("got %s, want the last known good answer: %v", got, tt.stale)
			}
		})
	}
}

// TestMuchLess has a home that offers so many endpoints, and then so many.
func TestMuchLess(t *testing.T) {
	for _, tt := range []struct {
		name      string
		before, n int
		held      bool
	}{
		{"more", 12, 20, false},
		{"a few less", 12, 11, false},
		{"half", 12, 6, false},
		{"below half", 12, 5, true},
		{"none", 12, 0, true},
		{"none of three", 3, 0, true},
		{"none again", 0, 0, false},
		{"below half, five fewer", 8, 3, false},
		{"below half, six fewer", 9, 3, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t)
			h.responds(200, "application/json", found(many(tt.before)))
			_, _ = h.send(directive("Discover", "x"))
			h.responds(200, "application/json", found(many(tt.n)))
			got, err := h.send(directive("Discover", "x"))
			want := tt.n
			if tt.held {
				want = tt.before
			}
			if n := len(ids(t, got)); n != want || err != nil {
				t.Errorf("%d endpoints, %v; want %d", n, err, want)
			}
			if (h.stale() == 1) != tt.held {
				t.Errorf("DiscoveryServedStale is %v", h.stale())
			}
		})
	}
}

// TestMuchLessTwice sees much less again and again: it counts when ten minutes lie
// between two of them, and no good answer.
func TestMuchLessTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		for i, step := range []struct {
			after   time.Duration
			n, want int
		}{
			{0, 12, 12},
			{time.Hour, 2, 12},
			{9 * time.Minute, 2, 12},
			{30 * time.Second, 12, 12}, // good again: what was seen counts no more
			{30 * time.Second, 2, 12},
			{9*time.Minute + 59*time.Second, 3, 12},
			{time.Second, 2, 2},
			{time.Minute, 12, 12},
		} {
			time.Sleep(step.after)
			h.responds(200, "application/json", found(many(step.n)))
			got, err := h.send(directive("Discover", "x"))
			if n := len(ids(t, got)); n != step.want || err != nil {
				t.Errorf("step %d: %d endpoints, %v; want %d", i, n, err, step.want)
			}
		}
	})
}

// TestKeptAnew asks once a day for two months: the last known good answer is there
// still, though none is kept for longer than one.
func TestKeptAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t)
		h.responds(200, "application/json", found(many(3)))
		for range 60 {
			_, _ = h.send(directive("Discover", "x"))
			time.Sleep(24 * time.Hour)
		}
		h.away()
		if got, _ := h.send(directive("Discover", "x")); len(ids(t, got)) != 3 {
			t.Errorf("got %s", got)
		}
	})
}

// TestNoTokenIsKept has tokens everywhere in an answer, and looks at what is kept.
func TestNoTokenIsKept(t *testing.T) {
	h := newHome(t)
	h.responds(200, "application/json", `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m","payloadVersion":"3","correlationToken":"`+canary+`"},`+
		`"endpoint":{"scope":{"token":"`+canary+`"}},"payload":{"scope":{"token":"`+canary+`"},"endpoints":[`+many(200)+`]}}}`)
	_, _ = h.send(directive("Discover", canary))
	kept, err := core.Do(t.Context(), h.Dispatcher, cache.Get, cache.GetInput{Namespace: cache.Discovery, Key: "home " + h.settings.URL})
	if err != nil {
		t.Fatal(err)
	}
	var record struct{ Packed []byte }
	if err := json.Unmarshal(kept.Value, &record); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(record.Packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || bytes.Contains(append(text, kept.Value...), []byte(canary)) || !bytes.Contains(text, []byte("light#199")) {
		t.Errorf("%v, or a token is kept: %s", err, text)
	}
	if len(kept.Value) > len(text)/4 {
		t.Errorf("%d bytes are kept of %d: that is not compressed", len(kept.Value), len(text))
	}
}
