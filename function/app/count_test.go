package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

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
	out := new(writer)
	if _, err := logging.NewTimeoutWriter(out, time.Minute).Write([]byte("a line\n")); err != nil || len(out.lines) != 1 {
		t.Errorf("what main puts before the output makes %d writes of one: %v", len(out.lines), err)
	}
}
