package homeassistant_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// TestStuckDevice sends a Lock again and again to a device that reports nothing, or
// always the same: it is not waited for any more until it reports something else.
func TestStuckDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := connectivity("OK")
		m := &moving{report: func(time.Duration, int) (httpclient.Response, error) { return said("StateReport", "c1", state), nil }}
		h := homeWith(t, m)
		for _, step := range []struct {
			state, want string
			questions   int
		}{
			{connectivity("OK"), "LOCKED", 8},
			{connectivity("OK"), "LOCKED", 1},
			{connectivity("OK"), "LOCKED", 1},
			{lockState("UNLOCKED"), "UNLOCKED", 8}, // it reports now
			{lockState("UNLOCKED"), "UNLOCKED", 8}, // and may have failed once
			{lockState("UNLOCKED"), "UNLOCKED", 1},
			{lockState("LOCKED"), "LOCKED", 1}, // it has moved
			{lockState("UNLOCKED"), "UNLOCKED", 8},
			{connectivity("OK"), "LOCKED", 8},
			{lockState("LOCKED"), "LOCKED", 1},
			{lockState("JAMMED"), "JAMMED", 5}, // as Home Assistant reports a lock whose state it does not know
			{lockState("JAMMED"), "JAMMED", 1},
			{lockState("UNLOCKED"), "UNLOCKED", 8},
			{lockState("JAMMED"), "JAMMED", 5},
		} {
			state, m.questions = step.state, nil
			reply, err := h.within(usual, lockEvent("Lock"))
			if got := verdict(t, reply); err != nil || got != step.want || len(m.questions) != step.questions {
				t.Errorf("%s: the reply says %q, %v after %d questions, want %q after %d", step.state, got, err, len(m.questions), step.want, step.questions)
			}
			time.Sleep(time.Hour)
		}
	})
}

// TestJammedOneWay jams a lock each time it locks, and then unlocks it: the jam of before
// is not the answer to that. A lock that reports a jam after either command, as one whose
// state Home Assistant does not know, is waited for once for each.
func TestJammedOneWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report := states(map[time.Duration]string{0: lockState("JAMMED")})
		m := &moving{report: func(since time.Duration, n int) (httpclient.Response, error) { return report(since, n) }}
		h := homeWith(t, m)
		for i, step := range []struct {
			command, want string
			unlocksAfter  time.Duration // 0 for never
			questions     int
		}{
			{"Lock", "JAMMED", 0, 5},
			{"Lock", "JAMMED", 0, 1},
			{"Unlock", "UNLOCKED", 2 * time.Second, 5},
			{"Lock", "JAMMED", 0, 5},
			{"Unlock", "JAMMED", 0, 5},
			{"Lock", "JAMMED", 0, 1},
			{"Unlock", "JAMMED", 0, 1},
		} {
			m.questions = nil
			report = states(map[time.Duration]string{0: lockState("JAMMED")})
			if step.unlocksAfter > 0 {
				report = states(map[time.Duration]string{0: lockState("JAMMED"), step.unlocksAfter: lockState("UNLOCKED")})
			}
			reply, err := h.within(usual, lockEvent(step.command))
			if got := verdict(t, reply); err != nil || got != step.want || len(m.questions) != step.questions {
				t.Errorf("step %d: the reply says %q, %v after %d questions, want %q after %d", i, got, err, len(m.questions), step.want, step.questions)
			}
			time.Sleep(time.Hour)
		}
	})
}
