package circuitbreaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/hearthgate/hearthgate/function/core"
)

// A breaker is one breaker. Its gobreaker knows the state; what outlasts a change
// of state is counted here.
type breaker struct {
	name   string
	policy Policy // whole
	inner  *gobreaker.CircuitBreaker[struct{}]

	// mu is taken below gobreaker's own lock, in changed: no method of inner may be
	// called with it.
	mu     sync.Mutex
	opened time.Time // guarded by mu; when it last opened; zero while it is closed
	since  time.Time // guarded by mu; when its state last changed
	used   time.Time // guarded by mu
	totals Totals    // guarded by mu
}

// errSlow and errPanic count a call that took too long, and one that never returned.
var (
	errSlow  = &core.Error{Cause: core.CauseSlow}
	errPanic = &core.Error{Cause: core.CausePanic}
)

func newBreaker(name string, p Policy) *breaker {
	now := time.Now()
	b := &breaker{name: name, policy: p.whole(), since: now, used: now, totals: Totals{Made: now}}
	b.inner = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:          name,
		MaxRequests:   b.policy.Probes,
		Interval:      b.policy.Window.Duration(),
		Timeout:       b.policy.Open.Duration(),
		ReadyToTrip:   b.tooMany,
		OnStateChange: b.changed,
		IsExcluded:    func(err error) bool { return errors.Is(err, context.Canceled) },
	})
	return b
}

func (b *breaker) tooMany(c gobreaker.Counts) bool {
	p := b.policy
	return c.ConsecutiveFailures >= p.Threshold ||
		p.Rate > 0 && c.Requests >= p.AtLeast && float64(c.TotalFailures) >= p.Rate*float64(c.Requests)
}

// changed notes a change of state. It is called with gobreaker's lock held, so it
// must not ask for the state.
func (b *breaker) changed(_ string, from, to gobreaker.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if from == gobreaker.StateOpen || from == gobreaker.StateHalfOpen {
		b.totals.Away += core.Seconds(now.Sub(b.since))
	}
	b.since = now
	switch to {
	case gobreaker.StateOpen:
		b.opened = now
		b.totals.Opened++
		b.totals.LastOpened = now
	case gobreaker.StateClosed:
		b.opened = time.Time{}
		b.totals.Closed++
	}
}

// call runs in.Func unless the breaker refuses it.
func (b *breaker) call(ctx context.Context, in CallInput) error {
	if refused := b.hold(in.IsQuery); refused != nil {
		return refused.asError()
	}
	counts := in.Counts
	if counts == nil {
		counts = sick
	}
	var failed error
	start := time.Now()
	ran, ended := false, false
	_, err := b.inner.Execute(func() (struct{}, error) {
		ran = true
		defer func() {
			if !ended {
				b.note(errPanic, true, 0)
			}
		}()
		failed = in.Func(ctx)
		ended = true
		return struct{}{}, b.note(failed, counts(failed), time.Since(start))
	})
	if !ran {
		return b.refuse(err).asError()
	}
	return failed
}

// hold returns why a command has to wait for a question to go first, or nil.
func (b *breaker) hold(isQuery bool) *refusal {
	b.mu.Lock()
	now := time.Now()
	b.used = now
	wait := b.policy.Open.Duration() + b.policy.Grace.Duration() - now.Sub(b.opened)
	early := !b.opened.IsZero() && wait > 0
	b.mu.Unlock()
	if isQuery || !early || b.inner.Counts().TotalSuccesses > 0 {
		return nil
	}
	return b.refuse(gobreaker.ErrOpenState)
}

// note counts a call that ended, and returns what its gobreaker is to know of it.
func (b *breaker) note(err error, counts bool, took time.Duration) error {
	slow := b.policy.SlowCall > 0 && took >= b.policy.SlowCall.Duration()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.totals.Calls++
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case counts:
		b.totals.Failures++
	case slow:
		b.totals.Failures++
		b.totals.Slow++
		err = errSlow
	default:
		return nil
	}
	b.totals.LastFailed, b.totals.LastCause = time.Now(), core.CauseOf(err)
	return err
}

func (b *breaker) refuse(why error) *refusal {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.totals.Refused++
	return &refusal{name: b.name, cause: b.totals.LastCause, policy: b.policy, err: why}
}

// sick reports whether err says something against the far side.
func sick(err error) bool {
	if err == nil {
		return false
	}
	kind := core.KindOf(err)
	return kind == core.Unreachable || kind == core.RateLimited
}

// A refusal is why a call was not made. Its sentence is made when somebody reads
// it, for there may be many.
type refusal struct {
	name   string
	cause  core.Cause
	policy Policy
	err    error
}

func (r *refusal) asError() error {
	return &core.Error{Kind: core.Unavailable, Cause: core.CauseBreakerOpen, Err: r}
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s failed too often, the last time with %s, and is left alone for up to %v: %v",
		r.name, r.cause, (r.policy.Open + r.policy.Grace).Duration(), r.err)
}

func (r *refusal) Unwrap() error { return r.err }
