package logging

import (
	"context"
	"log/slog"
	"sync"
	"time"
	"unsafe"

	"github.com/hearthgate/hearthgate/function/core"
)

// Limits of what is kept for an operator, small beside the 128 MB of the function.
const (
	maxItems = 256
	maxBytes = 256 << 10
	maxAge   = 6 * time.Hour
)

// An item is a line, written or held.
type item struct {
	at      time.Time
	level   slog.Level
	id      string // of the invocation; "" outside one
	line    []byte // JSON, with a newline
	written bool
	record  *Record // that it belongs to, or nil
	step    *step   // of record, that it shows; nil for the line of the invocation
}

func (i *item) size() int {
	n := int(unsafe.Sizeof(*i)) + len(i.id) + cap(i.line)
	if i.record != nil {
		n += i.record.size()
	}
	return n
}

// A ring keeps the last items. The zero value is empty; it is safe for concurrent
// use.
type ring struct {
	mu    sync.Mutex
	items []sized // guarded by mu; the oldest first
	bytes int     // guarded by mu
}

type sized struct {
	*item
	size int
}

// add keeps i, and drops the oldest items beyond the limits.
func (r *ring) add(i *item) {
	size := i.size()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items = append(r.items, sized{i, size})
	r.bytes += size
	for len(r.items) > maxItems || r.bytes > maxBytes {
		r.drop()
	}
}

// drop drops the oldest item. The caller holds mu.
func (r *ring) drop() {
	r.bytes -= r.items[0].size
	r.items[0] = sized{}
	r.items = r.items[1:]
}

// all returns the items, and the steps of their records, at a level or above it, oldest
// first.
func (r *ring) all(lowest slog.Level) []*item {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*item
	for _, i := range r.items {
		if i.record != nil {
			all = append(all, i.record.items(i.id, lowest)...)
		}
		if i.level >= lowest {
			copied := *i.item
			copied.record = nil
			all = append(all, &copied)
		}
	}
	return all
}

// mark marks an item that all returned as written.
func (r *ring) mark(i *item) {
	if i.step != nil {
		i.record.flushed(i.step)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kept := range r.items {
		if &kept.line[0] == &i.line[0] {
			kept.written = true
		}
	}
}

// kept returns the number of items, their memory, and the time of the oldest.
func (r *ring) kept() (items, bytes int, oldest time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.items) > 0 {
		oldest = r.items[0].at
	}
	return len(r.items), r.bytes, oldest
}

// Cleanup drops the lines that are kept for an operator and older than six hours.
func (l *Log) Cleanup(context.Context) core.Reclaimed {
	r := &l.ring
	r.mu.Lock()
	defer r.mu.Unlock()
	var freed core.Reclaimed
	for len(r.items) > 0 && time.Since(r.items[0].at) > maxAge {
		freed = freed.Plus(core.Reclaimed{Items: 1, Bytes: int64(r.items[0].size)})
		r.drop()
	}
	return freed
}
