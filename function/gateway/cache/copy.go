package cache

import (
	"context"
	"errors"
	"fmt"

	"github.com/hearthgate/hearthgate/function/core"
)

// A BackupInput is the input of [Backup].
type BackupInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	Level     Level     `json:"level,omitempty" doc:"disk or external; default: both, as far as there are"`
}

// Check refuses a namespace or a level that there is not.
func (in BackupInput) Check() error {
	if in.Level != "" && in.Level != Disk && in.Level != External {
		return fmt.Errorf("field level is %.40q; disk or external is wanted", in.Level)
	}
	return checkNamespace(in.Namespace)
}

// A RestoreInput is the input of [Restore].
type RestoreInput struct{ BackupInput }

// Copied is what a [Backup] or a [Restore] did.
type Copied struct {
	Entries int           `json:"entries" doc:"that were copied"`
	Bytes   int           `json:"bytes" doc:"that they take in memory" unit:"B"`
	Levels  map[Level]int `json:"levels" doc:"how many of them to, or from, each level"`
	Left    int           `json:"left" doc:"entries that were not copied: values of the program's own, what may hold a secret while there is no key, what has expired, and what is there already"`
}

func (c *Copied) add(e entry, levels ...Level) {
	c.Entries++
	c.Bytes += size(e.id, e.value)
	for _, level := range levels {
		c.Levels[level]++
	}
}

func (s *Store) backup(ctx context.Context, in BackupInput) (Copied, error) {
	c := Copied{Levels: map[Level]int{}}
	if err := s.available(in.Level); err != nil {
		return c, err
	}
	for _, ns := range in.Namespace.orAll() {
		for _, e := range s.space(ns).all() {
			var levels []Level
			if e.lasts {
				levels = s.sink(ctx, ns, e, in.Level)
			}
			if len(levels) == 0 {
				c.Left++
				continue
			}
			c.add(e, levels...)
		}
	}
	s.saveUse(ctx)
	return c, nil
}

func (s *Store) restore(ctx context.Context, in RestoreInput) (Copied, error) {
	c := Copied{Levels: map[Level]int{}}
	if err := s.available(in.Level); err != nil {
		return c, err
	}
	s.loadUse(ctx)
	for _, ns := range in.Namespace.orAll() {
		names, _ := s.disk.names(ns)
		for _, name := range names {
			if in.Level == External {
				break
			}
			k, known := s.idOf(s.fromDisk(ns, name))
			s.lift(ctx, &c, ns, k, known, Disk)
		}
		for k := range s.space(ns).known() {
			if in.Level != Disk && s.ext.table != nil {
				s.lift(ctx, &c, ns, k, true, External)
			}
		}
	}
	return c, nil
}

// lift copies an entry into memory, if it is not there yet.
func (s *Store) lift(ctx context.Context, c *Copied, ns Namespace, k id, known bool, from Level) {
	m := s.space(ns)
	_, there := m.peek(k)
	if !known || there {
		c.Left++
		return
	}
	e, level, ok := s.below(ctx, ns, k, false)
	if !ok || !m.keep(e) {
		c.Left++
		return
	}
	c.add(e, level)
}

// idOf returns the id of a record, and false if its operation is not one of this
// program, or there is none.
func (s *Store) idOf(r *record) (id, bool) {
	if r == nil {
		return id{}, false
	}
	return s.idFor(r.Op, r.Key)
}

func (s *Store) idFor(op, key string) (id, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	spec := s.specs[op]
	return id{spec, key}, op == "" || spec != nil
}

// available says that there is no level to copy to or from, if so.
func (s *Store) available(level Level) error {
	s.space(Response)
	disk, table := s.disk.dir != "" && level != External, s.ext.table != nil && level != Disk
	if disk || table {
		return nil
	}
	return &core.Error{Kind: core.NotFound, Cause: core.CauseNoLevel, Err: errors.New("there is no such level below memory: the disk level needs a folder, the external one a table")}
}
