package logging

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Record collects what goes on the line of an invocation. It is safe for concurrent
// use.
type Record struct {
	Subject string

	whole *Record // which r is a part of; nil for the record of an invocation

	mu      sync.Mutex
	attrs   []slog.Attr // guarded by mu
	trail   trail       // guarded by mu
	lines   int         // guarded by mu; separate ones, written so far
	dropped int         // guarded by mu; lines beyond the limit
	ended   bool        // guarded by mu

	space *noteSpace // of attrs; guarded by mu
}

// A noteSpace has room for the notes of a directive. Records use it one after the other.
type noteSpace [24]slog.Attr

var noteSpaces = sync.Pool{New: func() any { return new(noteSpace) }}

type recordKey struct{}

// Part returns a context whose notes do not go on the line, and a function that returns
// those made so far. All else in it goes on as in ctx. Several things that an invocation
// does at once can each have their own.
func Part(ctx context.Context) (part context.Context, notes func() []slog.Attr) {
	whole := invocationOf(ctx)
	if whole == nil {
		return ctx, func() []slog.Attr { return nil }
	}
	r := &Record{Subject: whole.Subject, whole: whole}
	return With(ctx, r), func() []slog.Attr {
		r.mu.Lock()
		defer r.mu.Unlock()
		return slices.Clone(r.attrs)
	}
}

// With returns a context that carries r.
func With(ctx context.Context, r *Record) context.Context {
	return context.WithValue(ctx, recordKey{}, r)
}

func recordOf(ctx context.Context) *Record {
	r, _ := ctx.Value(recordKey{}).(*Record)
	return r
}

// invocationOf returns the record of the invocation of ctx, of which the one that ctx
// carries may be a part; nil outside.
func invocationOf(ctx context.Context) *Record {
	r := recordOf(ctx)
	if r != nil && r.whole != nil {
		return r.whole
	}
	return r
}

// Note adds attributes to the line of the invocation that ctx belongs to; one with the
// key of an earlier one replaces it. Outside an invocation it does nothing.
func Note(ctx context.Context, attrs ...slog.Attr) {
	r := recordOf(ctx)
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.space == nil {
		r.space = noteSpaces.Get().(*noteSpace)
		r.attrs = r.space[:0]
	}
	for _, a := range attrs {
		same := func(b slog.Attr) bool { return b.Key == a.Key }
		if i := slices.IndexFunc(r.attrs, same); i >= 0 {
			r.attrs[i] = a
			continue
		}
		r.attrs = append(r.attrs, a)
	}
}

// appendNotes appends the notes to attrs, and forgets them.
func (r *Record) appendNotes(attrs []slog.Attr) []slog.Attr {
	r.mu.Lock()
	defer r.mu.Unlock()
	attrs = append(attrs, r.attrs...)
	if r.space != nil {
		clear(r.space[:])
		noteSpaces.Put(r.space)
	}
	r.attrs, r.space = nil, nil
	return attrs
}

// note adds a call to the trail.
func (r *Record) note(c *core.Call, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trail.add(step{spec: c.Spec, start: c.Start, took: time.Since(c.Start), use: c.Utilization(), cause: core.CauseOf(err), hit: c.Hit})
}

// hold keeps a line that is below the level, and reports whether r has not ended yet.
func (r *Record) hold(i *item) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.trail.add(step{held: i})
	}
	return !r.ended
}

// room counts one more line, and reports whether it is within the limit.
func (r *Record) room(limit int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lines >= limit {
		r.dropped++
		return false
	}
	r.lines++
	return true
}

// end marks r as ended, and returns the number of lines that were dropped, and whether
// this is its first end.
func (r *Record) end() (dropped int, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, r.ended = !r.ended, true
	return r.dropped, first
}

// trailJSON returns the trail for the line of r, and the number of missing steps.
func (r *Record) trailJSON() (trailJSON, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trail.json()
}

// items returns the steps at a level or above it, oldest first.
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

// flushed marks steps as written; all of them if none is given.
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
