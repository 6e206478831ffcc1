package app

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
)

// failing returns a step that lets so many calls of a breaker fail.
func failing(breaker string, times int) func(*testing.T, *App) {
	return func(t *testing.T, a *App) {
		for range times {
			_, _ = core.Do(context.WithoutCancel(t.Context()), a.dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{
				Breaker: breaker, Counts: func(error) bool { return true },
				Func: func(context.Context) error { return errors.New("away") },
			})
		}
	}
}

func init() {
	b := `{"breaker":"b"}`
	made := after(`circuit_breaker.breaker ` + b)
	walks[core.CircuitBreaker] = []walk{
		{op: "circuit_breaker.breaker", differ: "consecutive_failures", one: visit{in: b}, two: visit{in: b, before: failing("b", 2)}},
		{op: "circuit_breaker.create", differ: "error", one: visit{in: b}, two: visit{in: b, before: made}},
		{op: "circuit_breaker.configure", differ: "policy.threshold",
			one: visit{in: `{"breaker":"b","policy":{"rate":0.5}}`, before: made},
			two: visit{in: `{"breaker":"b","policy":{"rate":0.5}}`, before: after(`circuit_breaker.create {"breaker":"b","policy":{"threshold":2}}`)}},
		{op: "circuit_breaker.validate", differ: "warnings.0",
			one: visit{in: `{"policy":{"threshold":1}}`},
			two: visit{in: `{"policy":{"open_seconds":60}}`}},
		{op: "circuit_breaker.status", differ: "state", one: visit{in: b, before: made}, two: visit{in: b, before: failing("b", 5)}},
		{op: "circuit_breaker.all", differ: "open", one: visit{before: made}, two: visit{before: failing("b", 5)}},
		{op: "circuit_breaker.metrics", differ: "refused", one: visit{before: failing("b", 5)}, two: visit{before: failing("b", 7)}},
		{op: "circuit_breaker.health", differ: "points", one: visit{before: failing("b", 4)}, two: visit{before: failing("b", 5)}},
		{op: "circuit_breaker.reset", differ: "policy.threshold",
			one: visit{in: b, before: failing("b", 5)},
			two: visit{in: b, before: after(`circuit_breaker.create {"breaker":"b","policy":{"threshold":2}}`)}},
		{op: "circuit_breaker.reset_all", differ: "breakers.0.breaker", one: visit{before: made}, two: visit{before: failing("a", 5)}},
		{op: "circuit_breaker.delete", differ: "calls", one: visit{in: b, before: made}, two: visit{in: b, before: failing("b", 2)}},
	}
}

// TestResetCloses looks that what was open lets calls through again.
func TestResetCloses(t *testing.T) {
	for _, op := range []string{`reset {"breaker":"b"}`, `reset_all`, `delete {"breaker":"b"}`} {
		a := visit{}.app(t)
		failing("b", 5)(t, a)
		after("circuit_breaker."+op)(t, a)
		_, err := core.Do(t.Context(), a.dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{Breaker: "b", Func: func(context.Context) error { return nil }})
		if err != nil {
			t.Errorf("after %s: %v", op, fmt.Sprint(err))
		}
	}
}
