package cache

import (
	"fmt"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A levelStatus records the problems of a level below memory. The first is
// reported; the last is in the health.
type levelStatus struct {
	report   func(string) // default: not reported
	cooldown time.Duration

	mu       sync.Mutex
	last     string    // guarded by mu; the current problem, "" if the level works
	reported bool      // guarded by mu
	failures int64     // guarded by mu
	damaged  int64     // guarded by mu; values that could not be used
	until    time.Time // guarded by mu; end of the cooldown
}

// coolingDown reports whether the level failed a moment ago and must not be used.
func (l *levelStatus) coolingDown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Before(l.until)
}

// fail records a failure, in a sentence, and starts the cooldown.
func (l *levelStatus) fail(problem string) {
	l.mu.Lock()
	l.failures++
	l.last, l.until = problem, time.Now().Add(l.cooldown)
	l.mu.Unlock()
	l.reportOnce(problem)
}

// damage records a value that could not be used, in a sentence.
func (l *levelStatus) damage(problem string) {
	l.mu.Lock()
	l.damaged++
	l.mu.Unlock()
	l.reportOnce(problem)
}

// succeed records that the level works, and ends the cooldown.
func (l *levelStatus) succeed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.until = "", time.Time{}
}

func (l *levelStatus) reportOnce(problem string) {
	l.mu.Lock()
	first := !l.reported
	l.reported = true
	l.mu.Unlock()
	if first && l.report != nil {
		l.report(problem)
	}
}

// deductFrom adds the level to h, and deducts points for its problems.
func (l *levelStatus) deductFrom(h *core.Health, level Level) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.Facts[string(level)+"_failures"], h.Facts[string(level)+"_damaged"] = l.failures, l.damaged
	if l.last != "" {
		h.Deduct(10, l.last)
	}
	if l.damaged > 0 {
		h.Deduct(5, fmt.Sprintf("%d values of the cache level %s were damaged and were removed", l.damaged, level))
	}
}
