package cache

import (
	"container/list"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Limits of a [Store], of the 128 MB that a function has.
const (
	maxEntries = 2000
	maxBytes   = 4 << 20
	maxKey     = 512
	maxValue   = 1 << 20
	defaultTTL = 5 * time.Minute
)

// A Store keeps values in memory, each for a time, the most recently used ones
// when there are too many. The zero value is empty and ready for use by several
// goroutines.
type Store struct {
	mu      sync.Mutex
	entries map[id]*list.Element // guarded by mu
	recent  list.List            // guarded by mu; of *entry, the last used first
	bytes   int                  // guarded by mu
	hits    int64                // guarded by mu
	misses  int64                // guarded by mu
}

// id names an entry: one of [Set], or the result of an operation.
type id struct {
	ns   Namespace
	spec *core.Spec // nil for Set
	key  string
}

type entry struct {
	id      id
	value   any
	size    int
	expires time.Time
}

func (s *Store) get(_ context.Context, in GetInput) (Entry, error) {
	v, expires, ok := s.lookup(id{ns: in.Namespace, key: in.Key})
	if !ok {
		return Entry{}, core.Errorf(core.NotFound, "not_cached", "nothing is kept under %q, or nothing any more", in.Key)
	}
	value, ok := v.(json.RawMessage)
	if !ok {
		return Entry{}, core.Errorf(core.Forbidden, "in_go_only", "what is kept under %q is a value of the program's own, which never leaves it", in.Key)
	}
	return Entry{value, core.Seconds(time.Until(expires))}, nil
}

func (s *Store) set(_ context.Context, in SetInput) (Stored, error) {
	ttl := in.TTL.Duration()
	if ttl == 0 {
		ttl = defaultTTL
	}
	s.keep(id{ns: in.Namespace, key: in.Key}, in.Value, ttl)
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stored{len(s.entries), s.bytes}, nil
}

// A Shelf is one namespace of a [Store], for Go values that never leave memory.
type Shelf struct {
	store *Store
	ns    Namespace
}

// Shelf returns the shelf of a namespace.
func (s *Store) Shelf(ns Namespace) Shelf { return Shelf{s, ns} }

// Load returns what is kept under key, and whether there is anything.
func (s Shelf) Load(key string) (any, bool) {
	v, _, ok := s.store.lookup(id{ns: s.ns, key: key})
	return v, ok
}

// Keep keeps v under key for a time.
func (s Shelf) Keep(key string, v any, ttl time.Duration) {
	s.store.keep(id{ns: s.ns, key: key}, v, ttl)
}

// Rate returns the share of look-ups that found something, from 0 to 1, and
// whether there was one at all.
func (s *Store) Rate() (rate float64, any bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.hits + s.misses
	return float64(s.hits) / float64(max(n, 1)), n > 0
}

func (s *Store) lookup(k id) (any, time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	el, ok := s.entries[k]
	if ok && !time.Now().Before(el.Value.(*entry).expires) {
		s.drop(el)
		ok = false
	}
	if !ok {
		s.misses++
		return nil, time.Time{}, false
	}
	s.hits++
	s.recent.MoveToFront(el)
	e := el.Value.(*entry)
	return e.value, e.expires, true
}

func (s *Store) keep(k id, v any, ttl time.Duration) {
	e := &entry{k, v, size(k, v), time.Now().Add(ttl)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries == nil {
		s.entries = map[id]*list.Element{}
	}
	if old, ok := s.entries[k]; ok {
		s.drop(old)
	}
	s.entries[k] = s.recent.PushFront(e)
	s.bytes += e.size
	for len(s.entries) > maxEntries || s.bytes > maxBytes {
		s.drop(s.recent.Back())
	}
}

// drop forgets an entry. The caller holds mu.
func (s *Store) drop(el *list.Element) {
	e := s.recent.Remove(el).(*entry)
	delete(s.entries, e.id)
	s.bytes -= e.size
}

// size returns about how many bytes an entry takes.
func size(k id, v any) int {
	const overhead = 200 // of the entry, its list element and its place in the map
	if b, ok := v.(json.RawMessage); ok {
		return overhead + len(k.key) + len(b)
	}
	return overhead + len(k.key)
}
