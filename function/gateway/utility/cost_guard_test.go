package utility_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

func TestCostGuardLevels(t *testing.T) {
	for _, tt := range []struct {
		used  float64
		level utility.Level
		runs  [3]bool // debug lines, probes, refresh ahead
	}{
		{0, utility.Normal, [3]bool{true, true, true}},
		{74.9, utility.Normal, [3]bool{true, true, true}},
		{75, utility.Warning, [3]bool{false, true, true}},
		{90, utility.Protection, [3]bool{false, false, true}},
		{95, utility.Emergency, [3]bool{false, false, false}},
		{400, utility.Emergency, [3]bool{false, false, false}},
	} {
		t.Run(tt.level.String(), func(t *testing.T) {
			g := &utility.CostGuard{Usage: func() []utility.Usage {
				return []utility.Usage{{"requests", 10, 100}, {"log_bytes", tt.used, 100}, {"nothing", 5, 0}}
			}}
			for w, want := range tt.runs {
				if got := g.Allows(utility.OptionalTask(w)); got != want {
					t.Errorf("at %v %%: Allows(%v) = %v, want %v", tt.used, utility.OptionalTask(w), got, want)
				}
			}
			if got := g.Level(); got != tt.level {
				t.Errorf("at %v %% the level is %v, want %v", tt.used, got, tt.level)
			}
		})
	}
}

func TestCostGuardWithoutUsage(t *testing.T) {
	var g utility.CostGuard
	for w := utility.DebugLines; w <= utility.RefreshAhead; w++ {
		if !g.Allows(w) {
			t.Errorf("%v does not run, although no usage is known", w)
		}
	}
}

// TestCostGuardReadsOnceASecond counts how often Usage is called.
func TestCostGuardReadsOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls, used := 0, 1.0
		g := &utility.CostGuard{}
		g.Usage = func() []utility.Usage {
			calls++
			g.Allows(utility.Probes) // reentrant, as from a Usage that logs
			return []utility.Usage{{"requests", used, 100}}
		}
		for range 100 {
			g.Allows(utility.Probes)
		}
		if calls != 1 {
			t.Errorf("Usage was called %d times at once, want once", calls)
		}
		used = 92
		if !g.Allows(utility.Probes) {
			t.Error("a new usage takes effect within a second")
		}
		time.Sleep(time.Second)
		if g.Allows(utility.Probes) || calls != 2 {
			t.Errorf("after a second probes still run, or Usage was called %d times, want 2", calls)
		}
	})
}

func TestHealth(t *testing.T) {
	for _, tt := range []struct {
		used   float64
		points int
		reason string
	}{
		{74, 100, ""},
		{76, 85, "76 % of the free requests, so these tasks are paused: debug_lines"},
		{92, 70, "92 % of the free requests, so these tasks are paused: debug_lines, probes"},
		{96, 55, "96 % of the free requests, so these tasks are paused: debug_lines, probes, refresh_ahead"},
	} {
		guard := &utility.CostGuard{Usage: func() []utility.Usage { return []utility.Usage{{"requests", tt.used, 100}} }}
		h := utility.New(utility.Options{Guard: guard}).Health()
		if got := strings.Join(h.Reasons, "; "); h.Points != tt.points || !strings.HasSuffix(got, tt.reason) || (got == "") != (tt.reason == "") {
			t.Errorf("at %v %%: %d points because %q; want %d because %q", tt.used, h.Points, got, tt.points, tt.reason)
		}
	}
}

func TestCostGuardConcurrent(t *testing.T) {
	g := &utility.CostGuard{Every: time.Nanosecond, Usage: func() []utility.Usage { return []utility.Usage{{"requests", 80, 100}} }}
	g.Level()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				if g.Allows(utility.DebugLines) || !g.Allows(utility.Probes) {
					t.Error("a goroutine sees another level than that of the usage")
					return
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkCostGuardAllows(b *testing.B) {
	g := &utility.CostGuard{Usage: func() []utility.Usage { return []utility.Usage{{"requests", 10, 100}} }}
	b.ReportAllocs()
	for b.Loop() {
		g.Allows(utility.RefreshAhead)
	}
}
