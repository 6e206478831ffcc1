package cache

import (
	"encoding/json"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// An id identifies an entry: a key of [Set], or of the results of an operation.
type id struct {
	spec *core.Spec // nil for Set
	key  string
}

// operation returns the name of the operation whose result it is, or "".
func (k id) operation() string {
	if k.spec == nil {
		return ""
	}
	return k.spec.String()
}

// String returns the id as operators see it: the key, for a result with the
// operation's name in front.
func (k id) String() string { return displayKey(k.operation(), k.key) }

func displayKey(operation, key string) string {
	if operation == "" {
		return key
	}
	return operation + " " + key
}

// An entry is guarded by the mu of its [memory] once that has it.
type entry struct {
	id
	value      any
	size       int
	stored     int64         // wall clock, which advances while the process is frozen, in ns since 1970
	expires    int64         // likewise
	ttl        time.Duration // 0: depends on use
	hits       uint32        // since it was stored or restored
	pastHits   uint32        // before that; they extend a ttl that depends on use
	persistent bool          // it may be on the levels below
	rerun      rerun         // refreshes its value

	prev, next *entry
}

// ttlLeft returns the time until e expires.
func (e *entry) ttlLeft(now int64) time.Duration { return time.Duration(e.expires - now) }

func (e *entry) unlink() { e.prev.next, e.next.prev = e.next, e.prev }

// sizeOf returns about how many bytes an entry takes.
func sizeOf(k id, v any) int {
	const overhead = 220 // of the entry and its place in the map
	const goValue = 256  // assumed, as the size of a Go value is unknown
	if b, ok := v.(json.RawMessage); ok {
		return overhead + len(k.key) + len(b)
	}
	return overhead + len(k.key) + goValue
}

// counts are what a level did for a namespace.
type counts struct {
	hits, misses, sets, evictions, expired int64
}

func (c *counts) lookup(hit bool) {
	if hit {
		c.hits++
	} else {
		c.misses++
	}
}

// A countsByNamespace has the counts of each namespace of a level. The zero value is
// empty.
type countsByNamespace map[Namespace]*counts

func (c *countsByNamespace) of(ns Namespace) *counts {
	if *c == nil {
		*c = countsByNamespace{}
	}
	if (*c)[ns] == nil {
		(*c)[ns] = new(counts)
	}
	return (*c)[ns]
}
