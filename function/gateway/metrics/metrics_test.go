package metrics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// work is an operation that takes a given time and fails with a given cause.
var work = core.Define[workInput, struct{}](core.Lambda, "work", "Take a while.")

type workInput struct {
	Takes core.Seconds `json:"takes_seconds"`
	Fails core.Cause   `json:"fails"`
}

// checks rejects an input that fails its own Check, as the security gateway does.
var checks = coretest.Serve(core.Security, func(next core.Handler) core.Handler {
	return func(ctx context.Context, c *core.Call) error {
		if in, ok := c.Input.(interface{ Check() error }); ok {
			if err := in.Check(); err != nil {
				return &core.Error{Kind: core.Invalid, Err: err}
			}
		}
		return next(ctx, c)
	}
})

func bound(r *metrics.Registry) *core.Dispatcher {
	d := core.NewDispatcher(checks, r)
	core.Handle(d, work, func(_ context.Context, in workInput) (struct{}, error) {
		time.Sleep(in.Takes.Duration())
		if in.Fails != "" {
			return struct{}{}, core.Errorf(core.Unreachable, in.Fails, "as requested")
		}
		return struct{}{}, nil
	})
	return d
}

// do runs an operation that must not fail.
func do[In, Out any](t testing.TB, d *core.Dispatcher, op core.Operation[In, Out], in In) Out {
	t.Helper()
	out, err := core.Do(t.Context(), d, op, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func record(t testing.TB, d *core.Dispatcher, name string, values ...float64) {
	t.Helper()
	for _, v := range values {
		do(t, d, metrics.Record, metrics.RecordInput{Name: name, Value: v})
	}
}

func Example() {
	r := metrics.New(metrics.Options{})
	d := core.NewDispatcher(r)
	ctx := context.Background()
	for _, took := range []float64{100, 200, 400} {
		if _, err := core.Do(ctx, d, metrics.Record, metrics.RecordInput{Name: "Duration", Value: took}); err != nil {
			fmt.Println(err)
		}
	}
	stats, err := core.Do(ctx, d, metrics.GetStats, metrics.StatsInput{Metric: "Duration"})
	f := stats.Metrics[0]
	fmt.Printf("%d values, from %v to %v %s, half of them up to %v (%v)\n", f.Count, f.Min, f.Max, f.Unit, f.P50, err)
	// Output: 3 values, from 100 to 400 Milliseconds, half of them up to 208 (<nil>)
}

// TestNamesAreBounded gives each value a different name, as a bug could.
func TestNamesAreBounded(t *testing.T) {
	r := new(metrics.Registry)
	d := bound(r)
	for i := range 1000 {
		record(t, d, fmt.Sprintf("name-%d", i), float64(i))
		do(t, d, metrics.Increment, metrics.IncrementInput{Name: fmt.Sprintf("count-%d", i)})
	}
	s := do(t, d, metrics.GetStats, metrics.StatsInput{})
	if n := len(s.Metrics); n > 201 {
		t.Errorf("there are %d names, want at most 201", n)
	}
	if s := do(t, d, metrics.GetStats, metrics.StatsInput{Metric: "other"}); s.Metrics[0].Count < 1500 {
		t.Errorf("%d values are under other, want the rest", s.Metrics[0].Count)
	}
	if _, err := core.Do(t.Context(), d, metrics.Declare, metrics.DeclareInput{Name: "late", Kind: metrics.GaugeKind}); core.KindOf(err) != core.RateLimited {
		t.Errorf("declared: %v, want that all names are in use", err)
	}
	if h := r.Health(); h.Points >= 100 || !strings.Contains(strings.Join(h.Reasons, ""), "names of metrics are in use") {
		t.Errorf("the health is %+v, want that names are too many", h)
	}
	record(t, d, config.Duration.Name, 5) // the stack's metrics keep their names
	if got := r.Value(config.Duration.Name); got.Count != 1 {
		t.Errorf("Duration has %d values, want 1", got.Count)
	}
}

func TestServiceCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := metrics.New(metrics.Options{})
		d := bound(r)
		for range 3 {
			do(t, d, work, workInput{Takes: core.Seconds(80 * time.Millisecond)})
		}
		for _, cause := range []core.Cause{"timeout", "timeout", "dns"} {
			if _, err := core.Do(t.Context(), d, work, workInput{Fails: cause}); err == nil {
				t.Error("it did not fail")
			}
		}
		s := do(t, d, metrics.GetStats, metrics.StatsInput{Operation: "lambda"})
		f := s.Operations[0]
		if f.Name != "lambda.work" || f.Count != 6 || f.Errors != 3 || f.Max != 80 || f.Mean != 40 || f.Unit != "ms" {
			t.Errorf("got %+v, want 6 calls, 3 failed, 40 ms in the mean", f)
		}
		if f.Causes["timeout"] != 2 || f.Causes["dns"] != 1 {
			t.Errorf("the causes are %v, want two timeouts and a dns", f.Causes)
		}
		if calls, errors, _ := r.Totals(); calls != 6 || errors != 3 {
			t.Errorf("totals are %d calls and %d errors, want 6 and 3", calls, errors) // no gateway serves itself
		}
	})
}

func TestCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := metrics.New(metrics.Options{})
		d := bound(r)
		for range 13 {
			record(t, d, "a", 1)
			time.Sleep(5 * time.Minute)
		}
		record(t, d, "a", 1)
		if freed := r.Cleanup(t.Context()); freed.Items > 1 {
			t.Errorf("freed %+v within the range of an operation", freed)
		}
		time.Sleep(30 * time.Hour)
		if freed := r.Cleanup(t.Context()); freed.Items < 12 || freed.Bytes <= 0 {
			t.Errorf("freed %+v, want at least twelve slots", freed)
		}
		if freed := r.Cleanup(t.Context()); freed.Items != 0 {
			t.Errorf("freed %+v a second time", freed)
		}
		if got := r.Value("a").Count; got != 14 {
			t.Errorf("the total is %d, want 14 as before", got)
		}
	})
}

// TestConcurrent is for the race detector.
func TestConcurrent(t *testing.T) {
	r := new(metrics.Registry)
	d := bound(r)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for n := range 20 {
				record(t, d, fmt.Sprint("name-", n), float64(i))
				do(t, d, metrics.Increment, metrics.IncrementInput{Name: "count"})
				do(t, d, metrics.GetStats, metrics.StatsInput{Range: metrics.Range{Last: seconds(time.Minute)}})
				do(t, d, metrics.MakeBackup, metrics.BackupInput{})
				for _, format := range []string{"json", "prometheus"} {
					do(t, d, metrics.GetExport, metrics.ExportInput{Format: format})
				}
				r.Health()
				r.Cleanup(t.Context())
				r.Invoked(time.Millisecond)
			}
		})
	}
	all.Wait()
	if s := do(t, d, metrics.GetStats, metrics.StatsInput{Metric: "count"}); s.Metrics[0].Sum != 320 {
		t.Errorf("the counter is at %v, want 320", s.Metrics[0].Sum)
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
