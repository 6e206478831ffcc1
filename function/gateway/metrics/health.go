package metrics

import (
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// Health says how the metrics are doing.
func (r *Registry) Health() core.Health {
	calls, failures, hits := r.Totals()
	u := r.Usage()
	r.mu.Lock()
	names, unkept := len(r.metrics), r.unkept
	r.mu.Unlock()
	h := core.Healthy(map[string]any{
		"calls": calls, "failures": failures, "cache_hits": hits,
		"names": names, "room": max(0, maxMetrics-names), "figures_bytes": r.size(),
		"highest_share": u.Highest, "nearest": u.Nearest,
	})
	if n := r.overflows.Load(); n > 0 {
		h.Deduct(20, fmt.Sprintf("%d values were counted under %q: there are %d names of metrics, and there is no room for more", n, other, maxMetrics))
	}
	if unkept != nil {
		h.Deduct(10, fmt.Sprintf("the last snapshot could not be kept: %v", unkept))
	}
	for _, step := range []struct {
		share  float64
		points int
	}{{1, 40}, {.9, 20}, {.75, 10}} {
		if u.Highest >= step.share {
			h.Deduct(step.points, fmt.Sprintf("a month like the time observed would use %.0f %% of what is free of %s", u.Highest*100, u.Nearest))
			break
		}
	}
	return h
}
