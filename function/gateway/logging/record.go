package logging

import (
	"context"
	"log/slog"
	"sync"
	"time"
	"unsafe"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Record is what is known of an invocation until its line is written, and for a
// while after. It is safe for concurrent use.
type Record struct {
	Subject string

	mu      sync.Mutex
	attrs   []slog.Attr // guarded by mu
	trail   trail       // guarded by mu
	lines   int         // guarded by mu; written of its own
	dropped int         // guarded by mu; lines for which there was no room
	ended   bool        // guarded by mu
}

type recordKey struct{}

// With returns a context that carries r.
func With(ctx context.Context, r *Record) context.Context {
	return context.WithValue(ctx, recordKey{}, r)
}

func recordOf(ctx context.Context) *Record {
	r, _ := ctx.Value(recordKey{}).(*Record)
	return r
}

// Note adds attributes to the line of the invocation that ctx belongs to. Outside
// an invocation it does nothing.
func Note(ctx context.Context, attrs ...slog.Attr) {
	if r := recordOf(ctx); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.attrs = append(r.attrs, attrs...)
	}
}

// note adds a call to the trail.
func (r *Record) note(c *core.Call, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trail.add(step{spec: c.Spec, start: c.Start, took: time.Since(c.Start), use: c.Utilization(), cause: core.CauseOf(err), hit: c.Hit})
}

// hold keeps a line that is not written, unless the line of r is written already.
func (r *Record) hold(i *item) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.trail.add(step{held: i})
	}
	return !r.ended
}

// room reports whether r may have one more line, of so many, and counts it.
func (r *Record) room(lines int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lines >= lines {
		r.dropped++
		return false
	}
	r.lines++
	return true
}

// end marks r as ended, and returns what belongs on its line, how many lines there
// was no room for, and whether r had not ended before.
func (r *Record) end() (attrs []slog.Attr, dropped int, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	attrs, first = r.attrs, !r.ended
	r.attrs, r.ended = nil, true
	return attrs, r.dropped, first
}

// tell returns what the line of r has of the trail, and how many steps are missing.
func (r *Record) tell() (told, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trail.tell()
}

// items returns the steps that are of a level or above, oldest first.
func (r *Record) items(id string, lowest slog.Level) (items []*item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.trail.ordered() {
		if i := s.item(id, lowest); i != nil {
			i.record = r
			items = append(items, i)
		}
	}
	return items
}

// flushed marks steps as written: all of them, if none is named.
func (r *Record) flushed(steps ...*step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(steps) == 0 {
		steps = r.trail.ordered()
	}
	for _, s := range steps {
		s.written = true
	}
}

// size returns about how much memory r takes.
func (r *Record) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int(unsafe.Sizeof(*r)) + r.trail.size()
}
