package logging

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// trailLength is how many calls a record remembers: the last ones.
const trailLength = 32

// A Record is what is known of an invocation until its line is written. It is
// safe for concurrent use.
type Record struct {
	Subject string

	mu    sync.Mutex
	attrs []slog.Attr // guarded by mu
	trail []step      // guarded by mu; a ring once it is full
	next  int         // guarded by mu; where the ring goes on
	ended bool        // guarded by mu
}

// step is one call of the trail.
type step struct {
	spec *core.Spec
	took time.Duration
	hit  bool
	use  float64
	err  error
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
	s := step{c.Spec, time.Since(c.Start), c.Hit, c.Utilization(), err}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.trail) < trailLength {
		r.trail = append(r.trail, s)
		return
	}
	r.trail[r.next] = s
	r.next = (r.next + 1) % trailLength
}

// lines returns the trail as text, oldest first.
func (r *Record) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := make([]string, 0, len(r.trail))
	for i := range r.trail {
		s := r.trail[(r.next+i)%len(r.trail)]
		line := fmt.Sprintf("%s_operation_%s %.3fms use=%.2f", s.spec.Gateway, s.spec.Name, float64(s.took.Microseconds())/1000, s.use)
		if s.hit {
			line += " cache_hit"
		}
		if s.err != nil {
			line += " " + core.CauseOf(s.err)
		}
		lines = append(lines, line)
	}
	return lines
}
