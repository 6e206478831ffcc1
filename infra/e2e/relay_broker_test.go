package e2e_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/relayagent"
)

func turnOn() directive { return command("PowerController.TurnOn", "light#kitchen_light", "{}") }

// eventually asks until the cause is the one that is wanted, which the broker's word may
// need a moment for.
func (f *function) eventually(t *testing.T, cause string) outcome {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		if o := f.ask(turnOn()); o.line.Cause == cause || time.Now().After(end) {
			if o.line.Cause != cause {
				t.Errorf("the cause is %q (%s), want %q", o.line.Cause, o.line.Error, cause)
			}
			return o
		}
	}
}

// TestRelayRestart restarts the broker between directives: the function connects again by
// itself, finds the home offline until that has, and no directive reaches the home twice.
func TestRelayRestart(t *testing.T) { overEach(t, relayRestart) }

func relayRestart(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	home := r.connect(t, relayagent.Options{})
	f := r.start(t)
	f.ask(turnOn()).done(t)
	for range 3 {
		if err := r.over.Restart(); err != nil {
			t.Fatal(err)
		}
		<-home.Done()
		f.eventually(t, "home_offline")
		home = r.connect(t, relayagent.Options{})
		f.eventually(t, "").done(t)
		if n := home.Handled(); n != 1 {
			t.Errorf("the home was asked %d times for one directive", n)
		}
	}
}

// TestRelayPowerFailure sees that the broker publishes the last will of a home that is gone
// without a word.
func TestRelayPowerFailure(t *testing.T) { overEach(t, relayPowerFailure) }

func relayPowerFailure(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	home := r.connect(t, relayagent.Options{})
	f := r.start(t)
	f.ask(turnOn()).done(t)
	home.Cut()
	f.eventually(t, "home_offline")
	late := r.start(t)
	late.ask(turnOn()).expect(t, "BRIDGE_UNREACHABLE", "home_offline")
}

// TestRelayRevoked sees that a certificate that is revoked ends the home's connection and
// makes no other.
func TestRelayRevoked(t *testing.T) { overEach(t, relayRevoked) }

func relayRevoked(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	home := r.connect(t, relayagent.Options{})
	f := r.start(t)
	f.ask(turnOn()).done(t)
	if err := r.over.Revoke(r.Certificate.ID); err != nil {
		t.Fatal(err)
	}
	<-home.Done()
	o := relayagent.Options{Pairing: r.Pairing, Key: r.Key, Home: relayagent.Behind{}}
	if a, err := relayagent.Start(t.Context(), o); err == nil {
		a.Cut()
		t.Error("a certificate that was revoked lets a home in")
	}
	f.eventually(t, "home_offline")
}

// TestRelayTwins has a second home take the place of the first, with the same certificate.
func TestRelayTwins(t *testing.T) { overEach(t, relayTwins) }

func relayTwins(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	first := r.connect(t, relayagent.Options{})
	f := r.start(t)
	f.ask(turnOn()).done(t)
	second := r.connect(t, relayagent.Options{})
	<-first.Done()
	time.Sleep(relayagent.SettlesAfter) // until then the last will of the first may count
	f.eventually(t, "").done(t)
	if first.Handled() != 1 || second.Handled() != 1 {
		t.Errorf("the first home was asked %d times, and the second %d times: want once each", first.Handled(), second.Handled())
	}
}

// TestRelayStranger sees that the home of another stage gets no request, and cannot say
// that it is this one.
func TestRelayStranger(t *testing.T) { overEach(t, relayStranger) }

func relayStranger(t *testing.T, begin func(testing.TB) *relayed) {
	r := begin(t)
	other, err := r.over.Stage("other")
	if err != nil {
		t.Fatal(err)
	}
	var heard atomic.Int64
	o := relayagent.Options{Pairing: other.Pairing, Key: other.Key, Home: relayagent.Behind{}, Intercept: func(*relayagent.Agent, relay.Request, string) bool {
		heard.Add(1)
		return false
	}}
	o.Pairing.Stage = "test"
	if a, err := relayagent.Start(t.Context(), o); err == nil { // Mosquitto lets it in, under its own name
		defer a.Cut()
	}
	f := r.start(t)
	f.ask(turnOn()).expect(t, "BRIDGE_UNREACHABLE", "home_offline")
	home := r.connect(t, relayagent.Options{})
	f.eventually(t, "").done(t)
	if heard.Load() != 0 || home.Handled() != 1 {
		t.Errorf("the home of another stage got %d requests, and the stage's own %d: want 0 and 1", heard.Load(), home.Handled())
	}
}
