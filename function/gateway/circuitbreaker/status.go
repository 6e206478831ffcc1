package circuitbreaker

import (
	"context"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Status is the state of a breaker.
type Status struct {
	Breaker             string       `json:"breaker"`
	State               string       `json:"state" doc:"closed, half-open or open"`
	Since               time.Time    `json:"since" doc:"when the state began"`
	Requests            uint32       `json:"requests" doc:"in the counting window"`
	Failures            uint32       `json:"failures" doc:"in the counting window"`
	ConsecutiveFailures uint32       `json:"consecutive_failures"`
	QuestionIn          core.Seconds `json:"question_in_seconds" doc:"how long until an open breaker lets a question through"`
	CommandIn           core.Seconds `json:"command_in_seconds" doc:"how long until it lets a command through, if no question came first"`
	LastCause           core.Cause   `json:"last_cause,omitempty" doc:"why the last call that counted as a failure failed, in one word"`
	Policy              Policy       `json:"policy"`
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
		gone := core.Seconds(time.Since(b.opened))
		s.QuestionIn = max(0, b.policy.Open-gone)
		s.CommandIn = max(0, b.policy.Open+b.policy.Grace-gone)
	}
	return s
}

func (b *Breakers) status(_ context.Context, in StatusInput) (Status, error) {
	one, err := b.find(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

// An All is the state of every breaker.
type All struct {
	Breakers []Status `json:"breakers" doc:"by name"`
	Open     int      `json:"open" doc:"how many are open or half-open"`
}

func (b *Breakers) all(context.Context, core.None) (All, error) {
	all := All{Breakers: []Status{}}
	for _, one := range b.sorted() {
		s := one.status()
		if s.State != gobreaker.StateClosed.String() {
			all.Open++
		}
		all.Breakers = append(all.Breakers, s)
	}
	return all, nil
}

// Totals are what a breaker did since it was made.
type Totals struct {
	Breaker    string       `json:"breaker"`
	Made       time.Time    `json:"made" doc:"when it was made, or reset"`
	Calls      int64        `json:"calls" doc:"let through"`
	Failures   int64        `json:"failures" doc:"of them, those that counted against the far side"`
	Slow       int64        `json:"slow" doc:"of the failures, those that succeeded and took too long"`
	Refused    int64        `json:"refused" doc:"calls that were not made"`
	Opened     int64        `json:"opened" doc:"how often it opened, after a failed probe too"`
	Closed     int64        `json:"closed" doc:"how often it closed again"`
	Away       core.Seconds `json:"away_seconds" doc:"how long it was not closed"`
	LastOpened time.Time    `json:"last_opened,omitzero"`
	LastFailed time.Time    `json:"last_failed,omitzero"`
	LastCause  core.Cause   `json:"last_cause,omitempty" doc:"of the last failure, in one word"`
}

// Metrics are what breakers did since they were made.
type Metrics struct {
	Calls    int64    `json:"calls" doc:"of all of them"`
	Failures int64    `json:"failures"`
	Refused  int64    `json:"refused"`
	Opened   int64    `json:"opened"`
	Breakers []Totals `json:"breakers" doc:"by name"`
}

func (b *breaker) measured() Totals {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.totals
	t.Breaker = b.name
	if !b.opened.IsZero() {
		t.Away += core.Seconds(time.Since(b.since))
	}
	return t
}

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

func (b *Breakers) metrics(_ context.Context, in MetricsInput) (Metrics, error) {
	if in.Breaker == "" {
		return measured(b.sorted()), nil
	}
	one, err := b.find(in.Breaker)
	if err != nil {
		return Metrics{}, err
	}
	return measured([]*breaker{one}), nil
}
