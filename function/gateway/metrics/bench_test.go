package metrics_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// BenchmarkService is what it costs to count and time a call, after 1 k and after
// 100 k of them.
func BenchmarkService(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			run, call := served(new(metrics.Registry))
			for range n {
				_ = run(b.Context(), call)
			}
			b.ReportAllocs()
			for b.Loop() {
				_ = run(b.Context(), call)
			}
		})
	}
}

// served returns a handler behind the service, and a call for it.
func served(r *metrics.Registry) (core.Handler, *core.Call) {
	run := r.Service()(work.Spec, func(context.Context, *core.Call) error { return nil })
	return run, &core.Call{Spec: work.Spec, Start: time.Now()}
}

// BenchmarkRecord is a metric through the dispatcher and two services.
func BenchmarkRecord(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := bound(new(metrics.Registry))
			ctx := metrics.WithSheet(b.Context())
			in := metrics.RecordInput{Name: "Duration", Value: 12}
			for i := range n {
				in.Value = float64(i & 1023)
				_, _ = core.Do(ctx, d, metrics.Record, in)
			}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = core.Do(ctx, d, metrics.Record, in)
			}
		})
	}
}

func BenchmarkRSS(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		metrics.RSS()
	}
}

// TestServiceAllocates looks that counting a call takes no memory, whenever.
func TestServiceAllocates(t *testing.T) {
	run, call := served(new(metrics.Registry))
	_ = run(t.Context(), call)
	if n := testing.AllocsPerRun(1000, func() { _ = run(t.Context(), call) }); n != 0 {
		t.Errorf("%v allocations a call, want none", n)
	}
}

// TestMemory has 110 operations called for a day, each in its own way, and looks
// how much memory their figures take: it is what a function with 128 MB can spare.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := metrics.New(metrics.Options{})
		d := core.NewDispatcher(r)
		var specs []core.Operation[int, int]
		for i := range 110 {
			op := core.Define[int, int](core.Lambda, fmt.Sprint("op", i), "Wait.")
			core.Handle(d, op, func(_ context.Context, n int) (int, error) { time.Sleep(time.Duration(n)); return n, nil })
			specs = append(specs, op)
		}
		before := heap()
		for minute := range 24 * 60 {
			for i, op := range specs {
				do(t, d, op, 1000<<((i+minute)%7)) // 1 to 64 us
			}
			time.Sleep(time.Minute)
		}
		grown := heap() - before
		told := do(t, d, metrics.GetSystem, core.None{}).Figures
		t.Logf("%d kB on the heap, %d kB by the gateway's own account", grown>>10, told>>10)
		if grown > 3<<20 || told < grown/2 || told > 2*grown+1<<20 {
			t.Errorf("the figures take %d bytes, and are said to take %d", grown, told)
		}
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
