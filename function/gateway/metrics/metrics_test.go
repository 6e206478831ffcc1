package metrics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
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

// work is an operation to be measured: it takes so long, and fails when told to.
var work = core.Define[workInput, struct{}](core.Lambda, "work", "Take a while.")

type workInput struct {
	Takes core.Seconds `json:"takes_seconds"`
	Fails core.Cause   `json:"fails"`
}

// checks refuses what fails its own Check, as the security gateway does.
var checks = coretest.Serve(core.Security, func(_ *core.Spec, next core.Handler) core.Handler {
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
			return struct{}{}, core.Errorf(core.Unreachable, in.Fails, "told to")
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

func TestKinds(t *testing.T) {
	d := bound(new(metrics.Registry))
	if got := do(t, d, metrics.Increment, metrics.IncrementInput{Name: "doors"}); got.Value != 1 {
		t.Errorf("a counter begins with %v, want 1", got.Value)
	}
	if got := do(t, d, metrics.Increment, metrics.IncrementInput{Name: "doors", By: 2.5}); got.Value != 3.5 {
		t.Errorf("the counter is at %v, want 3.5", got.Value)
	}
	do(t, d, metrics.Declare, metrics.DeclareInput{Name: "warmth", Kind: metrics.GaugeKind, Unit: "C"})
	record(t, d, "warmth", 20, -3)
	s := do(t, d, metrics.GetStats, metrics.StatsInput{Metric: "warmth"})
	if f := s.Metrics[0]; f.Last == nil || *f.Last != -3 || f.Unit != "C" || f.Min != -3 || f.Max != 20 {
		t.Errorf("the gauge is %+v, want it at -3 C, between -3 and 20", f)
	}
	for name, in := range map[string]string{
		"metrics.record":    `{"name":"doors","value":1}`,
		"metrics.increment": `{"name":"warmth"}`,
		"metrics.declare":   `{"name":"doors","kind":"gauge"}`,
	} {
		if _, err := core.Execute(t.Context(), d, name, []byte(in)); core.KindOf(err) != core.Invalid || core.CauseOf(err) != core.CauseKind {
			t.Errorf("%s %s: %v, want that the metric is of another kind", name, in, err)
		}
	}
	if _, err := core.Do(t.Context(), d, metrics.Declare, metrics.DeclareInput{Name: "Duration", Kind: metrics.HistogramKind, Unit: "Seconds"}); core.CauseOf(err) != core.CauseUnit {
		t.Errorf("%v, want that the unit of the stack's metric is fixed", err)
	}
}

func TestBadInput(t *testing.T) {
	d := bound(new(metrics.Registry))
	long := strings.Repeat("a", 300)
	for _, tt := range []struct{ op, in, want string }{
		{"record", `{}`, "field name is missing"},
		{"record", `{"name":"` + long + `"}`, "field name is 300 bytes long"},
		{"record", `{"name":"a\nb"}`, "field name is"},
		{"record", `{"name":"a{b}"}`, "letters, digits"},
		{"record", `{"name":"a","value":"b"}`, "field value is a JSON string"},
		{"record", `{"name":"a","value":-1e300}`, "field value is -1e+300"},
		{"increment", `{"name":"a","by":1e300}`, "field by is 1e+300"},
		{"increment", `{"name":"a","by":-1}`, "field by is -1"},
		{"declare", `{"name":"a"}`, "field kind is missing"},
		{"declare", `{"name":"a","kind":"sum"}`, "field kind is"},
		{"declare", `{"name":"a","kind":"gauge","unit":"` + long + `"}`, "field unit is 300"},
		{"declare", `{"name":"a","kind":"gauge","about":"` + long + long + `"}`, "field about is 600"},
		{"stats", `{"last_seconds":90000}`, "field last_seconds is 90000"},
		{"stats", `{"last_seconds":-1}`, "field last_seconds"},
		{"stats", `{"last_seconds":60,"until_seconds":60}`, "field until_seconds is 60"},
		{"stats", `{"operation":"cache.none"}`, "field operation is"},
		{"stats", `{"metric":"none"}`, "field metric is"},
		{"percentiles", `{}`, "field operation is missing"},
		{"percentiles", `{"operation":"a","metric":"b"}`, "one of the two"},
		{"percentiles", `{"metric":"Duration","percents":[101]}`, "field percents has 101"},
		{"percentiles", `{"metric":"none"}`, "field metric is"},
		{"percentiles", `{"operation":"none"}`, "field operation is"},
		{"export", `{"format":"xml"}`, "field format is"},
		{"export", `{"format":"prometheus","last_seconds":60}`, "field last_seconds is for json"},
		{"export", `{"stage":"a\"b"}`, "field stage is"},
		{"reset", `{"operation":"a","metric":"b"}`, "one of the two"},
		{"reset", `{"operation":"none"}`, "field operation is"},
		{"reset", `{"metric":"none"}`, "field metric is"},
		{"restore", `{"snapshot":{"version":2}}`, "field snapshot.version is 2"},
		{"restore", `{"snapshot":{"more":2}}`, `field snapshot`},
		{"usage", `{"a":1}`, `there is no field "a"`},
	} {
		t.Run(tt.op+" "+tt.want, func(t *testing.T) {
			_, err := core.Execute(t.Context(), d, "metrics."+tt.op, []byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%.100s: %v, want %s in it", tt.in, err, tt.want)
			}
			if k := core.KindOf(err); k != core.Invalid && k != core.NotFound {
				t.Errorf("the kind is %v", k)
			}
		})
	}
	if _, err := core.Do(t.Context(), d, metrics.Record, metrics.RecordInput{Name: "a", Value: math.NaN()}); core.KindOf(err) != core.Invalid {
		t.Errorf("NaN is taken: %v", err)
	}
}

// TestNamesAreBounded gives each value a name of its own, as a bug would.
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
		t.Errorf("declared: %v, want that there is no room", err)
	}
	if h := r.Health(); h.Points >= 100 || !strings.Contains(strings.Join(h.Reasons, ""), "no room for more") {
		t.Errorf("the health is %+v, want that names are too many", h)
	}
	record(t, d, config.Duration.Name, 5) // what the stack shows still has its place
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
			t.Errorf("the causes are %v, want two time-outs and a dns", f.Causes)
		}
		if calls, errors, _ := r.Totals(); calls != 6 || errors != 3 {
			t.Errorf("totals are %d calls and %d errors, want 6 and 3", calls, errors) // no gateway serves itself
		}
	})
}

// TestRanges has a value each minute for a day and a half, each a number of its
// own, and asks for pieces of that time.
func TestRanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bound(metrics.New(metrics.Options{}))
		for i := range 36 * 60 {
			record(t, d, "minute", float64(i))
			time.Sleep(time.Minute)
		}
		const last = 36*60 - 1
		for _, tt := range []struct {
			name        string
			in          metrics.Range
			count       int64
			first, last float64
			step        time.Duration
		}{
			{"all", metrics.Range{}, 36 * 60, 0, last, 0},
			{"an hour", metrics.Range{Last: seconds(time.Hour)}, 60, last - 59, last, 5 * time.Minute},
			{"five minutes", metrics.Range{Last: seconds(5 * time.Minute)}, 5, last - 4, last, 5 * time.Minute},
			{"widened", metrics.Range{Last: seconds(6 * time.Minute)}, 10, last - 9, last, 5 * time.Minute},
			{"half an hour ago", metrics.Range{Last: seconds(time.Hour), Until: seconds(30 * time.Minute)}, 30, last - 59, last - 30, 5 * time.Minute},
			{"two hours", metrics.Range{Last: seconds(2 * time.Hour)}, 120, last - 119, last, time.Hour},
			{"a day", metrics.Range{Last: seconds(24 * time.Hour)}, 24 * 60, last - 24*60 + 1, last, time.Hour},
			{"yesterday", metrics.Range{Last: seconds(24 * time.Hour), Until: seconds(12 * time.Hour)}, 12 * 60, last - 24*60 + 1, last - 12*60, time.Hour},
		} {
			s := do(t, d, metrics.GetStats, metrics.StatsInput{Metric: "minute", Range: tt.in})
			f := s.Metrics[0]
			if f.Count != tt.count || f.Min != tt.first || f.Max != tt.last || s.Resolution.Duration() != tt.step {
				t.Errorf("%s: got %d values from %v to %v in steps of %v; want %d, %v, %v, %v", tt.name, f.Count, f.Min, f.Max, s.Resolution.Duration(), tt.count, tt.first, tt.last, tt.step)
			}
			if math.Abs(f.Rate-1) > .01 {
				t.Errorf("%s: the rate is %v a minute, want 1", tt.name, f.Rate)
			}
		}
	})
}

func seconds(d time.Duration) core.Seconds { return core.Seconds(d) }

// TestRateOfABurst looks that a value a moment ago is not a million a minute.
func TestRateOfABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bound(metrics.New(metrics.Options{}))
		record(t, d, "burst", 1, 2, 3)
		if s := do(t, d, metrics.GetStats, metrics.StatsInput{Metric: "burst"}); s.Metrics[0].Rate != 3 {
			t.Errorf("the rate is %v a minute, want 3", s.Metrics[0].Rate)
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
			t.Errorf("freed %+v of what is still asked for", freed)
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

func TestReset(t *testing.T) {
	r := new(metrics.Registry)
	d := bound(r)
	record(t, d, "a", 1, 2)
	record(t, d, "b", 1)
	do(t, d, work, workInput{})
	if got := do(t, d, metrics.ResetFigures, metrics.ResetInput{Metric: "a"}); got != (metrics.Reset{Metrics: 1, Values: 2}) {
		t.Errorf("reset %+v, want a's two values", got)
	}
	if got := do(t, d, metrics.ResetFigures, metrics.ResetInput{Operation: "lambda"}); got != (metrics.Reset{Operations: 1, Values: 1}) {
		t.Errorf("reset %+v, want the one call", got)
	}
	do(t, d, work, workInput{})
	if got := do(t, d, metrics.ResetFigures, metrics.ResetInput{}); got != (metrics.Reset{Operations: 1, Metrics: 1, Values: 2}) {
		t.Errorf("reset %+v, want b and another call", got)
	}
	if got := r.Value("b"); got.Count != 0 || got.Quantile(.5) != 0 {
		t.Errorf("b is %+v after the reset", got)
	}
}

func TestColdStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := metrics.New(metrics.Options{Start: func() metrics.Start {
			return metrics.Start{Took: seconds(time.Second), Stages: []metrics.Stage{{Name: "settings", Took: seconds(time.Second / 4)}}}
		}})
		d := bound(r)
		c := do(t, d, metrics.GetColdStart, core.None{})
		if !c.Cold || c.Invocations != 0 || c.Stages[0].Name != "settings" || c.Took.Duration() != time.Second {
			t.Errorf("got %+v, want a cold process that started within a second", c)
		}
		time.Sleep(time.Minute)
		r.Invoked(time.Millisecond)
		if c = do(t, d, metrics.GetColdStart, core.None{}); c.Cold || c.Invocations != 1 || c.Age.Duration() != time.Minute {
			t.Errorf("got %+v, want a warm one, a minute old", c)
		}
	})
}

func TestSystem(t *testing.T) {
	d := bound(metrics.New(metrics.Options{MemoryMB: 256}))
	before := do(t, d, metrics.GetSystem, core.None{})
	if before.Memory != 256<<20 || before.RSS <= 0 || before.Heap <= 0 || before.Goroutines < 1 || before.CPUs < 1 || before.Figures <= 0 {
		t.Errorf("got %+v, want all of it to be something", before)
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { <-stop })
	}
	block := make([]byte, 8<<20)
	after := do(t, d, metrics.GetSystem, core.None{})
	if after.Goroutines < before.Goroutines+10 || after.Allocated < before.Allocated+int64(len(block)) {
		t.Errorf("%d goroutines and %d bytes after %d and %d; want 10 and 8 MB more", after.Goroutines, after.Allocated, before.Goroutines, before.Allocated)
	}
	close(stop)
	all.Wait()
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
