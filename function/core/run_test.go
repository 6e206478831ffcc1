package core_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
)

// TestRunOutsideAnInvocation has contexts that belong to no run.
func TestRunOutsideAnInvocation(t *testing.T) {
	if r := core.RunOf(t.Context()); r != nil {
		t.Errorf("there is the run %q, want none", r.ID)
	}
	if id := core.CorrelationID(t.Context()); id != "" {
		t.Errorf("the correlation id is %q, want none", id)
	}
	d, op, _ := bound(core.Lambda)
	if out, err := core.Do(t.Context(), d, op, echoInput{Text: "a", Times: 1}); out != "a" || err != nil {
		t.Errorf("an operation outside of a run returns %q, %v; want a", out, err)
	}
}

func TestNewRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, outer := core.NewRun(t.Context(), "outer")
		began := time.Now()
		time.Sleep(time.Second)
		inner, within := core.NewRun(ctx, "inner")
		for _, tt := range []struct {
			field     string
			got, want any
		}{
			{"the run of the context", core.RunOf(ctx), outer}, {"its correlation id", core.CorrelationID(ctx), "outer"},
			{"its start", outer.Start, began}, {"the run of a context within", core.RunOf(inner), within},
			{"the correlation id within", core.CorrelationID(inner), "inner"}, {"the start within", within.Start, began.Add(time.Second)},
			{"the chain", outer.Chain(), ""}, {"the utilization", outer.Utilization(), 0.0}, {"whether the cache answered", outer.Hit(), false},
		} {
			if tt.got != tt.want {
				t.Errorf("%s is %v, want %v", tt.field, tt.got, tt.want)
			}
		}
	})
}

// serving returns a module of g whose service reports that it did something for
// operations of some gateways, and answers those of others itself.
func serving(g core.Gateway, does, answers core.Set) core.Module {
	return coretest.Serve(g, func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if does.Has(c.Gateway) {
				c.MarkUsed(g)
				c.MarkUsed(g) // a second time changes nothing
			}
			if answers.Has(c.Gateway) {
				c.Hit, c.Output = true, "kept"
				return nil
			}
			return next(ctx, c)
		}
	})
}

// TestRun counts what the operations of a run have in common.
func TestRun(t *testing.T) {
	answer := func(context.Context, core.None) (string, error) { return "made", nil }
	fail := func(context.Context, core.None) (string, error) { return "", errors.New("no") }
	d := core.NewDispatcher(
		serving(core.Cache, core.SetOf(core.HTTPClient), core.SetOf(core.HTTPClient)),
		serving(core.Metrics, core.SetOf(core.HTTPClient, core.CircuitBreaker), 0),
		serving(core.Security, core.SetOf(core.CircuitBreaker), 0), // whose row does not tick it
	)
	call := core.Define[core.None, string](core.CircuitBreaker, "call", "Call.")
	broken := core.Define[core.None, string](core.CircuitBreaker, "broken", "Fail.")
	request := core.Define[core.None, string](core.HTTPClient, "request", "Ask.")
	core.Handle(d, call, answer)
	core.Handle(d, broken, fail)
	core.Handle(d, request, answer)
	for _, tt := range []struct {
		name        string
		ops         []core.Operation[core.None, string]
		last, chain string
		utilization float64 // services that did something, of those that are ticked
		hit         bool
	}{
		{"none", nil, "", "", 0, false},
		{"one", []core.Operation[core.None, string]{call}, "made", "metrics>circuit_breaker", 1. / 5, false},
		{"the same twice", []core.Operation[core.None, string]{call, call}, "made", "metrics>circuit_breaker", 2. / 10, false},
		{"one that fails", []core.Operation[core.None, string]{broken}, "", "metrics>circuit_breaker", 1. / 5, false},
		{"one that the cache answers", []core.Operation[core.None, string]{request}, "kept", "metrics>cache", 2. / 6, true},
		{"both", []core.Operation[core.None, string]{call, request}, "kept", "metrics>circuit_breaker>cache", 3. / 11, true},
		{"both, the other way around", []core.Operation[core.None, string]{request, call}, "made", "metrics>cache>circuit_breaker", 3. / 11, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, run := core.NewRun(t.Context(), "id")
			last := ""
			for _, op := range tt.ops {
				last, _ = core.Do(ctx, d, op, core.None{})
			}
			if last != tt.last {
				t.Errorf("the last operation returned %q, want %q", last, tt.last)
			}
			if got := run.Chain(); got != tt.chain {
				t.Errorf("the chain is %s, want %s", got, tt.chain)
			}
			if got := run.Utilization(); got != tt.utilization {
				t.Errorf("the utilization is %v, want %v", got, tt.utilization)
			}
			if got := run.Hit(); got != tt.hit {
				t.Errorf("the cache answered: %v, want %v", got, tt.hit)
			}
		})
	}
}

// TestRunIsConcurrent is for the race detector, and counts each of many calls.
func TestRunIsConcurrent(t *testing.T) {
	d := core.NewDispatcher(serving(core.Metrics, core.SetOf(core.CircuitBreaker), 0))
	op := core.Define[echoInput, string](core.CircuitBreaker, "echo", "Return the text.")
	core.Handle(d, op, func(ctx context.Context, in echoInput) (string, error) { return in.run(ctx) })
	ctx, run := core.NewRun(t.Context(), "id")
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 100 {
				_, _ = core.Do(ctx, d, op, echoInput{})
				_, _, _ = run.Chain(), run.Utilization(), run.Hit()
			}
		})
	}
	all.Wait()
	if got := run.Utilization(); got != 1600./8000 {
		t.Errorf("the utilization is %v, want a fifth", got)
	}
	if got := run.Chain(); got != "metrics>circuit_breaker" {
		t.Errorf("the chain is %s", got)
	}
}
