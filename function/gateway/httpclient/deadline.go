package httpclient

import (
	"context"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Timeouts limit a request and its phases. A zero value stands for the share of the
// request's time that the package comment names.
type Timeouts struct {
	Request   core.Seconds `json:"request_seconds,omitempty" doc:"for the whole request; default: the caller's deadline"`
	Dial      core.Seconds `json:"dial_seconds,omitempty" doc:"for resolving the name and connecting; default: 3/8 of the time left"`
	Handshake core.Seconds `json:"handshake_seconds,omitempty" doc:"for the TLS handshake; default: until 5/8 of the time left"`
	FirstByte core.Seconds `json:"first_byte_seconds,omitempty" doc:"for the first byte of the response, after the request was sent; default: the deadline"`
	Idle      core.Seconds `json:"idle_seconds,omitempty" doc:"how long a connection may be idle; default: 50"`
}

// Check returns an error if the timeout of a request is shorter than that of a phase.
func (t Timeouts) Check() error {
	longest := max(t.Dial, t.Handshake, t.FirstByte)
	if t.Request > 0 && longest > t.Request {
		return fmt.Errorf("field request_seconds is shorter than that of a phase: expected at least %v", longest.Duration())
	}
	return nil
}

// with returns t with the fields of change that are set.
func (t Timeouts) with(change Timeouts) Timeouts {
	set(&t.Request, change.Request)
	set(&t.Dial, change.Dial)
	set(&t.Handshake, change.Handshake)
	set(&t.FirstByte, change.FirstByte)
	set(&t.Idle, change.Idle)
	return t
}

// phaseDeadlines say how long each phase of an attempt may take, so that a phase that
// hangs leaves time for a retry.
type phaseDeadlines struct {
	start, end time.Time // of the request; end is zero if it has no deadline
	timeouts   Timeouts
	final      bool // no retry follows this attempt
}

func newPhaseDeadlines(ctx context.Context, t Timeouts) phaseDeadlines {
	d := phaseDeadlines{start: time.Now(), timeouts: t}
	d.end, _ = ctx.Deadline()
	return d
}

// limit returns how long an attempt that enters phase p now may stay in it; ok is
// false if only the request's deadline applies. An idempotent request that gets no
// answer on a reused connection may get one on a new connection. On a new connection
// no answer means that the home is slow, and a retry would not be faster.
func (d phaseDeadlines) limit(p phase, now time.Time, idempotentOnReused bool) (limit time.Duration, ok bool) {
	configured, eighths := time.Duration(0), 0
	switch p {
	case resolving:
		configured, eighths = d.timeouts.Dial.Duration(), 3
	case tlsHandshake:
		configured, eighths = d.timeouts.Handshake.Duration(), 5
	case sending, waiting:
		configured = d.timeouts.FirstByte.Duration()
		if idempotentOnReused {
			eighths = 5
		}
	}
	switch {
	case configured > 0:
		return configured, true
	case eighths == 0 || d.final || d.end.IsZero():
		return 0, false
	}
	by := d.start.Add(d.end.Sub(d.start) * time.Duration(eighths) / 8)
	return by.Sub(now), true
}
