package homeassistant_test

import (
	"github.com/hearthgate/hearthgate/function/access/accesstest"

	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// homeWith returns a home that confirms locks and has one device.
func homeWith(t *testing.T, m *moving) *home {
	m.t = t
	h := newHome(t)
	h.settings.Confirm = []string{config.ConfirmLock}
	h.request = m.answer
	return h
}

// lockEvent returns a Lock or Unlock.
func lockEvent(name string) string {
	return fmt.Sprintf(`{"directive":{"header":{"namespace":"Alexa.LockController","name":%q,"messageId":"m1","correlationToken":"c1","payloadVersion":"3"},"endpoint":{"endpointId":"lock#a","scope":{"type":"BearerToken","token":"x"}},"payload":{}}}`, name)
}

// within sends an event with the deadline that a directive has, less what the way to
// here has taken.
func (h *home) within(deadline time.Duration, event string) (json.RawMessage, error) {
	d, err := directiveOf(event)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), deadline)
	defer cancel()
	return h.Forward(ctx, accesstest.Permit(), d)
}

func TestA2Confirm(t *testing.T) {
	for _, tt := range tales {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &moving{report: tt.report, delay: tt.delay}
				h := homeWith(t, m)
				if tt.command == "" {
					tt.command = "Lock"
				}
				if tt.deadline == 0 {
					tt.deadline = usual
				}
				began := time.Now()
				reply, err := h.within(tt.deadline, lockEvent(tt.command))
				tt.check(t, m, reply, err, time.Since(began))
			})
		})
	}
}

func (tt tale) check(t *testing.T, m *moving, reply json.RawMessage, err error, took time.Duration) {
	t.Helper()
	if core.CauseOf(err) != tt.cause {
		t.Errorf("it fails with %v, want cause %q", err, tt.cause)
	}
	if err != nil && !strings.HasPrefix(err.Error(), "Home Assistant accepted the command, but did not report whether it was carried out: ") || strings.Contains(fmt.Sprint(err), "circuit_breaker") {
		t.Errorf("the error is %v, want a sentence", err)
	}
	if got := verdict(t, reply); got != tt.want {
		t.Errorf("the reply says %q, want %q: %s", got, tt.want, reply)
	}
	if !slices.Equal(m.commands, []string{tt.command}) {
		t.Errorf("the commands that were sent are %q, want one", m.commands)
	}
	if len(m.questions) != tt.questions {
		t.Errorf("%d questions at %v, want %d", len(m.questions), m.questions, tt.questions)
	}
	if took.Truncate(time.Millisecond) != tt.took {
		t.Errorf("it took %v, want %v", took, tt.took)
	}
	for i := 2; i < len(m.questions)-1; i++ { // the last one comes when the time is up
		if last, before := m.questions[i]-m.questions[i-1], m.questions[i-1]-m.questions[i-2]; last < before {
			t.Errorf("the questions come more often: %v", m.questions)
		}
	}
}

// verdict returns the lockState of a reply, or the type of an ErrorResponse. The header
// must be that of a reply to the command.
func verdict(t *testing.T, reply json.RawMessage) (says string) {
	t.Helper()
	if reply == nil {
		return ""
	}
	var r struct {
		Event struct {
			Header  struct{ Name, CorrelationToken, MessageID string }
			Payload struct{ Type string }
		}
		Context struct {
			Properties []struct {
				Name  string
				Value any
			}
		}
	}
	if err := json.Unmarshal(reply, &r); err != nil {
		t.Fatal(err)
	}
	h := r.Event.Header
	if h.CorrelationToken != "c1" || h.MessageID == "" || h.Name != "Response" && h.Name != "ErrorResponse" || (h.Name == "ErrorResponse") != (r.Event.Payload.Type != "") {
		t.Errorf("this is no reply to the command: %s", reply)
	}
	for _, p := range r.Context.Properties {
		if p.Name == "lockState" {
			return fmt.Sprint(p.Value)
		}
	}
	return r.Event.Payload.Type
}

// TestTwoCommandsAtOnce locks and unlocks one door at the same time: both get what is
// true in the end, and each command is sent once.
func TestTwoCommandsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &moving{report: states(map[time.Duration]string{0: lockState("LOCKED"), time.Second: lockState("UNLOCKED")})}
		h := homeWith(t, m)
		var both sync.WaitGroup
		var replies [2]json.RawMessage
		for i, name := range []string{"Lock", "Unlock"} {
			both.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				replies[i], _ = h.within(usual, lockEvent(name))
			})
		}
		both.Wait()
		if a, b := verdict(t, replies[0]), verdict(t, replies[1]); a != "LOCKED" || b != "UNLOCKED" {
			t.Errorf("the replies say %q and %q, want what was true when they were made", a, b)
		}
		if !slices.Equal(m.commands, []string{"Lock", "Unlock"}) || len(m.questions) != 4 {
			t.Errorf("commands %q, %d questions; want each command once and 1 + 3 questions", m.commands, len(m.questions))
		}
	})
}

// TestSlowReports locks three doors of a home that answers commands at once and takes
// long for questions: that does not pause the requests of other devices.
func TestSlowReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &moving{report: func(time.Duration, int) (httpclient.Response, error) { return httpclient.Response{}, errHangs }}
		h := homeWith(t, m)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = h.within(usual, lockEvent("Lock")) })
		}
		all.Wait()
		_, _ = h.within(usual, lockEvent("Unlock"))
		if !slices.Equal(m.commands, []string{"Lock", "Lock", "Lock", "Unlock"}) {
			t.Errorf("the commands that were sent are %q, want all four", m.commands)
		}
	})
}

// TestReplyUntouched checks that a confirmed reply is the home's, byte for byte, and
// that in one that differs only the context is another.
func TestReplyUntouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := lockState("LOCKED")
		m := &moving{report: func(time.Duration, int) (httpclient.Response, error) { return said("StateReport", "c1", state), nil }}
		h := homeWith(t, m)
		home := string(said("Response", "c1", lockState("LOCKED")).Body)
		if got, err := h.within(usual, lockEvent("Lock")); err != nil || string(got) != home {
			t.Errorf("got %s, %v\nwant %s", got, err, home)
		}
		state = lockState("UNLOCKED") + "," + connectivity("OK")
		want := `{"context":{"properties":[{"namespace":"Alexa.LockController","name":"lockState","value":"UNLOCKED"},{"namespace":"Alexa.EndpointHealth","name":"connectivity","value":{"value":"OK"}}]},"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"r1","correlationToken":"c1","payloadVersion":"3"},"endpoint":{"endpointId":"lock#a"},"payload":{}}}`
		if got, err := h.within(usual, lockEvent("Lock")); err != nil || string(got) != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	})
}
