package singleton_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
)

// A question is an input whose result may be shared.
type question struct{ Key string }

func (q question) CacheKey() (string, time.Duration) { return q.Key, 0 }

var ask = core.Define[question, int](core.Security, "ask", "Answer.")

// TestSingleFlight makes ten identical calls at once: one runs, the others return
// its result.
func TestSingleFlight(t *testing.T) {
	for name, tt := range map[string]struct {
		run        func(context.Context, *core.Dispatcher) (any, error)
		runs       int
		ran, joins int64
		again      int // the result of a later call
	}{
		"get": {func(ctx context.Context, d *core.Dispatcher) (any, error) {
			return get(ctx, d, "k", slow)
		}, 1, 1, 9, 1},
		"coordinate": {func(ctx context.Context, d *core.Dispatcher) (any, error) {
			return coordinate(ctx, d, "k", slow)
		}, 1, 1, 9, 2},
		"service": {func(ctx context.Context, d *core.Dispatcher) (any, error) {
			return core.Do(ctx, d, ask, question{"k"})
		}, 1, 1, 9, 2},
		"service without a key": {func(ctx context.Context, d *core.Dispatcher) (any, error) {
			return core.Do(ctx, d, ask, question{})
		}, 10, 0, 0, 11},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := core.NewDispatcher(new(singleton.Store))
				core.Handle(d, ask, func(ctx context.Context, _ question) (int, error) { return slow(ctx) })
				var runs atomic.Int64
				ctx := context.WithValue(t.Context(), counter{}, &runs)
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						n, err := tt.run(ctx, d)
						if got, ok := n.(int); !ok || got < 1 || got > tt.runs || err != nil {
							t.Errorf("got %v, %v; want a result from 1 to %d", n, err, tt.runs)
						}
					})
				}
				all.Wait()
				s, err := core.Do(t.Context(), d, singleton.GetStatus, core.None{})
				if int(runs.Load()) != tt.runs || err != nil || s.Ran != tt.ran || s.Joined != tt.joins || s.Running != 0 {
					t.Errorf("%d runs: %+v, %v; want %d runs, %d led, %d joined", runs.Load(), s, err, tt.runs, tt.ran, tt.joins)
				}
				if again, err := tt.run(ctx, d); again != tt.again || err != nil {
					t.Errorf("a later call returned %v, %v; want %d", again, err, tt.again)
				}
			})
		})
	}
}

// slow takes a second and returns how many times it was called with the counter of ctx.
func slow(ctx context.Context) (int, error) {
	n := ctx.Value(counter{}).(*atomic.Int64).Add(1)
	time.Sleep(time.Second)
	return int(n), nil
}

type counter struct{}

// TestServiceIsUsed calls with and without a key, and records in which the service
// took part.
func TestServiceIsUsed(t *testing.T) {
	var used bool
	watch := func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			err := next(ctx, c)
			used = c.Used().Has(core.Singleton)
			return err
		}
	}
	d := core.NewDispatcher(new(singleton.Store), coretest.Serve(core.Metrics, watch))
	core.Handle(d, ask, func(context.Context, question) (int, error) { return 1, nil })
	plain := core.Define[core.None, int](core.Security, "plain", "Answer.")
	core.Handle(d, plain, func(context.Context, core.None) (int, error) { return 1, nil })
	for name, tt := range map[string]struct {
		run  func() (int, error)
		want bool
	}{
		"with a key":    {func() (int, error) { return core.Do(t.Context(), d, ask, question{"k"}) }, true},
		"without a key": {func() (int, error) { return core.Do(t.Context(), d, ask, question{}) }, false},
		"not keyed":     {func() (int, error) { return core.Do(t.Context(), d, plain, core.None{}) }, false},
	} {
		if n, err := tt.run(); n != 1 || err != nil || used != tt.want {
			t.Errorf("%s: got %d, %v, used: %v; want used: %v", name, n, err, used, tt.want)
		}
	}
}

// TestServicePanics has the call that others wait for panic: each of them fails.
func TestServicePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := core.NewDispatcher(new(singleton.Store))
		core.Handle(d, ask, func(context.Context, question) (int, error) { time.Sleep(time.Second); panic("planted") })
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := core.Do(t.Context(), d, ask, question{"k"}); core.CauseOf(err) != core.CausePanic {
					t.Errorf("got %v, want cause %s", err, core.CausePanic)
				}
			})
		}
		all.Wait()
	})
}

// TestWaitingEnds has a call time out while it waits for an identical one.
func TestWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := core.NewDispatcher(new(singleton.Store))
		go func() {
			_, _ = coordinate(t.Context(), d, "k", func(context.Context) (int, error) { time.Sleep(time.Hour); return 1, nil })
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := coordinate(ctx, d, "k", func(context.Context) (int, error) { return 2, nil })
		if core.CauseOf(err) != core.CauseTimeout || time.Since(start) != time.Second {
			t.Errorf("got %v after %v, want a timeout after a second", err, time.Since(start))
		}
		time.Sleep(time.Hour) // for the other one to end
	})
}
