package logging_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// BenchmarkWrite is one line with two fields, after 1 k and after 100 k of them.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := logging.New(logging.Options{Output: io.Discard, Redact: redact})
			d := core.NewDispatcher(checks, l)
			in := logging.WriteInput{Message: "the door stands open", Fields: map[string]any{"door": "front", "minutes": 7}}
			for range n {
				_, _ = core.Do(b.Context(), d, logging.Write, in)
			}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = core.Do(b.Context(), d, logging.Write, in)
			}
		})
	}
}

// BenchmarkInvocation is the record of an invocation of twenty calls, and its line.
func BenchmarkInvocation(b *testing.B) {
	l := logging.New(logging.Options{Output: io.Discard, Redact: redact})
	d := core.NewDispatcher(l)
	core.Handle(d, work, func(context.Context, workInput) (struct{}, error) { return struct{}{}, nil })
	b.ReportAllocs()
	for b.Loop() {
		ctx := invocation(b, d, "id")
		for range 20 {
			_, _ = core.Do(ctx, d, work, workInput{})
		}
		end(b, ctx, d, nil)
	}
}

// BenchmarkService is what it costs to note one call.
func BenchmarkService(b *testing.B) {
	l := logging.New(logging.Options{Output: io.Discard, Redact: redact})
	run := l.Service()(func(context.Context, *core.Call) error { return nil })
	ctx := logging.With(b.Context(), &logging.Record{})
	call := &core.Call{Spec: work.Spec, Start: time.Now()}
	b.ReportAllocs()
	for b.Loop() {
		_ = run(ctx, call)
	}
}

// TestServiceAllocates checks that noting a call takes no memory beyond the first.
func TestServiceAllocates(t *testing.T) {
	l := logging.New(logging.Options{Output: io.Discard, Redact: redact})
	run := l.Service()(func(context.Context, *core.Call) error { return nil })
	ctx := logging.With(t.Context(), &logging.Record{})
	call := &core.Call{Spec: work.Spec, Start: time.Now()}
	_ = run(ctx, call)
	if n := testing.AllocsPerRun(1000, func() { _ = run(ctx, call) }); n != 0 {
		t.Errorf("%v allocations a call, want none", n)
	}
}
