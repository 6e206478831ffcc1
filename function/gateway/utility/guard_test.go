package utility_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

func TestGuardLevels(t *testing.T) {
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
			g := &utility.Guard{Usage: func() []utility.Usage {
				return []utility.Usage{{"requests", 10, 100}, {"log_bytes", tt.used, 100}, {"nothing", 5, 0}}
			}}
			for w, want := range tt.runs {
				if got := g.Allows(utility.Work(w)); got != want {
					t.Errorf("at %v %%: Allows(%v) = %v, want %v", tt.used, utility.Work(w), got, want)
				}
			}
			if got := g.Level(); got != tt.level {
				t.Errorf("at %v %% the level is %v, want %v", tt.used, got, tt.level)
			}
		})
	}
}

func TestGuardKnowsNothing(t *testing.T) {
	var g utility.Guard
	for w := utility.DebugLines; w <= utility.RefreshAhead; w++ {
		if !g.Allows(w) {
			t.Errorf("%v does not run, though no usage is known", w)
		}
	}
}

// TestGuardLooksOnceASecond counts how often the usage is asked for.
func TestGuardLooksOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, used := 0, 1.0
		g := &utility.Guard{}
		g.Usage = func() []utility.Usage {
			asked++
			g.Allows(utility.Probes) // as a metric that logs would
			return []utility.Usage{{"requests", used, 100}}
		}
		for range 100 {
			g.Allows(utility.Probes)
		}
		if asked != 1 {
			t.Errorf("the usage was asked for %d times in no time, want once", asked)
		}
		used = 92
		if !g.Allows(utility.Probes) {
			t.Error("a new usage counts before a second is over")
		}
		time.Sleep(time.Second)
		if g.Allows(utility.Probes) || asked != 2 {
			t.Errorf("after a second probes still run, and the usage was asked for %d times, want 2", asked)
		}
	})
}

func TestGuardAtOnce(t *testing.T) {
	g := &utility.Guard{Every: time.Nanosecond, Usage: func() []utility.Usage { return []utility.Usage{{"requests", 80, 100}} }}
	g.Level()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				if g.Allows(utility.DebugLines) || !g.Allows(utility.Probes) {
					t.Error("a goroutine sees another level than the usage has")
					return
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkGuardAllows(b *testing.B) {
	g := &utility.Guard{Usage: func() []utility.Usage { return []utility.Usage{{"requests", 10, 100}} }}
	b.ReportAllocs()
	for b.Loop() {
		g.Allows(utility.RefreshAhead)
	}
}
