package core

import (
	"context"
	"strings"
	"sync"
	"time"
)

// A Run is one invocation: its correlation ID, when it began, and what the
// operations that ran in it had in common. It is safe for concurrent use.
type Run struct {
	ID    string    // the correlation ID
	Start time.Time // when the invocation began

	mu    sync.Mutex
	end   time.Time            // guarded by mu; zero before Stop
	seen  Set                  // guarded by mu
	chain [NumGateways]Gateway // guarded by mu; as many as seen has
	used  int                  // guarded by mu
	could int                  // guarded by mu
	hit   bool                 // guarded by mu
}

type runKey struct{}

// NewRun returns a Run that begins now, and a context that carries it.
func NewRun(ctx context.Context, id string) (context.Context, *Run) {
	r := &Run{ID: id, Start: time.Now()}
	return context.WithValue(ctx, runKey{}, r), r
}

// RunOf returns the run that ctx belongs to, or nil.
func RunOf(ctx context.Context) *Run {
	r, _ := ctx.Value(runKey{}).(*Run)
	return r
}

// CorrelationID returns the correlation ID of the run that ctx belongs to, or "".
func CorrelationID(ctx context.Context) string {
	if r := RunOf(ctx); r != nil {
		return r.ID
	}
	return ""
}

// Took returns how long the invocation took, or has taken so far.
func (r *Run) Took() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.end.IsZero() {
		return r.end.Sub(r.Start)
	}
	return time.Since(r.Start)
}

// Stop says that the invocation ends now: its reply is made.
func (r *Run) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end = time.Now()
}

// Chain returns the gateways that took part in the run so far, as services or by
// an operation of theirs, in the order of their first part: "http_client>lambda".
func (r *Run) Chain() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for i, g := range r.chain[:r.seen.Len()] {
		if i > 0 {
			b.WriteByte('>')
		}
		b.WriteString(g.String())
	}
	return b.String()
}

// Utilization returns the share of the services that the run's operations could
// use which took part in them, from 0 to 1; 0 before the first operation ended.
func (r *Run) Utilization() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return float64(r.used) / float64(max(1, r.could))
}

// Hit reports whether an operation of the run was answered from the cache.
func (r *Run) Hit() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hit
}

// enter notes that g took part.
func (r *Run) enter(g Gateway) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.seen.Has(g) {
		r.chain[r.seen.Len()] = g
		r.seen.Add(g)
	}
}

// leave notes what came of a call that ended.
func (r *Run) leave(c *Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used += c.used.Len()
	r.could += c.Gateway.Uses().Len()
	r.hit = r.hit || c.Hit
}
