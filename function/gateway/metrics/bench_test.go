package metrics_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// BenchmarkService counts and times a call, after 1 k and after 100 k of them.
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
	run := r.Service()(func(context.Context, *core.Call) error { return nil })
	return run, &core.Call{Spec: work.Spec, Start: time.Now()}
}

// BenchmarkRecord records one metric through the dispatcher and its services.
func BenchmarkRecord(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := bound(new(metrics.Registry))
			ctx := metrics.WithRecorder(b.Context())
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

// directive is what a directive records at its end.
var directive = metrics.RecordInput{Values: []metrics.Value{
	{Name: "Success", Value: 1}, {Name: "Duration", Value: 12.5}, {Name: "BreakerOpen"},
	{Name: "ColdStart"}, {Name: "MemoryUsed", Value: 15.9}, {Name: "CacheHitRate", Value: 90},
}}

// BenchmarkDirective records all metrics of a directive and returns those for its line.
func BenchmarkDirective(b *testing.B) {
	d := bound(new(metrics.Registry))
	b.ReportAllocs()
	for b.Loop() {
		ctx := metrics.WithRecorder(b.Context())
		metrics.Put(ctx, config.HomeDuration, 8)
		_, _ = core.Do(ctx, d, metrics.Record, directive)
		metrics.AppendEMF(ctx, nil, "test", "")
	}
}

// TestDirectiveAllocates bounds the allocations of recording all metrics of a directive.
func TestDirectiveAllocates(t *testing.T) {
	r := metrics.New(metrics.Options{})
	ctx := metrics.WithRecorder(t.Context())
	n := testing.AllocsPerRun(1000, func() {
		metrics.Put(ctx, config.HomeDuration, 8)
		_, _ = r.Record(ctx, directive)
	})
	if n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func BenchmarkRSS(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		metrics.RSS()
	}
}

// TestServiceAllocates checks that counting a call does not allocate.
func TestServiceAllocates(t *testing.T) {
	run, call := served(new(metrics.Registry))
	_ = run(t.Context(), call)
	if n := testing.AllocsPerRun(1000, func() { _ = run(t.Context(), call) }); n != 0 {
		t.Errorf("%v allocations a call, want none", n)
	}
}

// TestMemory calls 110 operations for a day, each with other durations, and measures the
// memory of their statistics: a function with 128 MB must have it to spare.
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
		estimate := do(t, d, metrics.GetSystem, core.None{}).Statistics
		t.Logf("%d kB on the heap, %d kB by the gateway's estimate", grown>>10, estimate>>10)
		if grown > 3<<20 || estimate < grown/2 || estimate > 2*grown+1<<20 {
			t.Errorf("the statistics take %d bytes, and the estimate is %d", grown, estimate)
		}
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
