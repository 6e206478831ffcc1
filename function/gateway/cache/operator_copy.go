package cache

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// A CopyInput is the input of [Backup] and [Restore].
type CopyInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	Level     Level     `json:"level,omitempty" doc:"disk or external; default: those in use"`
}

// Check rejects an unknown namespace or level.
func (in CopyInput) Check() error {
	if in.Level != "" && in.Level != Disk && in.Level != External {
		return fmt.Errorf("field level is %.40q; expected disk or external", in.Level)
	}
	return checkNamespace(in.Namespace)
}

// Copied is what a [Backup] or a [Restore] did.
type Copied struct {
	Entries int           `json:"entries" doc:"that were copied"`
	Bytes   int           `json:"bytes" doc:"that they take in memory" unit:"B"`
	Levels  map[Level]int `json:"levels" doc:"how many of them to, or from, each level"`
	Left    int           `json:"left" doc:"entries that were not copied: Go values, values that may hold a secret while there is no key, expired ones, and those already in memory"`
}

func (c *Copied) add(e entry, levels ...Level) {
	c.Entries++
	c.Bytes += sizeOf(e.id, e.value)
	for _, level := range levels {
		c.Levels[level]++
	}
}

func (s *Store) backup(ctx context.Context, in CopyInput) (Copied, error) {
	c := Copied{Levels: map[Level]int{}}
	if err := s.checkLevel(in.Level); err != nil {
		return c, err
	}
	for _, ns := range in.Namespace.orAll() {
		for _, e := range s.memoryOf(ns).all() {
			var levels []Level
			if e.persistent {
				levels = s.writeThrough(ctx, ns, e, in.Level)
			}
			if len(levels) == 0 {
				c.Left++
				continue
			}
			c.add(e, levels...)
		}
	}
	s.saveUsage(ctx)
	return c, nil
}

func (s *Store) restore(ctx context.Context, in CopyInput) (Copied, error) {
	c := Copied{Levels: map[Level]int{}}
	if err := s.checkLevel(in.Level); err != nil {
		return c, err
	}
	s.loadUsage(ctx)
	for _, ns := range in.Namespace.orAll() {
		if in.Level != External {
			names, _ := s.disk.names(ns)
			for _, name := range names {
				if r := s.readDisk(ns, name); r == nil {
					c.Left++
				} else if k, ok := s.idFor(r.Op, r.Key); !ok {
					c.Left++
				} else {
					s.copyUp(ctx, ns, k, &c)
				}
			}
		}
		if in.Level != Disk && s.table.table != nil {
			for k := range s.memoryOf(ns).persistentHits() {
				s.copyUp(ctx, ns, k, &c)
			}
		}
	}
	return c, nil
}

// copyUp copies an entry into memory, unless memory has it.
func (s *Store) copyUp(ctx context.Context, ns Namespace, k id, c *Copied) {
	m := s.memoryOf(ns)
	if _, ok := m.peek(k); ok {
		c.Left++
		return
	}
	e, level, ok := s.lookupLower(ctx, ns, k, false)
	if !ok || !m.put(e) {
		c.Left++
		return
	}
	c.add(e, level)
}

// checkLevel returns an error of kind NotFound if there is no such level to copy to
// or from.
func (s *Store) checkLevel(level Level) error {
	s.memoryOf(Response)
	if s.disk.dir != "" && level != External || s.table.table != nil && level != Disk {
		return nil
	}
	return core.Errorf(core.NotFound, core.CauseNoLevel, "the cache has no such level below memory: the disk level needs a folder, the external level a table")
}
