package app

import (
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// TestPaused pauses a home that has answered a Discover: nothing reaches it any more, its
// devices stay, and neither a failure nor an old list is counted, which would raise alarms.
func TestPaused(t *testing.T) {
	home := newHouse(t, light("light#kitchen", "Kitchen"))
	pause := ""
	env := func(name string) string {
		switch name {
		case config.EnvURL:
			return home.url
		case config.EnvToken:
			return canary
		case config.EnvPause:
			return pause
		}
		return ""
	}
	out, dir := &writer{}, t.TempDir()
	start := func() *App {
		app := New(Options{Getenv: env, Output: out, Dir: dir})
		app.Start(t.Context())
		return app
	}
	if got, _ := devicesOf(t, start()); len(got.Event.Payload.Endpoints) != 1 {
		t.Fatalf("got %+v", got)
	}
	for _, tt := range []struct {
		name, pause string
		paused      bool
	}{
		{"for a while", `{"first":{"until":"` + time.Now().Add(time.Hour).Format(time.RFC3339) + `","reason":"new disk"}}`, true},
		{"without an end", `{"first":{}}`, true},
		{"over", `{"first":{"until":"2020-01-01T00:00:00Z"}}`, false},
		{"of another home", `{"cabin":{}}`, false},
		{"not to be read", `{"first":{"until":"soon"}}`, false},
		{"no JSON", `yes`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pause = tt.pause
			app := start()
			home.requests()
			out.before = len(out.lines)
			got, _ := invoke(t, app, turnOn)
			line := out.line(t)
			if paused := line["cause"] == "paused"; paused != tt.paused || (len(home.requests()) == 0) != tt.paused || line["Success"] != 1.0 {
				t.Errorf("got %+v, the line %v", got, line)
			}
			if !tt.paused {
				return
			}
			if got.Event.Payload.Type != "BRIDGE_UNREACHABLE" || !strings.Contains(got.Event.Payload.Message, "paused") || line["outcome"] != "denied" {
				t.Errorf("got %+v, the line %v", got, line)
			}
			out.before = len(out.lines)
			if found, _ := devicesOf(t, app); len(found.Event.Payload.Endpoints) != 1 || len(home.requests()) != 0 {
				t.Errorf("got %+v", found)
			}
			if line := out.line(t); line["DiscoveryServedStale"] != 0.0 || line["Success"] != 1.0 {
				t.Errorf("the line is %v", line)
			}
		})
	}
}
