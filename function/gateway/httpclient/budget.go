package httpclient

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Timeouts are how long a request and its phases may take. What is 0 is left to
// the time that the request has, as the package has it.
type Timeouts struct {
	Request   core.Seconds `json:"request_seconds,omitempty" doc:"the whole of it; default: until its caller's deadline"`
	Dial      core.Seconds `json:"dial_seconds,omitempty" doc:"the look-up of the name and the connection; default: 3/8 of the time there is"`
	Handshake core.Seconds `json:"handshake_seconds,omitempty" doc:"that of TLS; default: until 5/8 of the time there is"`
	FirstByte core.Seconds `json:"first_byte_seconds,omitempty" doc:"of the answer, after the request has left; default: as long as there is time"`
	Idle      core.Seconds `json:"idle_seconds,omitempty" doc:"how long a connection may wait for the next request; default: 50"`
}

// marks say by when a request must have come how far, so that what hangs leaves
// time for a second try.
type marks struct {
	start, end time.Time // the time there is; end is zero if it has none
	timeouts   Timeouts
	final      bool // no try comes after this one
}

func (w *way) marks(ctx context.Context) marks {
	m := marks{start: time.Now(), timeouts: w.config.Timeouts}
	m.end, _ = ctx.Deadline()
	return m
}

// last returns the marks of the second try, which has all the rest.
func (m marks) last() marks {
	m.final = true
	return m
}

// limit returns how long a request that enters a phase now may take until the next
// one; ok is false if there is nothing but its deadline. A question on an old
// connection that hears nothing may have better luck on a new one; on a new one
// the home is slow, and asking again would not make it faster.
func (m marks) limit(p phase, now time.Time, staleQuestion bool) (d time.Duration, ok bool) {
	said, eighths := time.Duration(0), 0
	switch p {
	case resolving:
		said, eighths = m.timeouts.Dial.Duration(), 3
	case shaking:
		said, eighths = m.timeouts.Handshake.Duration(), 5
	case sending, waiting:
		said = m.timeouts.FirstByte.Duration()
		if staleQuestion {
			eighths = 5
		}
	}
	switch {
	case said > 0:
		return said, true
	case eighths == 0 || m.final || m.end.IsZero():
		return 0, false
	}
	by := m.start.Add(m.end.Sub(m.start) * time.Duration(eighths) / 8)
	return by.Sub(now), true
}
