package circuitbreaker

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Status is the state of a breaker.
type Status struct {
	Breaker             string       `json:"breaker"`
	State               string       `json:"state" doc:"closed, half-open or open"`
	Since               time.Time    `json:"since" doc:"when the state began"`
	Requests            uint32       `json:"requests" doc:"in the current window"`
	Failures            uint32       `json:"failures" doc:"in the current window"`
	ConsecutiveFailures uint32       `json:"consecutive_failures"`
	IdempotentIn        core.Seconds `json:"question_in_seconds" doc:"how long until a breaker that is not closed lets an idempotent call through"`
	CommandIn           core.Seconds `json:"command_in_seconds" doc:"how long until it lets any call through, if no idempotent one succeeds first"`
	LastCause           core.Cause   `json:"last_cause,omitempty" doc:"cause of the latest failure that counted"`
	Policy              Policy       `json:"policy"`
}

// Totals are what a breaker counted since it was made.
type Totals struct {
	Breaker    string       `json:"breaker"`
	Made       time.Time    `json:"made" doc:"when it was made or reset"`
	Calls      int64        `json:"calls" doc:"calls let through"`
	Failures   int64        `json:"failures" doc:"of them, those that counted as a failure"`
	Slow       int64        `json:"slow" doc:"of the failures, calls that succeeded but took too long"`
	Refused    int64        `json:"refused" doc:"calls that were rejected"`
	Opened     int64        `json:"opened" doc:"how often it opened, after a failed probe too"`
	Closed     int64        `json:"closed" doc:"how often it closed again"`
	Away       core.Seconds `json:"away_seconds" doc:"how long it was open or half-open"`
	LastOpened time.Time    `json:"last_opened,omitzero"`
	LastFailed time.Time    `json:"last_failed,omitzero"`
	LastCause  core.Cause   `json:"last_cause,omitempty" doc:"of the latest failure"`
}

// Health deducts points for each breaker that is open, half-open or counts failures.
func (b *Breakers) Health() core.Health {
	all := b.sorted()
	m := measured(all)
	h := core.Healthy(map[string]any{"breakers": len(m.Breakers), "calls": m.Calls, "failures": m.Failures, "refused": m.Refused, "opened": m.Opened})
	for _, one := range all {
		s := one.status()
		switch {
		case s.State == gobreaker.StateOpen.String():
			h.Deduct(50, fmt.Sprintf("requests to %s are paused since %s: its last failure was %s", s.Breaker, s.Since.Format(time.TimeOnly), s.LastCause))
		case s.State == gobreaker.StateHalfOpen.String():
			h.Deduct(25, fmt.Sprintf("requests to %s are being tried again: its last failure was %s", s.Breaker, s.LastCause))
		case s.ConsecutiveFailures > 0:
			h.Deduct(min(20, 5*int(s.ConsecutiveFailures)), fmt.Sprintf("the last %d requests to %s failed: %s", s.ConsecutiveFailures, s.Breaker, s.LastCause))
		}
	}
	return h
}

// Cleanup removes the breakers that are closed and were not used for an hour.
func (b *Breakers) Cleanup(context.Context) core.Reclaimed {
	const (
		unused = time.Hour
		bytes  = 1 << 10 // of a breaker, about
	)
	b.mu.Lock()
	defer b.mu.Unlock()
	var r core.Reclaimed
	for name, one := range b.made {
		if one.closed() && time.Since(one.lastUsed()) > unused {
			delete(b.made, name)
			r = r.Plus(core.Reclaimed{Items: 1, Bytes: bytes})
		}
	}
	return r
}

// sorted returns every breaker, by name.
func (b *Breakers) sorted() []*breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*breaker, 0, len(b.made))
	for _, name := range slices.Sorted(maps.Keys(b.made)) {
		all = append(all, b.made[name])
	}
	return all
}

func (b *breaker) status() Status {
	state, counts := b.inner.State(), b.inner.Counts()
	b.mu.Lock()
	defer b.mu.Unlock()
	s := Status{
		Breaker: b.name, State: state.String(), Since: b.since.UTC(), Policy: b.policy, LastCause: b.totals.LastCause,
		Requests: counts.Requests, Failures: counts.TotalFailures, ConsecutiveFailures: counts.ConsecutiveFailures,
	}
	if state != gobreaker.StateClosed {
		elapsed := core.Seconds(time.Since(b.totals.LastOpened))
		s.IdempotentIn = max(0, b.policy.Open-elapsed)
		s.CommandIn = max(0, b.policy.Open+b.policy.Grace-elapsed)
	}
	return s
}

func (b *breaker) measured() Totals {
	closed := b.closed()
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.totals
	if !closed {
		t.Away += core.Seconds(time.Since(b.since))
	}
	return t
}

// measured returns the totals of some breakers and their sums.
func measured(some []*breaker) Metrics {
	m := Metrics{Breakers: []Totals{}}
	for _, one := range some {
		t := one.measured()
		m.Calls += t.Calls
		m.Failures += t.Failures
		m.Refused += t.Refused
		m.Opened += t.Opened
		m.Breakers = append(m.Breakers, t)
	}
	return m
}
