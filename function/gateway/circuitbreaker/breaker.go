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

// A breaker is one breaker. Its gobreaker has the state and the counts of the current
// window; what outlasts them is counted here.
type breaker struct {
	name   string
	policy Policy // with defaults
	inner  *gobreaker.CircuitBreaker[struct{}]

	// mu is locked while gobreaker holds its own lock, in stateChanged: no method of
	// inner may be called with mu locked.
	mu     sync.Mutex
	since  time.Time // guarded by mu; when the state last changed
	used   time.Time // guarded by mu
	totals Totals    // guarded by mu
}

// errSlow and errPanic are counted for a call that took too long, and for one that
// panicked.
var (
	errSlow  = &core.Error{Cause: core.CauseSlow}
	errPanic = &core.Error{Cause: core.CausePanic}
)

func newBreaker(name string, p Policy) *breaker {
	now := time.Now()
	b := &breaker{name: name, policy: p.withDefaults(), since: now, used: now, totals: Totals{Breaker: name, Made: now}}
	b.inner = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:          name,
		MaxRequests:   b.policy.Probes,
		Interval:      b.policy.Window.Duration(),
		Timeout:       b.policy.Open.Duration(),
		ReadyToTrip:   b.policy.trips,
		OnStateChange: b.stateChanged,
		IsExcluded:    func(err error) bool { return errors.Is(err, context.Canceled) },
	})
	return b
}

// stateChanged records a change of state. gobreaker calls it with its lock held.
func (b *breaker) stateChanged(_ string, from, to gobreaker.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if from != gobreaker.StateClosed {
		b.totals.Away += core.Seconds(now.Sub(b.since))
	}
	b.since = now
	switch to {
	case gobreaker.StateOpen:
		b.totals.Opened++
		b.totals.LastOpened = now
	case gobreaker.StateClosed:
		b.totals.Closed++
	}
}

// call runs in.Func unless the breaker rejects it.
func (b *breaker) call(ctx context.Context, in CallInput) error {
	if b.hold(in.Idempotent) {
		return b.reject(gobreaker.ErrOpenState)
	}
	counts := in.Counts
	if counts == nil {
		counts = isFailure
	}
	var result error
	start := time.Now()
	ran, returned := false, false
	_, err := b.inner.Execute(func() (struct{}, error) {
		ran = true
		defer func() {
			if !returned {
				b.record(errPanic, true, 0)
			}
		}()
		result = in.Func(ctx)
		returned = true
		return struct{}{}, b.record(result, counts(result), time.Since(start))
	})
	if !ran {
		return b.reject(err)
	}
	return result
}

// hold reports whether a call has to wait for an idempotent one to succeed first.
func (b *breaker) hold(idempotent bool) bool {
	now := time.Now()
	b.mu.Lock()
	b.used = now
	opened := b.totals.LastOpened
	b.mu.Unlock()
	return !idempotent && !opened.IsZero() && now.Sub(opened) < (b.policy.Open+b.policy.Grace).Duration() &&
		!b.closed() && b.inner.Counts().TotalSuccesses == 0
}

// record counts a call that ended, and returns its error as gobreaker must see it.
func (b *breaker) record(err error, counts bool, took time.Duration) error {
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

func (b *breaker) reject(why error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.totals.Refused++
	return &core.Error{Kind: core.Unavailable, Cause: core.CauseBreakerOpen, Err: &rejection{b.name, b.totals.LastCause, b.policy, why}}
}

func (b *breaker) closed() bool { return b.inner.State() == gobreaker.StateClosed }

func (b *breaker) lastUsed() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// isFailure reports whether err is a failure of the dependency, not of the request.
func isFailure(err error) bool {
	if err == nil {
		return false
	}
	kind := core.KindOf(err)
	return kind == core.Unreachable || kind == core.RateLimited
}

// A rejection is why a call was not made. Its text is made on demand: most
// rejections are never printed.
type rejection struct {
	name   string
	cause  core.Cause
	policy Policy
	err    error
}

func (r *rejection) Error() string {
	return fmt.Sprintf("requests to %s are paused for up to %v because it failed too often, the last time with %s: %v",
		r.name, (r.policy.Open + r.policy.Grace).Duration(), r.cause, r.err)
}

func (r *rejection) Unwrap() error { return r.err }
