package cache

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Stats are what the levels did since the process started.
type Stats struct {
	Rate    float64      `json:"rate" doc:"share of the lookups that some level answered, from 0 to 1; those of namespace negative do not count, where a miss is the normal case"`
	Lookups int64        `json:"lookups" doc:"that the rate is of"`
	Levels  []LevelStats `json:"levels" doc:"by level and namespace, of the levels in use"`
}

// LevelStats are what one level did for one namespace.
type LevelStats struct {
	Level     Level     `json:"level" doc:"memory, disk or external"`
	Namespace Namespace `json:"namespace"`
	Hits      int64     `json:"hits" doc:"lookups that the level answered"`
	Misses    int64     `json:"misses" doc:"lookups that went on to the next level"`
	Sets      int64     `json:"sets" doc:"values that were written"`
	Evictions int64     `json:"evictions" doc:"entries that were removed for lack of room"`
	Expired   int64     `json:"expired" doc:"entries that were removed because they had expired"`
	Entries   int       `json:"entries" doc:"on the level now; unknown for the external level"`
	Bytes     int64     `json:"bytes" doc:"that they take; unknown for the external level" unit:"B"`
	Rate      float64   `json:"rate" doc:"hits of all lookups, from 0 to 1"`
}

func (s *Store) getStats(_ context.Context, in NamespaceInput) (Stats, error) {
	var out Stats
	add := func(level Level, ns Namespace, c counts, entries int, bytes int64) {
		rate := float64(c.hits) / float64(max(1, c.hits+c.misses))
		out.Levels = append(out.Levels, LevelStats{level, ns, c.hits, c.misses, c.sets, c.evictions, c.expired, entries, bytes, rate})
	}
	all := in.Namespace.orAll()
	for _, ns := range all {
		c, entries, bytes := s.memoryOf(ns).stats()
		add(Memory, ns, c, entries, int64(bytes))
	}
	for _, ns := range all {
		if s.disk.dir != "" {
			names, bytes := s.disk.names(ns)
			add(Disk, ns, s.disk.stats(ns), len(names), bytes)
		}
	}
	for _, ns := range all {
		if s.table.table != nil {
			add(External, ns, s.table.stats(ns), 0, 0)
		}
	}
	out.Rate, out.Lookups = s.rate(all)
	return out, nil
}

// A Size is how much is cached.
type Size struct {
	Entries   int   `json:"entries" doc:"in memory"`
	Bytes     int   `json:"bytes" doc:"that they take in memory, keys included" unit:"B"`
	DiskFiles int   `json:"disk_files" doc:"entries on disk"`
	DiskBytes int64 `json:"disk_bytes" doc:"that they take on disk" unit:"B"`
}

func (s *Store) size(_ context.Context, in NamespaceInput) (Size, error) {
	var sum Size
	for _, ns := range in.Namespace.orAll() {
		_, entries, bytes := s.memoryOf(ns).stats()
		sum.Entries += entries
		sum.Bytes += bytes
		names, diskBytes := s.disk.names(ns)
		sum.DiskFiles += len(names)
		sum.DiskBytes += diskBytes
	}
	return sum, nil
}

// An OptimizeInput is the input of [Optimize].
type OptimizeInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	MaxBytes  int       `json:"max_bytes,omitempty" doc:"what a namespace may take in memory; the least recently used entries are evicted; default: its limit" unit:"B"`
}

// Check rejects an unknown namespace, and a negative size.
func (in OptimizeInput) Check() error {
	if in.MaxBytes < 0 {
		return errors.New("field max_bytes is negative")
	}
	return checkNamespace(in.Namespace)
}

// Optimized is what an [Optimize] freed.
type Optimized struct {
	Memory   core.Reclaimed `json:"memory" doc:"entries, and the bytes of them and of empty places in the maps"`
	Disk     core.Reclaimed `json:"disk" doc:"files that had expired"`
	Duration core.Seconds   `json:"duration_seconds" doc:"how long it took" unit:"s"`
	Size
}

func (s *Store) optimize(ctx context.Context, in OptimizeInput) (Optimized, error) {
	start := time.Now()
	var o Optimized
	for _, ns := range in.Namespace.orAll() {
		m := s.memoryOf(ns)
		o.Memory = o.Memory.Plus(m.removeExpired()).Plus(m.compact(cmp.Or(in.MaxBytes, m.limits.Bytes)))
	}
	o.Disk = s.disk.removeExpired()
	o.Duration = core.Seconds(time.Since(start))
	var err error
	o.Size, err = s.size(ctx, NamespaceInput{in.Namespace})
	return o, err
}
