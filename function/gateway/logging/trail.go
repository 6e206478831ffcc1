package logging

import (
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A trail is the last steps of an invocation. The zero value is empty.
type trail struct {
	steps []step  // a ring once it is full; in space
	next  int     // index of the oldest, once it is full
	noted int     // in all, with those that were overwritten
	space [8]step // of steps, as many as a directive has
}

// trailLength is how many steps a trail remembers.
const trailLength = 32

// A step is a call, or a held line.
type step struct {
	held    *item // nil for a call
	spec    *core.Spec
	start   time.Time
	took    time.Duration
	use     float64
	cause   core.Cause // of its failure; "" for a success
	hit     bool
	written bool
}

func (t *trail) add(s step) {
	t.noted++
	if t.steps == nil {
		t.steps = t.space[:0]
	}
	if len(t.steps) < trailLength {
		t.steps = append(t.steps, s)
		return
	}
	t.steps[t.next] = s
	t.next = (t.next + 1) % trailLength
}

// ordered returns the steps, oldest first.
func (t *trail) ordered() []*step {
	steps := make([]*step, len(t.steps))
	for i := range steps {
		steps[i] = &t.steps[(t.next+i)%len(t.steps)]
	}
	return steps
}

// A trailJSON is the trail as the line of an invocation has it: redacted already.
type trailJSON []any

// json returns the steps for the line of the invocation, oldest first, and the number
// of those that are missing: overwritten, or too long.
func (t *trail) json() (steps trailJSON, missing int) {
	room := 32 << 10 // bytes of held lines
	for _, s := range slices.Backward(t.ordered()) {
		switch {
		case s.held == nil:
			steps = append(steps, s.operation())
		case len(s.held.line) <= room:
			steps = append(steps, json.RawMessage(s.held.line))
			room -= len(s.held.line)
		}
	}
	slices.Reverse(steps)
	return steps, t.noted - len(steps)
}

// size returns about how much memory the steps take.
func (t *trail) size() int {
	n := 0 // without space, which is part of t
	for _, s := range t.steps {
		if s.held != nil {
			n += len(s.held.line)
		}
	}
	return n
}

// An operation is the record of one call.
type operation struct {
	Timestamp     *time.Time  `json:"timestamp,omitempty"` // when it ended
	Level         *slog.Level `json:"level,omitempty"`
	Message       string      `json:"message"`
	CorrelationID string      `json:"correlation_id,omitempty"`
	Duration      float64     `json:"duration"` // milliseconds
	Success       bool        `json:"success"`
	Cause         core.Cause  `json:"cause,omitempty"`
	CacheHit      bool        `json:"cache_hit"`
	Utilization   float64     `json:"gateway_utilization"`
}

func (s *step) operation() operation {
	return operation{
		Message: s.spec.Gateway.String() + "_operation_" + s.spec.Name, Duration: milliseconds(s.took),
		Success: s.cause == "", Cause: s.cause, CacheHit: s.hit, Utilization: thousandths(s.use),
	}
}

// item returns the step as an item; nil if it is below a level.
func (s *step) item(id string, lowest slog.Level) *item {
	i := &item{id: id, level: slog.LevelDebug, written: s.written, step: s}
	if s.held != nil {
		i.at, i.level, i.line = s.held.at, s.held.level, s.held.line
	}
	switch {
	case i.level < lowest:
		return nil
	case s.held == nil:
		i.at = s.start.Add(s.took)
		o := s.operation()
		o.Timestamp, o.Level, o.CorrelationID = &i.at, &i.level, id
		line, _ := json.Marshal(o) // strings and numbers: cannot fail
		i.line = append(line, '\n')
	}
	return i
}
