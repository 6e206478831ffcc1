package circuitbreaker

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/hearthgate/hearthgate/function/core"
)

type gateway struct {
	opts Options

	mu       sync.Mutex
	breakers map[string]*gobreaker.CircuitBreaker[struct{}] // guarded by mu
}

func newGateway(o Options) *gateway {
	o.Threshold = cmp.Or(o.Threshold, 5)
	o.Open = cmp.Or(o.Open, 4*time.Second)
	o.Window = cmp.Or(o.Window, time.Minute)
	return &gateway{opts: o, breakers: map[string]*gobreaker.CircuitBreaker[struct{}]{}}
}

func (g *gateway) call(ctx context.Context, in CallInput) (struct{}, error) {
	counts := in.Counts
	if counts == nil {
		counts = sick
	}
	var failed error
	_, err := g.breaker(in.Breaker).Execute(func() (struct{}, error) {
		if failed = in.Func(ctx); counts(failed) {
			return struct{}{}, failed
		}
		return struct{}{}, nil
	})
	if err == nil {
		return struct{}{}, failed
	}
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		err = core.Errorf(core.Unavailable, "breaker_open",
			"%s failed %d times in a row and is left alone for up to %v: %w", in.Breaker, g.opts.Threshold, g.opts.Open, err)
	}
	return struct{}{}, err
}

func (g *gateway) status(_ context.Context, in StatusInput) (Status, error) {
	g.mu.Lock()
	b, ok := g.breakers[in.Breaker]
	g.mu.Unlock()
	if !ok {
		return Status{}, core.Errorf(core.NotFound, "unknown_breaker", "there is no breaker %.100q: it is made at its first call", in.Breaker)
	}
	counts := b.Counts()
	return Status{
		Breaker:             in.Breaker,
		State:               b.State().String(),
		Requests:            counts.Requests,
		Failures:            counts.TotalFailures,
		ConsecutiveFailures: counts.ConsecutiveFailures,
		OpenFor:             core.Seconds(g.opts.Open),
	}, nil
}

// reset puts a new breaker in the place of the old one, since a gobreaker has no
// way back but time.
func (g *gateway) reset(ctx context.Context, in ResetInput) (Status, error) {
	if _, err := g.status(ctx, in); err != nil {
		return Status{}, err
	}
	g.mu.Lock()
	g.breakers[in.Breaker] = g.make(in.Breaker)
	g.mu.Unlock()
	return g.status(ctx, in)
}

func (g *gateway) breaker(name string) *gobreaker.CircuitBreaker[struct{}] {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.breakers[name]
	if !ok {
		b = g.make(name)
		g.breakers[name] = b
	}
	return b
}

func (g *gateway) make(name string) *gobreaker.CircuitBreaker[struct{}] {
	return gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        name,
		Interval:    g.opts.Window,
		Timeout:     g.opts.Open,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= g.opts.Threshold },
	})
}

// sick reports whether err says something against the far side.
func sick(err error) bool {
	if err == nil {
		return false
	}
	kind := core.KindOf(err)
	return kind == core.Unreachable || kind == core.RateLimited
}
