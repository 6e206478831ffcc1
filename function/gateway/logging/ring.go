package logging

import (
	"context"
	"log/slog"
	"sync"
	"time"
	"unsafe"

	"github.com/hearthgate/hearthgate/function/core"
)

// Limits of what is kept for an operator, of the 128 MB that a function has.
const (
	maxItems = 256
	maxBytes = 256 << 10
	maxAge   = 6 * time.Hour
)

// An item is a line that was written or held back.
type item struct {
	at      time.Time
	level   slog.Level
	id      string // of the invocation; "" outside one
	line    []byte // JSON, with its end
	written bool
	record  *Record // that it belongs to, or nil
	step    *step   // of record, that it was made of, or nil if it is the line
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

// add keeps i, for which older ones make room.
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

// drop forgets the oldest. The caller holds mu.
func (r *ring) drop() {
	r.bytes -= r.items[0].size
	r.items[0] = sized{}
	r.items = r.items[1:]
}

// all returns the items and the steps of their records that are of a level or above,
// oldest first.
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

// mark notes that an item of all was written.
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

// kept returns how many items there are, how much memory they take, and when the
// oldest was written.
func (r *ring) kept() (items, bytes int, oldest time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.items) > 0 {
		oldest = r.items[0].at
	}
	return len(r.items), r.bytes, oldest
}

// Cleanup forgets what was kept for an operator and is more than six hours old.
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
