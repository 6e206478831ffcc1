package e2e_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/faultyhome"
)

// confirmation is what the line of a command says about how it ended.
func confirmation(t *testing.T, f *function) (how string, ms float64) {
	t.Helper()
	var line struct {
		Confirm string  `json:"confirm"`
		MS      float64 `json:"confirmed_ms"`
	}
	lines := f.Lines()
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatal(err)
	}
	return line.Confirm, line.MS
}

// TestA2Locks locks and unlocks locks of a real Home Assistant that take no time, 2 s and
// 20 s, that jam, that never report what they did and that are offline: each reply says
// what Home Assistant itself says then, and each command has reached it once.
func TestA2Locks(t *testing.T) {
	h := home(t)
	front, err := faultyhome.New(faultyhome.Pass(h.URL), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	f := start(t, localrun.Options{}, at(front.URL, h.Token)...)
	for _, test := range []struct {
		command, lock string
		says, state   string // the reply's lockState or error type, and Home Assistant's state
		how           string
		least, most   time.Duration // that it takes to confirm
	}{
		{"Unlock", "front_door", "UNLOCKED", "unlocked", "confirmed", 0, 2 * time.Second},
		{"Lock", "front_door", "LOCKED", "locked", "confirmed", 0, 2 * time.Second},
		{"Lock", "slow_lock", "LOCKED", "locked", "confirmed", 2 * time.Second, 4 * time.Second},
		{"Unlock", "slow_lock", "UNLOCKED", "unlocked", "confirmed", 2 * time.Second, 4 * time.Second},
		{"Lock", "very_slow_lock", "UNLOCKED", "locking", "differs", 6 * time.Second, 7 * time.Second},
		{"Lock", "jamming_lock", "JAMMED", "jammed", "jammed", time.Second, 3 * time.Second},
		{"Lock", "lost_lock", "ENDPOINT_UNREACHABLE", "unavailable", "unreachable", 0, 3 * time.Second},
		{"Lock", "stuck_lock", "UNLOCKED", "unlocked", "differs", 6 * time.Second, 7 * time.Second},
		{"Lock", "stuck_lock", "UNLOCKED", "unlocked", "differs", 6 * time.Second, 7 * time.Second},
		{"Lock", "stuck_lock", "UNLOCKED", "unlocked", "differs", 0, 2 * time.Second},
	} {
		t.Run(test.command+" "+test.lock, func(t *testing.T) {
			f := &function{f.Function, t}
			d := command("LockController."+test.command, "lock#"+test.lock, "")
			o := f.ask(d)
			got := o.reply.kind()
			if state := o.reply.value("Alexa.LockController", "lockState"); state != nil {
				got = fmt.Sprint(state)
			}
			is, err := h.State(t.Context(), "lock."+test.lock)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.says || is.State != test.state {
				t.Errorf("the reply says %s and Home Assistant says %s, want %s and %s: %s", got, is.State, test.says, test.state, o.Payload)
			}
			how, ms := confirmation(t, f)
			if took := time.Duration(ms) * time.Millisecond; how != test.how || took < test.least || took > test.most {
				t.Errorf("the line says %s after %v, want %s after %v to %v", how, took, test.how, test.least, test.most)
			}
			if n := front.Received()[d.id]; n != 1 {
				t.Errorf("the command has reached the home %d times", n)
			}
		})
	}
}

// TestConfirmUnderFaults sends Locks to a home that takes each well and then does
// something else: every reply is valid and in time, and no Lock arrives twice.
func TestConfirmUnderFaults(t *testing.T) {
	good := faultyhome.Answer(200, inJSON, `{"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"x","payloadVersion":"3"},"endpoint":{"endpointId":"lock#front_door"},"payload":{}},"context":{"properties":[{"namespace":"Alexa.LockController","name":"lockState","value":"LOCKED"}]}}`)
	for _, test := range []struct {
		name        string
		then        faultyhome.Behaviour // once the Lock is answered, with its connection and later ones
		kind, cause string
		how         string
	}{
		{"answers everything alike", faultyhome.After(faultyhome.Say(good)), "Response", "", "silent"},
		{"hangs", faultyhome.Deaf, away, "timeout", "failed"},
		{"never reads again", faultyhome.Silent, away, "timeout", "failed"},
		{"resets", faultyhome.Rude, away, "reset", "failed"},
		{"is not Home Assistant any more", faultyhome.After(faultyhome.Say(faultyhome.Answer(200, html, "<html>"))), internal, "malformed", "failed"},
		{"trickles", faultyhome.After(faultyhome.Trickle(good, time.Second)), away, "timeout", "failed"},
		{"shuts down", faultyhome.After(faultyhome.Say(faultyhome.Answer(503, plain, ""))), away, "shutting_down", "failed"},
		{"refuses the token", faultyhome.After(faultyhome.Say(faultyhome.Answer(401, plain, ""))), refused, "unauthorized", "failed"},
		{"asks for patience", faultyhome.After(faultyhome.Say(faultyhome.Answer(429, plain, ""))), "RATE_LIMIT_EXCEEDED", "rate_limited", "failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			token := canaries.make("stored")
			home, err := faultyhome.New(faultyhome.Probed, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(home.Close)
			f := start(t, localrun.Options{Timeout: 8 * time.Second}, at(home.URL, token)...)
			home.Behave(func(v *faultyhome.Visit) {
				home.Behave(test.then)
				if _, err := v.Request(); err == nil {
					faultyhome.Say(good)(v)
					test.then(v)
				}
			})
			d := command("LockController.Lock", "lock#front_door", "")
			o := f.ask(d)
			o.expect(t, test.kind, test.cause)
			if how, _ := confirmation(t, f); how != test.how {
				t.Errorf("the line says %q, want %q", how, test.how)
			}
			if n := home.Received()[d.id]; n != 1 {
				t.Errorf("the Lock has arrived %d times", n)
			}
			if most := 7600 * time.Millisecond; o.Duration > most {
				t.Errorf("the reply came after %v, want %v at most", o.Duration, most)
			}
		})
	}
}

// TestConfirmSwitchedOff checks that the setting reaches the function.
func TestConfirmSwitchedOff(t *testing.T) {
	token := canaries.make("stored")
	home, err := faultyhome.New(faultyhome.Well(demohome.New(token)), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	for setting, want := range map[string]int{"": 2, config.ConfirmNone: 1, "garage,valve": 1} {
		f := start(t, localrun.Options{}, append(at(home.URL, token), config.EnvConfirm+"="+setting)...)
		before := len(home.Tokens())
		f.ask(command("LockController.Lock", "lock#front_door", "")).expect(t, "Response", "")
		if got := len(home.Tokens()) - before; got != want {
			t.Errorf("with %q a Lock takes %d requests, want %d", setting, got, want)
		}
	}
}
