package main_test

import (
	"strings"
	"testing"
	"time"
)

// TestPause pauses a deployed home: directives are answered at once, the devices stay, and
// nothing counts as a failure, until it ends by itself or by hand.
func TestPause(t *testing.T) {
	o := newOwner(t)
	o.deployed()
	const name = "/hearthgate/dev/pause"
	on := func(code int, texts ...string) {
		t.Helper()
		o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), code, texts...)
	}
	o.sees(o.types("", "invoke", "discover", "--stage", "dev"), 0, "switch#outlet")
	for _, wrong := range [][]string{
		{"pause", "--for", "1s"}, {"pause", "--for", "soon"}, {"pause", "--until", "25:00"}, {"pause", "--until", "2020-01-01T00:00:00Z"},
		{"pause", "--for", "1h", "--until", "23:00"}, {"pause", "--for", "1h", "--reason", "two\nlines"}, {"pause", "--for", "1h", "--reason", strings.Repeat("a", 201)},
		{"pause"}, {"pause", "--stage", "dev/cabin", "--for", "1h"},
	} {
		if r := o.types("", wrong...); r.code == 0 || r.err == "" {
			t.Errorf("%q: code %d: %s%s", wrong, r.code, r.out, r.err)
		}
	}
	if o.cloud.Parameter("eu-west-1", name) != nil {
		t.Error("a wrong pause was stored")
	}

	o.sees(o.types("", "pause", "--for", "2h", "--reason", "new disk"), 0, "paused dev until", "raise no alarm")
	before := o.home.Requests()
	on(1, "BRIDGE_UNREACHABLE", "The home's owner has paused it.")
	o.sees(o.types("", "invoke", "report-state", "--endpoint", "switch.outlet", "--stage", "dev"), 0, "UNREACHABLE")
	o.sees(o.types("", "invoke", "discover", "--stage", "dev"), 0, "switch#outlet")
	if n := o.home.Requests() - before; n != 0 {
		t.Errorf("the paused home was asked %d times", n)
	}
	o.sees(o.types("", "status"), 0, "paused until", "new disk", "hearthgate resume --stage dev")
	o.sees(o.types("", "logs", "--failed"), 0)
	o.sees(o.types("", "doctor"), 0, "the home is paused until")
	o.cloud.Rerun() // and a process that starts during the pause keeps it
	o.sees(o.types("", "op", "lambda.handle_scheduled", `{"task":"doctor"}`, "--stage", "dev"), 0, "paused")
	o.sees(o.types("", "resume", "--json"), 0, `"paused": false`, `"homes": [`)
	if o.cloud.Parameter("eu-west-1", name) != nil {
		t.Error("the pause is still stored")
	}
	o.sees(o.types("", "resume"), 0, "resumed dev")
}

// TestPauseEnds has a pause be over.
func TestPauseEnds(t *testing.T) {
	o := newOwner(t)
	o.deployed()
	o.sees(o.types("", "pause", "--until", time.Now().Add(3*time.Second).UTC().Format(time.RFC3339)), 0, "paused")
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(300 * time.Millisecond) {
		if r := o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"); r.code == 0 {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the pause does not end: %s", r.out)
		}
	}
}

// TestPauseOfOneHome pauses one home of two.
func TestPauseOfOneHome(t *testing.T) {
	o, _, _ := village(t)
	o.sees(o.types("", "config", "set", "homes.cabin.homeAssistantUrl", "https://cabin.example.com"), 0)
	o.sees(o.types(cabinToken, "token", "--stage", "dev/cabin"), 0)
	o.sees(o.types("", "deploy"), 0)
	o.sees(o.types("", "pause", "--stage", "dev/cabin", "--yes"), 0, "paused dev/cabin until `hearthgate resume --stage dev/cabin`")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "cabin:switch.outlet", "--stage", "dev"), 1, "has paused it")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 0)
	o.sees(o.types("", "status"), 0, "cabin is paused until it is ended")
	o.sees(o.types("", "doctor"), 0, "`hearthgate resume --stage dev/cabin` ends that")
	o.sees(o.types("", "pause", "--for", "1h"), 0, "paused dev until", "paused dev/cabin until")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "switch.outlet", "--stage", "dev"), 1, "has paused it")
	o.sees(o.types("", "resume"), 0, "resumed dev\n", "resumed dev/cabin\n")
	o.sees(o.types("", "invoke", "turn-on", "--endpoint", "cabin:switch.outlet", "--stage", "dev"), 0)
}
