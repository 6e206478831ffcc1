package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// TestOneRequestOneWrite counts what a directive costs, whatever it is and whatever
// the home answers: one request to the home, and one write to the log.
func TestOneRequestOneWrite(t *testing.T) {
	var status, requests atomic.Int32
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.WriteHeader(int(status.Load()))
		_, _ = w.Write([]byte(handled))
	}))
	defer home.Close()
	for name, directive := range map[string]string{"command": turnOn, "question": reportState, "discovery": discover, "grant": acceptGrant} {
		for _, answer := range []int{200, 400, 401, 404, 429, 500, 503} {
			t.Run(fmt.Sprint(name, " ", answer), func(t *testing.T) {
				status.Store(int32(answer))
				app, out := started(t, home.URL, nil)
				for _, when := range []string{"first", "second"} {
					requests.Store(0)
					out.before = len(out.lines)
					invoke(t, app, directive)
					leftAlone := when == "second" && answer != 200 // a home or a token that has just failed may be
					if got := requests.Load(); got > 1 || got == 0 && !leftAlone {
						t.Errorf("the %s takes %d requests", when, got)
					}
					out.line(t)
				}
			})
		}
	}
	testWriter(t)
}

// testWriter checks that what main puts before the output adds no write.
func testWriter(t *testing.T) {
	t.Helper()
	out := new(writer)
	if _, err := logging.NewTimeoutWriter(out, time.Minute).Write([]byte("a line\n")); err != nil || len(out.lines) != 1 {
		t.Errorf("what main puts before the output makes %d writes of one: %v", len(out.lines), err)
	}
}

const lock = `{"directive":{"header":{"namespace":"Alexa.LockController","name":"Lock","payloadVersion":"3","messageId":"m1","correlationToken":"c1"},"endpoint":{"endpointId":"lock#front_door","scope":{"type":"BearerToken","token":"` + canary + `"}},"payload":{}}}`

// lockHome is a home with one lock, which reports these states one after the other, and
// the last one from then on.
type lockHome struct {
	commands, questions int
	states              []string
}

func (h *lockHome) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	name, state := "Response", "LOCKED"
	if strings.Contains(string(b), `"ReportState"`) {
		name, state = "StateReport", h.states[min(h.questions, len(h.states)-1)]
		h.questions++
	} else {
		h.commands++
	}
	_, _ = fmt.Fprintf(w, `{"event":{"header":{"namespace":"Alexa","name":%q,"messageId":"r1","correlationToken":"c1","payloadVersion":"3"},"endpoint":{"endpointId":"lock#front_door"},"payload":{}},`+
		`"context":{"properties":[{"namespace":"Alexa.LockController","name":"lockState","value":%q,"timeOfSample":"2026-11-25T10:00:00Z","uncertaintyInMilliseconds":0}]}}`, name, state)
}

// TestLockIsConfirmed counts what a Lock costs: one command, a question until the lock
// has moved, and one write to the log, which has how that ended and the figures of the
// command alone.
func TestLockIsConfirmed(t *testing.T) {
	for _, tt := range []struct {
		name, setting string
		states        []string
		questions     int
		confirm, says string
		least, most   float64 // of confirmed_ms
	}{
		{"at once", "", []string{"LOCKED"}, 1, "confirmed", `"LOCKED"`, 300, 2000},
		{"after a while", "lock,garage", []string{"UNLOCKED", "LOCKED"}, 2, "confirmed", `"LOCKED"`, 700, 2500},
		{"jammed", "", []string{"UNLOCKED", "JAMMED"}, 2, "jammed", `"JAMMED"`, 700, 2500},
		{"switched off", "none", []string{"JAMMED"}, 0, "", `"LOCKED"`, 0, 0},
		{"other devices", "garage", []string{"JAMMED"}, 0, "", `"LOCKED"`, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // each waits most of the time
			h := &lockHome{states: tt.states}
			home := httptest.NewServer(h)
			defer home.Close()
			app, out := started(t, home.URL, map[string]string{config.EnvConfirm: tt.setting})
			reply, err := app.Invoke(t.Context(), []byte(lock))
			if err != nil || h.commands != 1 || h.questions != tt.questions || !strings.Contains(string(reply), `"value":`+tt.says) {
				t.Errorf("%d commands, %d questions, %s, %v; want 1, %d and %s", h.commands, h.questions, reply, err, tt.questions, tt.says)
			}
			text := out.lines[out.before]
			line := out.line(t)
			word, _ := line["confirm"].(string)
			if took, _ := line["confirmed_ms"].(float64); word != tt.confirm || took < tt.least || took > tt.most {
				t.Errorf("the line has confirm %q after %v ms, want %q after %v to %v: %s", word, took, tt.confirm, tt.least, tt.most, text)
			}
			for _, once := range []string{`"status":`, `"reply":`, `"HomeDuration":`} {
				if n := strings.Count(text, once); n != 1 {
					t.Errorf("the line has %s %d times: %s", once, n, text)
				}
			}
			if ms, _ := line["HomeDuration"].(float64); ms <= 0 || ms > 250 {
				t.Errorf("the home needed %v ms for the command, it says: %s", ms, text)
			}
		})
	}
}
