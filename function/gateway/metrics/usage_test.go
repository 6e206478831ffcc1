package metrics_test

import (
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

func TestUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log int64
		var parameters, calls atomic.Int64
		r := metrics.New(metrics.Options{
			MemoryMB:       512,
			LogBytes:       func() int64 { return log },
			ParameterCalls: &parameters,
			CacheCalls:     &calls,
			Start:          func() metrics.Start { return metrics.Start{Took: seconds(500 * time.Millisecond)} },
		})
		time.Sleep(10 * time.Minute)
		for range 100 {
			r.Invoked(14500 * time.Microsecond) // billed as 15 ms
		}
		log = 70_000
		parameters.Store(3)
		calls.Store(5)
		u := r.Usage()
		// The projection is from at least an hour, so 100 in ten minutes are 100 an hour.
		for name, want := range map[string]struct{ used, month, limit float64 }{
			"invocations":     {100, 73_000, 1e6},
			"compute":         {1, 730, 400_000}, // 1.5 s and half a second of start, of half a GB
			"log":             {100_000, 73e6, 5e9},
			"parameter_calls": {3, 2190, 20_000},
			"cache_calls":     {5, 3650, 0},
		} {
			l := limit(t, u, name)
			if l.Used != want.used || math.Abs(l.Month-want.month) > 1e-6*want.month || l.Limit != want.limit {
				t.Errorf("%s: got %+v, want %+v", name, l, want)
			}
			if want.limit > 0 && l.Share != l.Month/l.Limit || want.limit == 0 && l.Share != 0 {
				t.Errorf("%s: the share is %v of %v", name, l.Share, l.Limit)
			}
		}
		if u.Nearest != "parameter_calls" || u.Highest != limit(t, u, "parameter_calls").Share || u.Note == "" {
			t.Errorf("the nearest limit is %s, at %v (%s)", u.Nearest, u.Highest, u.Note)
		}
		// Ten hours without an invocation: the same usage over a longer time.
		time.Sleep(10*time.Hour - 10*time.Minute)
		if l := limit(t, r.Usage(), "invocations"); math.Abs(l.Month-7300) > 1e-6 {
			t.Errorf("projected to %v invocations, want 7300", l.Month)
		}
	})
}

func limit(t *testing.T, u metrics.Usage, name string) metrics.Limit {
	t.Helper()
	for _, l := range u.Limits {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("there is no limit %s: %+v", name, u)
	return metrics.Limit{}
}

func TestHealthDeductsForUsage(t *testing.T) {
	const anHour = 5_000_000_000 / 730 // of the log that is free in a month
	for percent, points := range map[int64]int{0: 100, 70: 100, 80: 90, 92: 80, 200: 60} {
		r := metrics.New(metrics.Options{LogBytes: func() int64 { return anHour * percent / 100 }})
		if h := r.Health(); h.Points != points || (len(h.Reasons) == 0) != (points == 100) {
			t.Errorf("with %d %% of the log: %+v, want %d points", percent, h, points)
		}
	}
}

func TestUsageByName(t *testing.T) {
	r := metrics.New(metrics.Options{})
	d := bound(r)
	before, err := core.Execute(t.Context(), d, "metrics.usage", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Invoked(time.Second)
	after, err := core.Execute(t.Context(), d, "metrics.usage", nil)
	if err != nil || string(before) == string(after) {
		t.Errorf("the usage is %s before and after an invocation (%v)", after, err)
	}
}
