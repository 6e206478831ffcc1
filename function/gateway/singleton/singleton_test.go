package singleton_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
)

// A door records that it was closed; closing a stuck one fails.
type door struct{ closed, stuck bool }

func (d *door) Close() error {
	d.closed = true
	if d.stuck {
		return errors.New("it is stuck")
	}
	return nil
}

// get requests the instance of a key, which create makes.
func get[T any](ctx context.Context, d *core.Dispatcher, key string, create func(context.Context) (T, error)) (any, error) {
	return core.Do(ctx, d, singleton.Get, singleton.GetInput{Key: key, Make: func(ctx context.Context) (any, error) { return create(ctx) }})
}

func coordinate(ctx context.Context, d *core.Dispatcher, key string, f func(context.Context) (int, error)) (any, error) {
	return core.Do(ctx, d, singleton.Coordinate, singleton.CoordinateInput{Key: key, Func: func(ctx context.Context) (any, error) { return f(ctx) }})
}

// hold makes it the instance of a key.
func hold(t *testing.T, d *core.Dispatcher, key string, it *door) {
	t.Helper()
	if got, err := get(t.Context(), d, key, func(context.Context) (*door, error) { return it, nil }); err != nil || got != any(it) {
		t.Fatalf("got %v, %v", got, err)
	}
}

func Example() {
	d := core.NewDispatcher(new(singleton.Store))
	for range 2 {
		n, err := core.Do(context.Background(), d, singleton.Get, singleton.GetInput{Key: "answer", Make: func(context.Context) (any, error) {
			fmt.Println("created")
			return 42, nil
		}})
		fmt.Println(n, err)
	}
	// Output:
	// created
	// 42 <nil>
	// 42 <nil>
}

func TestErrorIsNotCached(t *testing.T) {
	d := core.NewDispatcher(new(singleton.Store))
	for _, want := range []error{errors.New("once"), nil} {
		_, err := get(t.Context(), d, "a", func(context.Context) (*door, error) { return new(door), want })
		if (err == nil) != (want == nil) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(singleton.Store)
		d := core.NewDispatcher(s)
		old, stuck, young := new(door), &door{stuck: true}, new(door)
		hold(t, d, "old", old)
		hold(t, d, "stuck", stuck)
		time.Sleep(9 * time.Minute)
		hold(t, d, "young", young)
		if f := s.Cleanup(t.Context()); f.Items != 0 {
			t.Errorf("%+v was released too early", f)
		}
		time.Sleep(time.Minute)
		c, err := core.Do(t.Context(), d, singleton.CleanUp, singleton.CleanupInput{})
		if err != nil || !slices.Equal(c.Keys, []string{"old", "stuck"}) || c.Closed != 2 || c.Left != 1 || len(c.Problems) != 1 {
			t.Errorf("got %+v, %v", c, err)
		}
		if !old.closed || !stuck.closed || young.closed {
			t.Error("want the idle ones closed and no other")
		}
		if h := s.Health(); h.Points != 95 || !strings.Contains(h.Reasons[0], "could not be closed") {
			t.Errorf("got %+v, want five points less for the stuck one", h)
		}
	})
}

func TestReset(t *testing.T) {
	d := core.NewDispatcher(new(singleton.Store))
	a, b := new(door), new(door)
	hold(t, d, "a", a)
	hold(t, d, "b", b)
	if c, err := core.Do(t.Context(), d, singleton.Reset, singleton.ResetInput{Key: "a"}); err != nil || c.Left != 1 || !a.closed || b.closed {
		t.Errorf("got %+v, %v, want a closed alone", c, err)
	}
	if _, err := core.Do(t.Context(), d, singleton.Reset, singleton.ResetInput{Key: "a"}); core.KindOf(err) != core.NotFound {
		t.Errorf("got %v, want that it is not found", err)
	}
	if c, err := core.Do(t.Context(), d, singleton.Reset, singleton.ResetInput{}); err != nil || c.Left != 0 || !b.closed {
		t.Errorf("got %+v, %v, want all of them closed", c, err)
	}
	fresh := new(door)
	hold(t, d, "a", fresh)
	if fresh.closed {
		t.Error("the new instance is closed")
	}
}

func TestBound(t *testing.T) {
	d := core.NewDispatcher(new(singleton.Store))
	var err error
	for i := range 65 {
		_, err = get(t.Context(), d, fmt.Sprint(i), func(context.Context) (int, error) { return i, nil })
	}
	if core.KindOf(err) != core.RateLimited {
		t.Errorf("the 65th instance: %v, want it rejected", err)
	}
}

func TestRunWithTimeout(t *testing.T) {
	for name, tt := range map[string]struct {
		run       func(context.Context) (any, error)
		took      time.Duration
		cause     core.Cause
		abandoned int64
	}{
		"in time":         {func(context.Context) (any, error) { time.Sleep(time.Second); return 1, nil }, time.Second, "", 0},
		"fails":           {func(context.Context) (any, error) { return nil, core.Errorf(core.Invalid, "bad", "bad") }, 0, "bad", 0},
		"panics":          {func(context.Context) (any, error) { panic("!") }, 0, "panic", 0},
		"ends when asked": {func(ctx context.Context) (any, error) { <-ctx.Done(); return nil, ctx.Err() }, 3 * time.Second, "timeout", 0},
		"does not listen": {func(context.Context) (any, error) { time.Sleep(time.Minute); return 1, nil }, 3 * time.Second, "timeout", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := new(singleton.Store)
				d := core.NewDispatcher(s)
				start := time.Now()
				_, err := core.Do(t.Context(), d, singleton.RunWithTimeout, singleton.TimeoutInput{Timeout: 3 * time.Second, Func: tt.run})
				if core.CauseOf(err) != tt.cause || time.Since(start) != tt.took {
					t.Errorf("got %v after %v, want cause %q after %v", err, time.Since(start), tt.cause, tt.took)
				}
				synctest.Wait()
				for _, want := range []int64{tt.abandoned, 0} {
					if st, _ := core.Do(t.Context(), d, singleton.GetStatus, core.None{}); st.Abandoned != want {
						t.Errorf("%d functions still run, want %d", st.Abandoned, want)
					}
					time.Sleep(2 * time.Minute)
				}
			})
		})
	}
}

func TestMemory(t *testing.T) {
	resident := int64(50e6)
	s := &singleton.Store{Resident: func() int64 { return resident }, Limit: 100e6}
	d := core.NewDispatcher(s)
	m, err := core.Do(t.Context(), d, singleton.GetMemory, core.None{})
	if err != nil || m.Share != 0.5 || m.Heap <= 0 || m.Runtime < m.Heap || m.Goroutines < 1 {
		t.Errorf("got %+v, %v", m, err)
	}
	for _, tt := range []struct {
		budget int64
		above  bool
	}{{0, true}, {40e6, true}, {60e6, false}} {
		o, err := core.Do(t.Context(), d, singleton.Optimize, singleton.OptimizeInput{Budget: tt.budget})
		if err != nil || o.Above != tt.above || (o.After.Collected > o.Before.Collected) != tt.above {
			t.Errorf("budget %d: %+v, %v; want something done: %v", tt.budget, o, err, tt.above)
		}
	}
	for _, tt := range []struct {
		resident int64
		points   int
	}{{50e6, 100}, {80e6, 75}, {95e6, 40}} {
		resident = tt.resident
		if h := s.Health(); h.Points != tt.points {
			t.Errorf("%d of %d bytes: %+v, want %d points", tt.resident, s.Limit, h, tt.points)
		}
	}
}

func TestBadInput(t *testing.T) {
	for field, in := range map[string]interface{ Check() error }{
		"make":         singleton.GetInput{Key: "a"},
		"key":          singleton.ResetInput{Key: strings.Repeat("x", 129)},
		"func":         singleton.CoordinateInput{Key: "a"},
		"timeout":      singleton.TimeoutInput{Func: func(context.Context) (any, error) { return nil, nil }},
		"budget_bytes": singleton.OptimizeInput{Budget: -1},
	} {
		if err := in.Check(); err == nil || !strings.Contains(err.Error(), "field "+field) {
			t.Errorf("%T: %v, want an error that names field %s", in, err, field)
		}
	}
}

func TestConcurrently(t *testing.T) {
	s := new(singleton.Store)
	d := core.NewDispatcher(s)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			_, _ = get(t.Context(), d, fmt.Sprint(i%4), func(context.Context) (*door, error) { return new(door), nil })
			_, _ = core.Execute(t.Context(), d, "singleton."+[]string{"status", "reset", "cleanup", "health"}[i%4], nil)
		})
	}
	all.Wait()
}

func BenchmarkGet(b *testing.B) {
	d := core.NewDispatcher(new(singleton.Store))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = get(b.Context(), d, "a", func(context.Context) (int, error) { return 1, nil })
	}
}
