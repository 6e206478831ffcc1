package app

import (
	"context"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
)

// holding returns a step that makes the things of some keys.
func holding(keys ...string) func(*testing.T, *App) {
	return func(t *testing.T, a *App) {
		for _, key := range keys {
			in := singleton.GetInput{Key: key, Make: func(context.Context) (any, error) { return key, nil }}
			if _, err := core.Do(t.Context(), a.dispatcher, singleton.Get, in); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func init() {
	walks[core.Singleton] = []walk{
		{op: "singleton.status", differ: "things.0.key", one: visit{before: holding("a")}, two: visit{before: holding("b")}},
		{op: "singleton.reset", differ: "left", one: visit{in: `{"key":"a"}`, before: holding("a")}, two: visit{in: `{"key":"a"}`, before: holding("a", "b")}},
		{op: "singleton.cleanup", differ: "keys.0",
			one: visit{in: `{"idle_seconds":0.000000001}`, before: holding("a")},
			two: visit{in: `{"idle_seconds":3600}`, before: holding("a")}},
		{op: "singleton.memory", differ: "limit_bytes", one: visit{}, two: visit{before: func(t *testing.T, a *App) { a.singletons.Limit = 256e6 }}},
		{op: "singleton.optimize", differ: "above", one: visit{in: `{"budget_bytes":1}`}, two: visit{in: `{"budget_bytes":1000000000000}`}},
		{op: "singleton.health", differ: "points", one: visit{}, two: visit{before: func(t *testing.T, a *App) { a.singletons.Limit = 1 }}},
	}
}
