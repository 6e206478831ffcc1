package metrics

import (
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// Health returns the health of the gateway. It deducts points when metrics have no name
// of their own, when the last snapshot was not stored, and from 75 % projected use of a
// free allowance.
func (r *Registry) Health() core.Health {
	calls, failures, hits := r.Totals()
	u := r.Usage()
	r.mu.Lock()
	names, keepErr := len(r.metrics), r.keepErr
	r.mu.Unlock()
	h := core.Healthy(map[string]any{
		"calls": calls, "failures": failures, "cache_hits": hits,
		"names": names, "room": max(0, maxMetrics-names), "figures_bytes": r.size(),
		"highest_share": u.Highest, "nearest": u.Nearest,
	})
	if n := r.overflows.Load(); n > 0 {
		h.Deduct(20, fmt.Sprintf("%d values were recorded under %q: all %d names of metrics are in use", n, other, maxMetrics))
	}
	if keepErr != nil {
		h.Deduct(10, fmt.Sprintf("the last snapshot could not be stored: %v", keepErr))
	}
	for _, step := range []struct {
		share  float64
		points int
	}{{1, 40}, {.9, 20}, {.75, 10}} {
		if u.Highest >= step.share {
			h.Deduct(step.points, fmt.Sprintf("the month is projected to use %.0f %% of the free %s", u.Highest*100, u.Nearest))
			break
		}
	}
	return h
}

// size returns the approximate memory of all series in bytes.
func (r *Registry) size() (n int64) {
	operations, metrics := r.all()
	for _, s := range operations {
		n += s.size()
	}
	for name, m := range metrics {
		n += m.size() + int64(len(name))
	}
	return n
}
