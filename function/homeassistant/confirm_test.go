package homeassistant_test

import (
	"context"
	"encoding/json"
	"errors"
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

// A moving device answers commands at once, as Home Assistant does, and reports what is
// true at each time.
type moving struct {
	t      *testing.T
	report func(since time.Duration, n int) (httpclient.Response, error) // to the nth question, so long after the command
	delay  time.Duration                                                 // of the reply to a command

	mu        sync.Mutex
	commanded time.Time       // guarded by mu
	commands  []string        // guarded by mu; names
	questions []time.Duration // guarded by mu; when they came, since the command
}

func (m *moving) answer(ctx context.Context, r httpclient.Request) (httpclient.Response, error) {
	var in struct {
		Directive struct {
			Header   struct{ Namespace, Name, MessageID, CorrelationToken string }
			Endpoint struct{ EndpointID string }
		}
	}
	if err := json.Unmarshal(r.Body, &in); err != nil {
		m.t.Error(err)
	}
	h := in.Directive.Header
	if h.Name == "ReportState" {
		m.mu.Lock()
		since := time.Since(m.commanded)
		m.questions = append(m.questions, since)
		n := len(m.questions)
		m.mu.Unlock()
		if !r.Idempotent || h.MessageID == "m1" || h.CorrelationToken != "c1" || in.Directive.Endpoint.EndpointID != "lock#a" || r.Bearer != canary {
			m.t.Errorf("the question is %s, idempotent %v", r.Body, r.Idempotent)
		}
		res, err := m.report(since, n)
		if err == errHangs {
			<-ctx.Done()
			return res, core.Errorf(core.Unreachable, core.CauseTimeout, "no answer in time")
		}
		return res, err
	}
	time.Sleep(m.delay)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.commanded = time.Now()
	m.commands = append(m.commands, h.Name)
	if r.Idempotent {
		m.t.Error("a command may be sent twice")
	}
	return said("Response", "c1", lockState(h.Name+"ED")), nil
}

// errHangs has a question wait until its time is over.
var errHangs = errors.New("hangs")

// said returns the home's message of that name with a context.
func said(name, correlation, properties string) httpclient.Response {
	return httpclient.Response{Status: 200, Body: fmt.Appendf(nil,
		`{"event":{"header":{"namespace":"Alexa","name":%q,"messageId":"r1","correlationToken":%q,"payloadVersion":"3"},"endpoint":{"endpointId":"lock#a"},"payload":{}},"context":{"properties":[%s]}}`, name, correlation, properties)}
}

func lockState(value string) string {
	switch value {
	case "LockED":
		value = "LOCKED"
	case "UnlockED":
		value = "UNLOCKED"
	}
	return fmt.Sprintf(`{"namespace":"Alexa.LockController","name":"lockState","value":%q}`, value)
}

func connectivity(value string) string {
	return fmt.Sprintf(`{"namespace":"Alexa.EndpointHealth","name":"connectivity","value":{"value":%q}}`, value)
}

// states reports the given states, each from that time on.
func states(from map[time.Duration]string) func(time.Duration, int) (httpclient.Response, error) {
	return func(since time.Duration, _ int) (httpclient.Response, error) {
		now, latest := "", time.Duration(-1)
		for at, state := range from {
			if at <= since && at > latest {
				now, latest = state, at
			}
		}
		return said("StateReport", "c1", now), nil
	}
}

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
	return h.Forward(ctx, d)
}

// A tale is one command to one device.
type tale struct {
	name     string
	command  string // default: Lock
	report   func(since time.Duration, n int) (httpclient.Response, error)
	deadline time.Duration // default: 7.5 s
	delay    time.Duration // of the reply to the command

	want      string        // the lockState or type of error in the reply, "" for an error
	cause     core.Cause    // of that
	questions int           // exactly
	took      time.Duration // exactly
}

const usual = 7500 * time.Millisecond

var tales = []tale{
	{name: "locks at once", report: states(map[time.Duration]string{0: lockState("LOCKED")}),
		want: "LOCKED", questions: 1, took: 300 * time.Millisecond},
	{name: "unlocks at once", command: "Unlock", report: states(map[time.Duration]string{0: lockState("UNLOCKED")}),
		want: "UNLOCKED", questions: 1, took: 300 * time.Millisecond},
	{name: "locks in 2 s", report: states(map[time.Duration]string{0: lockState("UNLOCKED"), 2 * time.Second: lockState("LOCKED")}),
		want: "LOCKED", questions: 5, took: 2892 * time.Millisecond},
	{name: "locks in 20 s", report: states(map[time.Duration]string{0: lockState("UNLOCKED"), 20 * time.Second: lockState("LOCKED")}),
		want: "UNLOCKED", questions: 8, took: 6500 * time.Millisecond},
	{name: "jams on the way", report: states(map[time.Duration]string{0: lockState("UNLOCKED"), time.Second: lockState("JAMMED")}),
		want: "JAMMED", questions: 3, took: 1233 * time.Millisecond},
	{name: "jams at once", report: states(map[time.Duration]string{0: lockState("JAMMED")}),
		want: "JAMMED", questions: 5, took: 2892 * time.Millisecond},
	{name: "was jammed, and locks in 2 s", report: states(map[time.Duration]string{0: lockState("JAMMED"), 2 * time.Second: lockState("LOCKED")}),
		want: "LOCKED", questions: 5, took: 2892 * time.Millisecond},
	{name: "never reports", report: states(map[time.Duration]string{0: connectivity("OK")}),
		want: "LOCKED", questions: 8, took: 6500 * time.Millisecond},
	{name: "is offline", report: states(map[time.Duration]string{0: lockState("JAMMED") + "," + connectivity("UNREACHABLE")}),
		want: "ENDPOINT_UNREACHABLE", questions: 2, took: 700 * time.Millisecond},
	{name: "is offline for a moment", report: states(map[time.Duration]string{0: lockState("JAMMED") + "," + connectivity("UNREACHABLE"), 600 * time.Millisecond: lockState("LOCKED") + "," + connectivity("OK")}),
		want: "LOCKED", questions: 2, took: 700 * time.Millisecond},
	{name: "its home reports an error", report: func(time.Duration, int) (httpclient.Response, error) { return errorResponse("NO_SUCH_ENDPOINT"), nil },
		want: "NO_SUCH_ENDPOINT", questions: 2, took: 700 * time.Millisecond},
	{name: "its home reports an error once", report: func(_ time.Duration, n int) (httpclient.Response, error) {
		if n == 1 {
			return errorResponse("INTERNAL_ERROR"), nil
		}
		return said("StateReport", "c1", lockState("LOCKED")), nil
	}, want: "LOCKED", questions: 2, took: 700 * time.Millisecond},
	{name: "its home dies", report: func(_ time.Duration, n int) (httpclient.Response, error) {
		if n < 3 {
			return said("StateReport", "c1", lockState("UNLOCKED")), nil
		}
		return httpclient.Response{}, core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens there")
	}, cause: core.CauseRefused, questions: 4, took: 1944 * time.Millisecond},
	{name: "its home stops for a second", report: func(_ time.Duration, n int) (httpclient.Response, error) {
		if n == 1 {
			return httpclient.Response{Status: 503}, nil
		}
		return said("StateReport", "c1", lockState("LOCKED")), nil
	}, want: "LOCKED", questions: 2, took: 700 * time.Millisecond},
	{name: "its home hangs", report: func(time.Duration, int) (httpclient.Response, error) { return httpclient.Response{}, errHangs },
		cause: core.CauseTimeout, questions: 2, took: 2700 * time.Millisecond},
	{name: "its home hangs and the deadline is near", deadline: 1700 * time.Millisecond, report: func(time.Duration, int) (httpclient.Response, error) { return httpclient.Response{}, errHangs },
		cause: core.CauseTimeout, questions: 1, took: 1300 * time.Millisecond},
	{name: "its home hangs at the end", report: func(since time.Duration, _ int) (httpclient.Response, error) {
		if since > 6*time.Second {
			return httpclient.Response{}, errHangs
		}
		return said("StateReport", "c1", lockState("UNLOCKED")), nil
	}, want: "UNLOCKED", questions: 8, took: 7250 * time.Millisecond},
	{name: "its home is slow, as it was with the command", delay: 1500 * time.Millisecond, report: func(time.Duration, int) (httpclient.Response, error) {
		time.Sleep(2500 * time.Millisecond)
		return said("StateReport", "c1", lockState("LOCKED")), nil
	}, want: "LOCKED", questions: 1, took: 4300 * time.Millisecond},
	{name: "its home refuses the token now", report: func(time.Duration, int) (httpclient.Response, error) { return httpclient.Response{Status: 401}, nil },
		cause: core.CauseUnauthorized, questions: 1, took: 300 * time.Millisecond},
	{name: "its home answers everything alike", report: func(time.Duration, int) (httpclient.Response, error) {
		return said("Response", "c1", lockState("UNLOCKED")), nil
	}, want: "LOCKED", questions: 1, took: 300 * time.Millisecond},
	{name: "the report is of another directive", report: func(time.Duration, int) (httpclient.Response, error) {
		return said("StateReport", "c2", lockState("LOCKED")), nil
	}, cause: core.CauseMixedUp, questions: 2, took: 700 * time.Millisecond},
	{name: "the deadline is near", deadline: 2 * time.Second, report: states(map[time.Duration]string{0: lockState("UNLOCKED"), 2 * time.Second: lockState("LOCKED")}),
		want: "UNLOCKED", questions: 3, took: time.Second},
	{name: "the deadline is too near", deadline: 1250 * time.Millisecond, report: states(map[time.Duration]string{0: lockState("UNLOCKED")}),
		want: "LOCKED", questions: 0},
}

func TestConfirm(t *testing.T) {
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

func errorResponse(kind string) httpclient.Response {
	return httpclient.Response{Status: 200, Body: fmt.Appendf(nil,
		`{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","messageId":"r1","correlationToken":"c1","payloadVersion":"3"},"payload":{"type":%q,"message":"no"}}}`, kind)}
}

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
