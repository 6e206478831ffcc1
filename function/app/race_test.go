package app

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// TestAllAtOnce is for the race detector: it has 64 callers run every operation that
// can be run by name on one App, each in an order of its own, with directives between
// them.
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
					continue // a name that would be looked up
				}
				// What the others have done meanwhile may make it fail.
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
