package logging

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/hearthgate/hearthgate/function/core"
)

// trailLength is how many calls and held lines a record remembers: the last ones.
const trailLength = 32

// A Record is what is known of an invocation until its line is written, and for a
// while after. It is safe for concurrent use.
type Record struct {
	Subject string

	mu      sync.Mutex
	attrs   []slog.Attr // guarded by mu
	trail   []step      // guarded by mu; a ring once it is full
	next    int         // guarded by mu; where the ring goes on
	noted   int         // guarded by mu; steps so far, those that are gone from the trail too
	lines   int         // guarded by mu; written of its own
	dropped int         // guarded by mu; lines for which there was no room
	ended   bool        // guarded by mu
}

// step is one call of the trail, or a line that was held back.
type step struct {
	held    *item // nil for a call
	spec    *core.Spec
	start   time.Time
	took    time.Duration
	use     float64
	cause   string // of its failure, or ""
	hit     bool
	written bool
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

func (r *Record) note(c *core.Call, err error) {
	r.add(step{spec: c.Spec, start: c.Start, took: time.Since(c.Start), use: c.Utilization(), cause: core.CauseOf(err), hit: c.Hit})
}

func (r *Record) add(s step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.push(s)
}

// push adds a step. The caller holds mu.
func (r *Record) push(s step) {
	r.noted++
	if r.trail == nil {
		r.trail = make([]step, 0, trailLength)
	}
	if len(r.trail) < trailLength {
		r.trail = append(r.trail, s)
		return
	}
	r.trail[r.next] = s
	r.next = (r.next + 1) % trailLength
}

// hold keeps a line that is not written, unless the line of r is written already.
func (r *Record) hold(i *item) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	r.push(step{held: i})
	return true
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
	first, attrs = !r.ended, r.attrs
	r.ended, r.attrs = true, nil
	return attrs, r.dropped, first
}

// An operation is the record of one call.
type operation struct {
	Timestamp     *time.Time  `json:"timestamp,omitempty"` // when it ended
	Level         *slog.Level `json:"level,omitempty"`
	Message       string      `json:"message"`
	CorrelationID string      `json:"correlation_id,omitempty"`
	Duration      float64     `json:"duration"` // milliseconds
	Success       bool        `json:"success"`
	Cause         string      `json:"cause,omitempty"`
	CacheHit      bool        `json:"cache_hit"`
	Utilization   float64     `json:"gateway_utilization"`
}

func (s step) operation() operation {
	return operation{
		Message: s.spec.Gateway.String() + "_operation_" + s.spec.Name, Duration: milliseconds(s.took),
		Success: s.cause == "", Cause: s.cause, CacheHit: s.hit, Utilization: thousandths(s.use),
	}
}

// ordered returns the trail, oldest first. The caller holds mu.
func (r *Record) ordered() []*step {
	steps := make([]*step, len(r.trail))
	for i := range steps {
		steps[i] = &r.trail[(r.next+i)%len(r.trail)]
	}
	return steps
}

// A trail is the steps of an invocation as its line has them.
type trail []any

// steps returns the trail, oldest first, and how many steps are missing: gone, or too
// long for it.
func (r *Record) steps() (steps trail, missing int) {
	room := 32 << 10 // bytes of lines that were held back
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range slices.Backward(r.ordered()) {
		switch {
		case s.held == nil:
			steps = append(steps, s.operation())
		case len(s.held.line) <= room:
			steps = append(steps, json.RawMessage(s.held.line))
			room -= len(s.held.line)
		}
	}
	slices.Reverse(steps)
	return steps, r.noted - len(steps)
}

// items returns the trail as records of their own, oldest first.
func (r *Record) items(id string) []*item {
	r.mu.Lock()
	defer r.mu.Unlock()
	items := make([]*item, 0, len(r.trail))
	level := slog.LevelDebug
	for _, s := range r.ordered() {
		if s.held != nil {
			items = append(items, &item{at: s.held.at, level: s.held.level, id: id, line: s.held.line, written: s.written, step: s})
			continue
		}
		o, ended := s.operation(), s.start.Add(s.took)
		o.Timestamp, o.Level, o.CorrelationID = &ended, &level, id
		line, _ := json.Marshal(o) // strings and numbers: cannot fail
		items = append(items, &item{at: ended, level: level, id: id, line: append(line, '\n'), written: s.written, step: s})
	}
	return items
}

// flushed marks the whole trail as written.
func (r *Record) flushed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.trail {
		r.trail[i].written = true
	}
}

// size returns about how much memory r takes.
func (r *Record) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := int(unsafe.Sizeof(*r)) + cap(r.trail)*int(unsafe.Sizeof(step{})) + cap(r.attrs)*int(unsafe.Sizeof(slog.Attr{}))
	for _, s := range r.trail {
		if s.held != nil {
			n += len(s.held.line)
		}
	}
	return n
}
