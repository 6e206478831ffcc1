package cache

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// A StatsInput is the input of [GetStats].
type StatsInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
}

// Check refuses a namespace that there is not.
func (in StatsInput) Check() error { return checkNamespace(in.Namespace) }

// Stats are what the levels did since the process started.
type Stats struct {
	Rate    float64      `json:"rate" doc:"share of the look-ups that found something on whatever level, from 0 to 1; those of the negative namespace do not count, where nothing is the normal answer"`
	Lookups int64        `json:"lookups" doc:"that it is the rate of"`
	Levels  []LevelStats `json:"levels" doc:"by level and namespace, of the levels that there are"`
}

// LevelStats are what one level did for one namespace.
type LevelStats struct {
	Level     Level     `json:"level" doc:"memory, disk or external"`
	Namespace Namespace `json:"namespace"`
	Hits      int64     `json:"hits" doc:"look-ups that were answered"`
	Misses    int64     `json:"misses" doc:"look-ups that went on to the next level"`
	Sets      int64     `json:"sets" doc:"values that were written"`
	Evictions int64     `json:"evictions" doc:"entries that went before their time, for lack of room"`
	Expired   int64     `json:"expired" doc:"entries that went when their time had come"`
	Entries   int       `json:"entries" doc:"that are there; not known of the external level"`
	Bytes     int64     `json:"bytes" doc:"that they take; not known of the external level" unit:"B"`
	Rate      float64   `json:"rate" doc:"hits of all look-ups, from 0 to 1"`
}

func (s *Store) stats(_ context.Context, in StatsInput) (Stats, error) {
	var out Stats
	add := func(level Level, ns Namespace, c counts, entries int, bytes int64) {
		rate := float64(c.hits) / float64(max(1, c.hits+c.misses))
		out.Levels = append(out.Levels, LevelStats{level, ns, c.hits, c.misses, c.sets, c.evictions, c.expired, entries, bytes, rate})
	}
	for _, ns := range in.Namespace.orAll() {
		c, entries, bytes := s.space(ns).now()
		add(Memory, ns, c, entries, int64(bytes))
	}
	for _, ns := range in.Namespace.orAll() {
		if s.disk.dir != "" {
			names, bytes := s.disk.names(ns)
			add(Disk, ns, s.disk.did(ns), len(names), bytes)
		}
	}
	for _, ns := range in.Namespace.orAll() {
		if s.ext.table != nil {
			add(External, ns, s.ext.did(ns), 0, 0)
		}
	}
	out.Rate, out.Lookups = s.rate(in.Namespace.orAll())
	return out, nil
}

// Rate returns the share of look-ups that found something, from 0 to 1, and
// whether there was one at all. Those of the negative namespace do not count:
// there nothing is the normal answer.
func (s *Store) Rate() (rate float64, any bool) {
	rate, n := s.rate(Namespaces())
	return rate, n > 0
}

func (s *Store) rate(of []Namespace) (rate float64, lookups int64) {
	var hits int64
	for _, ns := range of {
		if ns == Negative {
			continue
		}
		c, _, _ := s.space(ns).now()
		lookups += c.hits + c.misses
		hits += c.hits
		if s.disk.dir != "" {
			hits += s.disk.did(ns).hits
		}
		if s.ext.table != nil {
			hits += s.ext.did(ns).hits
		}
	}
	return float64(hits) / float64(max(1, lookups)), lookups
}

// Hits returns how many look-ups each level has answered since the process began;
// like [Store.Rate] it leaves out the negative namespace.
func (s *Store) Hits() (memory, disk, external int64) {
	for _, ns := range Namespaces() {
		if ns == Negative {
			continue
		}
		c, _, _ := s.space(ns).now()
		memory += c.hits
		if s.disk.dir != "" {
			disk += s.disk.did(ns).hits
		}
		if s.ext.table != nil {
			external += s.ext.did(ns).hits
		}
	}
	return memory, disk, external
}

// Health says how the cache is doing.
func (s *Store) Health() core.Health {
	var all counts
	facts := map[string]any{}
	entries, bytes := 0, 0
	for _, ns := range Namespaces() {
		c, n, b := s.space(ns).now()
		all.sets += c.sets
		all.evictions += c.evictions
		entries += n
		bytes += b
	}
	facts["entries"], facts["bytes"], facts["evictions"] = entries, bytes, all.evictions
	if rate, n := s.rate(Namespaces()); n > 0 {
		facts["hit_rate"] = rate
	}
	h := core.Healthy(facts)
	if all.sets >= 100 && all.evictions > all.sets/2 {
		h.Deduct(5, fmt.Sprintf("%d of %d cached entries went before their time, for lack of room", all.evictions, all.sets))
	}
	s.disk.complain(&h, Disk, s.disk.dir != "")
	s.ext.complain(&h, External, s.ext.table != nil)
	return h
}

// complain takes points off h for what is wrong with a level that there is.
func (t *trouble) complain(h *core.Health, level Level, there bool) {
	if !there {
		return
	}
	last, failures, damaged := t.now()
	h.Facts[string(level)+"_failures"], h.Facts[string(level)+"_damaged"] = failures, damaged
	if last != "" {
		h.Deduct(10, last)
	}
	if damaged > 0 {
		h.Deduct(5, fmt.Sprintf("%d cached values on the level %s were not what was written, and were removed", damaged, level))
	}
}

// now returns what m did so far, and how much is in it.
func (m *memory) now() (c counts, entries, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts, len(m.entries), m.bytes
}

func (d *disk) did(ns Namespace) counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return *d.of(ns)
}

func (x *external) did(ns Namespace) (c counts) {
	x.note(ns, func(of *counts) { c = *of })
	return c
}
