package app

import (
	"context"
	"errors"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
)

// failing returns a step in which so many calls of a breaker fail.
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

// A breaker opens at the fifth failure in a row. It lets a question through after
// 3 s, and a command a second later.
func init() {
	const (
		b      = `{"breaker":"b"}`
		policy = `"policy":{"at_least":10,"grace_seconds":1,"open_seconds":3,"probes":1,"rate":null,"threshold":5,"window_seconds":60}`
		fresh  = `"breaker":"b","state":"closed","requests":0,"failures":0,"consecutive_failures":0,"command_in_seconds":0,"question_in_seconds":0,"since":"<time>"`
		open   = `"breaker":"b","state":"open","last_cause":"internal","command_in_seconds":"<3..4>","question_in_seconds":"<2..3>","since":"<time>"`
	)
	made := after(`circuit_breaker.breaker ` + b)
	strict := after(`circuit_breaker.create {"breaker":"b","policy":{"threshold":2}}`)
	walks[core.CircuitBreaker] = []walk{
		{op: "circuit_breaker.breaker",
			one: visit{in: b, want: `{` + fresh + `,` + policy + `}`},
			two: visit{in: b, before: failing("b", 2), want: `{"state":"closed","requests":2,"failures":2,"consecutive_failures":2,"last_cause":"internal",` + policy + `}`}},
		{op: "circuit_breaker.create",
			one: visit{in: b, want: `{` + fresh + `,` + policy + `}`},
			two: visit{in: b, before: made, want: `{"failed":{"kind":"invalid","cause":"exists","message":"~\"b\".*circuit_breaker\\.configure"}}`}},
		{op: "circuit_breaker.configure",
			one: visit{in: `{"breaker":"b","policy":{"rate":0.5}}`, before: made, want: `{` + fresh + `,"policy":{"threshold":5,"rate":0.5,"open_seconds":3}}`},
			two: visit{in: `{"breaker":"b","policy":{"rate":0.25}}`, before: strict, want: `{` + fresh + `,"policy":{"threshold":2,"rate":0.25,"open_seconds":3}}`}},
		{op: "circuit_breaker.validate",
			one: visit{in: `{"policy":{"threshold":1}}`, want: `{"valid":true,"problems":null,"warnings":["~^one failure opens the breaker"],"back_seconds":4,"policy":{"threshold":1,"open_seconds":3}}`},
			two: visit{in: `{"policy":{"open_seconds":60}}`, want: `{"valid":true,"problems":null,"warnings":["~longer than 5 s"],"back_seconds":61,"policy":{"threshold":5,"open_seconds":60}}`}},
		{op: "circuit_breaker.status",
			one: visit{in: b, before: made, want: `{` + fresh + `,` + policy + `}`},
			two: visit{in: b, before: failing("b", 5), want: `{` + open + `,` + policy + `}`}},
		{op: "circuit_breaker.all",
			one: visit{before: made, want: `{"open":0,"breakers":[{` + fresh + `}]}`},
			two: visit{before: failing("b", 5), want: `{"open":1,"breakers":[{` + open + `}]}`}},
		{op: "circuit_breaker.metrics",
			one: visit{before: failing("b", 5), want: `{"calls":5,"failures":5,"opened":1,"refused":0,"breakers":[{"breaker":"b","calls":5,"failures":5,"opened":1,"refused":0,
				"closed":0,"slow":0,"last_cause":"internal","last_failed":"<time>","last_opened":"<time>","made":"<time>"}]}`},
			two: visit{before: failing("b", 7), want: `{"calls":5,"failures":5,"opened":1,"refused":2,"breakers":[{"breaker":"b","calls":5,"failures":5,"opened":1,"refused":2}]}`}},
		{op: "circuit_breaker.health",
			one: visit{before: failing("b", 4), want: `{"points":80,"reasons":["the last 4 requests to b failed: internal"],"facts":{"breakers":1,"calls":4,"failures":4,"opened":0,"refused":0}}`},
			two: visit{before: failing("b", 5), want: `{"points":50,"reasons":["~^requests to b are paused since .* internal$"],"facts":{"breakers":1,"calls":5,"failures":5,"opened":1,"refused":0}}`}},
		{op: "circuit_breaker.reset",
			one: visit{in: b, before: failing("b", 5), want: `{` + fresh + `,` + policy + `}`},
			two: visit{in: b, before: strict, want: `{` + fresh + `,"policy":{"threshold":2}}`}},
		{op: "circuit_breaker.reset_all",
			one: visit{before: made, want: `{"open":0,"breakers":[{` + fresh + `}]}`},
			two: visit{before: failing("a", 5), want: `{"open":0,"breakers":[{"breaker":"a","state":"closed","requests":0,"failures":0,"consecutive_failures":0,` + policy + `}]}`}},
		{op: "circuit_breaker.delete",
			one: visit{in: b, before: made, want: `{"calls":0,"failures":0,"opened":0,"refused":0,"breakers":[{"breaker":"b","calls":0,"last_cause":null}]}`},
			two: visit{in: b, before: failing("b", 2), want: `{"calls":2,"failures":2,"opened":0,"refused":0,"breakers":[{"breaker":"b","calls":2,"failures":2,"last_cause":"internal"}]}`}},
	}
}

// TestResetCloses lets a call through a breaker that was open.
func TestResetCloses(t *testing.T) {
	for _, op := range []string{`reset {"breaker":"b"}`, `reset_all`, `delete {"breaker":"b"}`} {
		a := visit{}.app(t)
		failing("b", 5)(t, a)
		after("circuit_breaker."+op)(t, a)
		_, err := core.Do(t.Context(), a.dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{Breaker: "b", Func: func(context.Context) error { return nil }})
		if err != nil {
			t.Errorf("after %s: %v", op, err)
		}
	}
}
