package metrics_test

import (
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

func TestKinds(t *testing.T) {
	d := bound(new(metrics.Registry))
	if got := do(t, d, metrics.Increment, metrics.IncrementInput{Name: "doors"}); got.Value != 1 {
		t.Errorf("a new counter is at %v, want 1", got.Value)
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
		{"record", `{"values":[]}`, "field name is missing"},
		{"record", `{"values":[{"name":"a","value":1},{"value":1}]}`, "field values[1].name is missing"},
		{"record", `{"values":[{"name":"a","value":1e300}]}`, "field values[0].value is 1e+300"},
		{"record", `{"name":"a","values":[{"name":"b"}]}`, "field values is present beside name or value"},
		{"record", `{"value":1,"values":[{"name":"b"}]}`, "field values is present beside name or value"},
		{"record", `{"values":[` + strings.Repeat(`{"name":"a"},`, 100) + `{"name":"a"}]}`, "field values has 101 metrics"},
		{"record", `{"values":[{"name":"a","unit":"b"}]}`, `field "values[0].unit"`},
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
		{"percentiles", `{"operation":"a","metric":"b"}`, "expected one of the two"},
		{"percentiles", `{"metric":"Duration","percents":[101]}`, "field percents has 101"},
		{"percentiles", `{"metric":"none"}`, "field metric is"},
		{"percentiles", `{"operation":"none"}`, "field operation is"},
		{"export", `{"format":"xml"}`, "field format is"},
		{"export", `{"format":"prometheus","last_seconds":60}`, "field last_seconds is for json"},
		{"export", `{"stage":"a\"b"}`, "field stage is"},
		{"reset", `{"operation":"a","metric":"b"}`, "expected one of the two"},
		{"reset", `{"operation":"none"}`, "field operation is"},
		{"reset", `{"metric":"none"}`, "field metric is"},
		{"restore", `{"snapshot":{"version":2}}`, "field snapshot.version is 2"},
		{"restore", `{"snapshot":{"more":2}}`, `field "snapshot.more"`},
		{"usage", `{"a":1}`, `there is no field "a"`},
	} {
		t.Run(tt.op+" "+tt.want, func(t *testing.T) {
			_, err := core.Execute(t.Context(), d, "metrics."+tt.op, []byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%.100s: %v, want %s in it", tt.in, err, tt.want)
			}
			kind := core.Invalid
			if unknown := strings.Contains(tt.in, `"none"`) || strings.Contains(tt.in, `"cache.none"`); unknown {
				kind = core.NotFound
			}
			if got := core.KindOf(err); got != kind {
				t.Errorf("the kind is %v, want %v", got, kind)
			}
		})
	}
	if _, err := core.Do(t.Context(), d, metrics.Record, metrics.RecordInput{Name: "a", Value: math.NaN()}); core.KindOf(err) != core.Invalid {
		t.Errorf("NaN is accepted: %v", err)
	}
	if _, err := core.Do(t.Context(), d, metrics.Record, metrics.RecordInput{Values: []metrics.Value{{Name: "a", Value: math.Inf(1)}}}); core.KindOf(err) != core.Invalid {
		t.Errorf("infinity is accepted: %v", err)
	}
}

// TestRanges records the number of each minute for a day and a half, and reads ranges
// of that time.
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

// TestRateOfABurst checks that a new value does not make an extreme rate.
func TestRateOfABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bound(metrics.New(metrics.Options{}))
		record(t, d, "burst", 1, 2, 3)
		if s := do(t, d, metrics.GetStats, metrics.StatsInput{Metric: "burst"}); s.Metrics[0].Rate != 3 {
			t.Errorf("the rate is %v a minute, want 3", s.Metrics[0].Rate)
		}
	})
}

func TestReset(t *testing.T) {
	r := new(metrics.Registry)
	d := bound(r)
	record(t, d, "a", 1, 2)
	record(t, d, "b", 1)
	do(t, d, work, workInput{})
	if got := do(t, d, metrics.ResetStats, metrics.ResetInput{Metric: "a"}); got != (metrics.Reset{Metrics: 1, Values: 2}) {
		t.Errorf("reset %+v, want a's two values", got)
	}
	if got := do(t, d, metrics.ResetStats, metrics.ResetInput{Operation: "lambda"}); got != (metrics.Reset{Operations: 1, Values: 1}) {
		t.Errorf("reset %+v, want the one call", got)
	}
	do(t, d, work, workInput{})
	if got := do(t, d, metrics.ResetStats, metrics.ResetInput{}); got != (metrics.Reset{Operations: 1, Metrics: 1, Values: 2}) {
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
	if before.Memory != 256<<20 || before.RSS <= 0 || before.Heap <= 0 || before.Goroutines < 1 || before.CPUs < 1 || before.Statistics <= 0 {
		t.Errorf("got %+v, want all of it to be positive", before)
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { <-stop })
	}
	block := make([]byte, 8<<20)
	after := do(t, d, metrics.GetSystem, core.None{})
	// Not before.Goroutines+10: one that ran before may have ended meanwhile.
	if after.Goroutines < 11 || after.Allocated < before.Allocated+int64(len(block)) {
		t.Errorf("%d goroutines, want at least this one and ten; %d bytes after %d, want 8 MB more", after.Goroutines, after.Allocated, before.Allocated)
	}
	close(stop)
	all.Wait()
}
