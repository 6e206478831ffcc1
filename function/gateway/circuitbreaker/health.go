package circuitbreaker

import (
	"context"
	"fmt"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/hearthgate/hearthgate/function/core"
)

// Health says which far sides are left alone, and which are about to be.
func (b *Breakers) Health() core.Health {
	m := measured(b.sorted())
	h := core.Healthy(map[string]any{"breakers": len(m.Breakers), "calls": m.Calls, "failures": m.Failures, "refused": m.Refused, "opened": m.Opened})
	for _, one := range b.sorted() {
		s := one.status()
		switch {
		case s.State == gobreaker.StateOpen.String():
			h.Deduct(50, fmt.Sprintf("%s is left alone since %s: its last failure was %s", s.Breaker, s.Since.Format(time.TimeOnly), s.LastCause))
		case s.State == gobreaker.StateHalfOpen.String():
			h.Deduct(25, fmt.Sprintf("%s is being tried: its last failure was %s", s.Breaker, s.LastCause))
		case s.ConsecutiveFailures > 0:
			h.Deduct(min(20, 5*int(s.ConsecutiveFailures)), fmt.Sprintf("%s failed the last %d times: %s", s.Breaker, s.ConsecutiveFailures, s.LastCause))
		}
	}
	return h
}

// Cleanup forgets the breakers that are closed and were not used for an hour.
func (b *Breakers) Cleanup(context.Context) core.Reclaimed {
	const (
		long  = time.Hour
		bytes = 1 << 10 // that a breaker takes, about
	)
	b.mu.Lock()
	defer b.mu.Unlock()
	var f core.Reclaimed
	for name, one := range b.made {
		if closed, used := one.idle(); closed && time.Since(used) > long {
			delete(b.made, name)
			f = f.Plus(core.Reclaimed{Items: 1, Bytes: bytes})
		}
	}
	return f
}
