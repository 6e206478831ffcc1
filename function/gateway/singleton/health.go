package singleton

import (
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// Health returns the health of memory, goroutines and instances as they are now.
func (s *Store) Health() core.Health {
	m := s.measure()
	running, _, _ := s.calls.counts()
	s.mu.Lock()
	instances, failed := len(s.instances), s.failed
	s.mu.Unlock()
	h := core.Healthy(map[string]any{
		"things": instances, "running": running, "goroutines": m.Goroutines,
		"heap_bytes": m.Heap, "resident_bytes": m.Resident, "limit_bytes": m.Limit,
	})
	switch {
	case m.Share >= 0.9:
		h.Deduct(60, fmt.Sprintf("the process takes %.0f %% of its memory limit", 100*m.Share))
	case m.Share >= 0.75:
		h.Deduct(25, fmt.Sprintf("the process takes %.0f %% of its memory limit", 100*m.Share))
	}
	if n := s.abandoned.Load(); n > 0 {
		h.Deduct(10, fmt.Sprintf("%d functions still run after their timeout", n))
	}
	const many = 500
	if m.Goroutines > many {
		h.Deduct(20, fmt.Sprintf("%d goroutines exist, more than %d: some of them leak", m.Goroutines, many))
	}
	if failed > 0 {
		h.Deduct(5, fmt.Sprintf("%d instances could not be closed", failed))
	}
	return h
}
