package app

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// TestAllAtOnce is for the race detector: 64 callers run every operation that can be
// run by name on one App, each in an order of its own, with directives in between.
func TestAllAtOnce(t *testing.T) {
	app := visit{}.app(t)
	var calls []walk
	for _, ws := range walks {
		calls = append(calls, ws...)
	}
	var all sync.WaitGroup
	for caller := range uint64(64) {
		all.Go(func() {
			for i, n := range rand.New(rand.NewPCG(caller, 1)).Perm(len(calls)) {
				w := calls[n]
				in := []string{w.one.in, w.two.in}[caller%2]
				if strings.Contains(in, ".test") {
					continue // needs a DNS lookup
				}
				// It may fail because of what another caller did.
				if _, err := core.Execute(context.WithoutCancel(t.Context()), app.dispatcher, w.op, []byte(in)); core.CauseOf(err) == core.CausePanic {
					t.Errorf("%s %s: %v", w.op, in, err)
				}
				if i%16 == 0 {
					if _, err := app.Invoke(t.Context(), []byte(turnOn)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
}

// TestConcurrentDirectives is for the race detector.
func TestConcurrentDirectives(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	app, _ := started(t, home.URL, nil)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for _, event := range []string{turnOn, reportState, `{"operation":"lambda.status"}`, `{"operation":"cache.set","input":{"key":"a","value":1}}`} {
				if _, err := app.Invoke(t.Context(), []byte(event)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
