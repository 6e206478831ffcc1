package cache

import (
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that a person runs by name.
var (
	Delete = core.Define[GetInput, Deleted](core.Cache, "delete",
		"Remove a key from every level, and return which had it.")
	Exists = core.Define[GetInput, Presence](core.Cache, "exists",
		"Return whether a key has a value, and on which level.").Reading()
	Expire = core.Define[ExpireInput, Lifetime](core.Cache, "expire",
		"Change the time to live of a key, counted from now, and return it; an error of kind not_found if the key has no value.")
	TTL = core.Define[GetInput, Lifetime](core.Cache, "ttl",
		"Return the time until a key expires; an error of kind not_found if the key has no value.").Reading()
	BulkGet = core.Define[BulkGetInput, Found](core.Cache, "bulk_get",
		"Return the values of several keys of a namespace, and the keys without one.").Reading()
	BulkSet = core.Define[BulkSetInput, BulkStored](core.Cache, "bulk_set",
		"Store several values of a namespace with the same time to live, and return how many each level has.")
	Keys = core.Define[KeysInput, Listing](core.Cache, "keys",
		"Return the keys that match a pattern, on the levels that can be listed: memory and disk.").Reading()
	GetSize = core.Define[NamespaceInput, Size](core.Cache, "size",
		"Return the number of entries and their size, in memory and on disk.").Reading()
	Clear = core.Define[ClearInput, Cleared](core.Cache, "clear",
		"Remove every key that matches a pattern from every level, and return how many there were.")
	GetStats = core.Define[NamespaceInput, Stats](core.Cache, "stats",
		"Return hits, misses, sets, evictions, bytes and hit rate of each namespace and level since the process started.").Reading()
	Optimize = core.Define[OptimizeInput, Optimized](core.Cache, "optimize",
		"Remove expired entries, evict others down to a size, and return what was freed on each level.")
	Backup = core.Define[CopyInput, Copied](core.Cache, "backup",
		"Copy the entries in memory, and how often each key was used, to the levels below, and return how many were copied.")
	Restore = core.Define[CopyInput, Copied](core.Cache, "restore",
		"Copy the entries of the levels below into memory, where they are missing, and return how many were copied.")
)

func (s *Store) bindOperator(d *core.Dispatcher) {
	core.Handle(d, Delete, s.delete)
	core.Handle(d, Exists, s.exists)
	core.Handle(d, Expire, s.expire)
	core.Handle(d, TTL, s.ttl)
	core.Handle(d, BulkGet, s.bulkGet)
	core.Handle(d, BulkSet, s.bulkSet)
	core.Handle(d, Keys, s.keys)
	core.Handle(d, GetSize, s.size)
	core.Handle(d, Clear, s.clear)
	core.Handle(d, GetStats, s.getStats)
	core.Handle(d, Optimize, s.optimize)
	core.Handle(d, Backup, s.backup)
	core.Handle(d, Restore, s.restore)
}

// A NamespaceInput is the input of the operations that take one namespace or all.
type NamespaceInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
}

// Check rejects an unknown namespace.
func (in NamespaceInput) Check() error { return checkNamespace(in.Namespace) }

// Deleted says what a [Delete] removed.
type Deleted struct {
	Deleted bool    `json:"deleted" doc:"whether memory or disk had a value"`
	Levels  []Level `json:"levels" doc:"those that had it; the external level does not say"`
}

// A Presence says whether a key has a value.
type Presence struct {
	Exists bool  `json:"exists" doc:"whether any level has a value"`
	Level  Level `json:"level,omitempty" doc:"the uppermost that has it"`
}

// An ExpireInput is the input of [Expire].
type ExpireInput struct {
	Namespace Namespace    `json:"namespace,omitempty" doc:"as of get"`
	Key       string       `json:"key" doc:"at most 512 bytes" required:"true"`
	TTL       core.Seconds `json:"ttl_seconds,omitempty" doc:"from now on, at most the namespace's maximum; default: 0, which removes the key" unit:"s"`
}

// Check rejects a key that is missing or too long, and a negative TTL.
func (in ExpireInput) Check() error {
	return errors.Join(checkKey(in.Namespace, "key", in.Key), checkTTL(in.TTL))
}

// A Lifetime is how long an entry is valid.
type Lifetime struct {
	TTL   core.Seconds `json:"ttl_seconds" doc:"time until it expires" unit:"s"`
	Hits  uint32       `json:"hits" doc:"number of hits since it was stored"`
	ByUse bool         `json:"by_use" doc:"whether its time to live grows with use"`
}

func (s *Store) delete(ctx context.Context, in GetInput) (Deleted, error) {
	levels := s.remove(ctx, in.Namespace, in.id())
	return Deleted{len(levels) > 0, levels}, nil
}

func (s *Store) exists(ctx context.Context, in GetInput) (Presence, error) {
	_, level, ok := s.peek(ctx, in.Namespace, in.id())
	if !ok {
		level = ""
	}
	return Presence{ok, level}, nil
}

func (s *Store) expire(ctx context.Context, in ExpireInput) (Lifetime, error) {
	k := id{key: in.Key}
	e, _, ok := s.peek(ctx, in.Namespace, k)
	if !ok {
		return Lifetime{}, notCached(in.Key)
	}
	if in.TTL == 0 {
		s.remove(ctx, in.Namespace, k)
		return Lifetime{Hits: e.hits + e.pastHits}, nil
	}
	e.ttl, e.pastHits, e.hits = in.TTL.Duration(), e.pastHits+e.hits, 0
	s.put(ctx, in.Namespace, e)
	return s.ttl(ctx, GetInput{in.Namespace, in.Key})
}

func (s *Store) ttl(ctx context.Context, in GetInput) (Lifetime, error) {
	e, _, ok := s.peek(ctx, in.Namespace, in.id())
	if !ok {
		return Lifetime{}, notCached(in.Key)
	}
	return Lifetime{core.Seconds(e.ttlLeft(time.Now().UnixNano())), e.hits + e.pastHits, e.ttl == 0}, nil
}
