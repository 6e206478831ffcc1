package cache

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// An OptimizeInput is the input of [Optimize].
type OptimizeInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	MaxBytes  int       `json:"max_bytes,omitempty" doc:"what a namespace may take in memory after it, those used last stay; default: its limit" unit:"B"`
}

// Check refuses a namespace that there is not, and a negative size.
func (in OptimizeInput) Check() error {
	if in.MaxBytes < 0 {
		return errors.New("field max_bytes is negative")
	}
	return checkNamespace(in.Namespace)
}

// Optimized is what an [Optimize] let go.
type Optimized struct {
	Memory   core.Reclaimed `json:"memory" doc:"entries, and the room that they and the maps' empty places took"`
	Disk     core.Reclaimed `json:"disk" doc:"files whose time had come"`
	Duration core.Seconds   `json:"duration_seconds" doc:"how long it took" unit:"s"`
	Size
}

func (s *Store) optimize(ctx context.Context, in OptimizeInput) (Optimized, error) {
	start := time.Now()
	var o Optimized
	for _, ns := range in.Namespace.orAll() {
		m := s.space(ns)
		o.Memory = o.Memory.Plus(m.sweep()).Plus(m.squeeze(cmp.Or(in.MaxBytes, m.limits.Bytes)))
	}
	o.Disk.Items, o.Disk.Bytes = s.disk.sweep()
	o.Duration = core.Seconds(time.Since(start))
	var err error
	o.Size, err = s.size(ctx, SizeInput{in.Namespace})
	return o, err
}

// Cleanup lets go of what has expired, in memory and on disk, and says how much
// that was. It is meant for the time between invocations.
func (s *Store) Cleanup(context.Context) core.Reclaimed {
	var freed core.Reclaimed
	for _, ns := range Namespaces() {
		freed = freed.Plus(s.space(ns).sweep())
	}
	items, bytes := s.disk.sweep()
	return freed.Plus(core.Reclaimed{Items: items, Bytes: bytes})
}
