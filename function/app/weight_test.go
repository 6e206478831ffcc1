package app

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// Limits of what a directive costs, which noise does not affect: raise them on purpose
// only.
const (
	mostDispatches  = 8
	mostAllocations = 60 // by the function's own code, which makes 51 or 52; the libraries that it calls have theirs
)

// TestDirectiveDispatches counts the operations that a directive runs.
func TestDirectiveDispatches(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	app, _ := started(t, home.URL, nil)
	for range 2 {
		invoke(t, app, turnOn)
	}
	before := app.dispatcher.Calls()
	invoke(t, app, turnOn)
	if n := app.dispatcher.Calls() - before; n > mostDispatches || n == 0 {
		t.Errorf("a directive runs %d operations, at most %d are meant", n, mostDispatches)
	}
}

// TestDirectiveAllocations counts what a directive allocates in the function's own code,
// by the line that allocates.
func TestDirectiveAllocations(t *testing.T) {
	if raced() {
		t.Skip("the race detector keeps the compiler from making variables on the stack")
	}
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	for name, env := range map[string]map[string]string{
		"stored token":    nil,
		"token of Amazon": {config.EnvTokenSource: string(config.Linked)},
	} {
		t.Run(name, func(t *testing.T) {
			app, _ := started(t, home.URL, env)
			invoke(t, app, turnOn)
			const times = 50
			rate := runtime.MemProfileRate
			runtime.MemProfileRate = 1
			before := allocations()
			for range times {
				_, _ = app.Invoke(t.Context(), []byte(turnOn))
			}
			after := allocations()
			runtime.MemProfileRate = rate
			var total int64
			var lines []line
			for where, n := range after {
				if n -= before[where]; n >= times/2 {
					total += n / times
					lines = append(lines, line{where, n / times})
				}
			}
			if total > mostAllocations || testing.Verbose() {
				slices.SortFunc(lines, func(a, b line) int { return int(b.n - a.n) })
				t.Logf("%d: %v", total, lines)
			}
			if total > mostAllocations {
				t.Errorf("a directive makes %d allocations, at most %d are meant", total, mostAllocations)
			}
		})
	}
}

// raced reports whether the test was built with the race detector.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

type line struct {
	where string
	n     int64
}

// allocations returns how many objects each function of ours has allocated so far.
func allocations() map[string]int64 {
	runtime.GC() // the profile is that of the last cycles
	runtime.GC()
	records := make([]runtime.MemProfileRecord, 100_000)
	n, _ := runtime.MemProfile(records, true)
	found := map[string]int64{}
	for _, r := range records[:n] {
		frames := runtime.CallersFrames(r.Stack())
		for {
			f, more := frames.Next()
			if own := strings.HasPrefix(f.Function, "github.com/hearthgate/") && !strings.HasSuffix(f.File, "_test.go"); own {
				found[f.Function] += r.AllocObjects
			}
			if !strings.HasPrefix(f.Function, "runtime.") || !more {
				break
			}
		}
	}
	return found
}
