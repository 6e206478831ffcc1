package cache

import (
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// Lookups are the lookups of a namespace since the process started.
type Lookups struct {
	Hits   int64 // that some level answered
	Misses int64 // that no level could answer
}

// Lookups returns the lookups of a namespace. When the service finds no error of a
// keyed operation in namespace negative, that is not a lookup. It is quick.
func (s *Store) Lookups(ns Namespace) Lookups {
	c, _, _ := s.memoryOf(ns).stats()
	hits := c.hits + s.disk.stats(ns).hits + s.table.stats(ns).hits
	return Lookups{hits, c.hits + c.misses - hits}
}

// Rate returns the share of lookups that were hits, from 0 to 1, and whether there
// was any lookup. Those of namespace negative do not count, where a miss is the
// normal case.
func (s *Store) Rate() (rate float64, any bool) {
	rate, n := s.rate(Namespaces())
	return rate, n > 0
}

func (s *Store) rate(of []Namespace) (rate float64, lookups int64) {
	var hits int64
	for _, ns := range of {
		if ns != Negative {
			l := s.Lookups(ns)
			hits += l.Hits
			lookups += l.Hits + l.Misses
		}
	}
	return float64(hits) / float64(max(1, lookups)), lookups
}

// Hits returns how many lookups each level has answered since the process started;
// like [Store.Rate] it leaves out namespace negative.
func (s *Store) Hits() (memory, disk, external int64) {
	for _, ns := range Namespaces() {
		if ns != Negative {
			c, _, _ := s.memoryOf(ns).stats()
			memory += c.hits
			disk += s.disk.stats(ns).hits
			external += s.table.stats(ns).hits
		}
	}
	return memory, disk, external
}

// Health returns the health of the levels, computed from their problems and from
// evictions.
func (s *Store) Health() core.Health {
	var sets, evictions int64
	entries, bytes := 0, 0
	for _, ns := range Namespaces() {
		c, n, b := s.memoryOf(ns).stats()
		sets += c.sets
		evictions += c.evictions
		entries += n
		bytes += b
	}
	h := core.Healthy(map[string]any{"entries": entries, "bytes": bytes, "evictions": evictions})
	if rate, n := s.rate(Namespaces()); n > 0 {
		h.Facts["hit_rate"] = rate
	}
	if sets >= 100 && evictions > sets/2 {
		h.Deduct(5, fmt.Sprintf("%d of %d cached entries were evicted for lack of room", evictions, sets))
	}
	if s.disk.dir != "" {
		s.disk.deductFrom(&h, Disk)
	}
	if s.table.table != nil {
		s.table.deductFrom(&h, External)
	}
	return h
}
