package main

import (
	"context"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func init() {
	stage := func(after string) func(*testing.T, *App) {
		return func(t *testing.T, a *App) {
			_, err := core.Do(t.Context(), a.dispatcher, initialization.AddStage, initialization.Dependency{
				Stage: "walk", After: []string{after}, Run: func(context.Context, *initialization.Settings) error { return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	wrong := map[string]string{config.EnvTimeout: "soon"}
	older := map[string]string{"DEBUG": "1"}
	walks[core.Initialization] = []walk{
		{op: "initialization.run", differ: "problem", one: visit{}, two: visit{env: wrong}},
		{op: "initialization.status", differ: "warm", one: visit{}, two: visit{before: after("lambda.handle_alexa " + turnOn)}},
		{op: "initialization.settings", differ: "settings", one: visit{}, two: visit{env: older}},
		{op: "initialization.refresh", differ: "error", one: visit{}, two: visit{env: wrong}},
		{op: "initialization.order", differ: "stuck", one: visit{before: stage("settings")}, two: visit{before: stage("walk")}},
		{op: "initialization.cleanup", differ: "total.items",
			one: visit{before: func(_ *testing.T, a *App) { a.cache.Shelf(cache.Response).Keep("expired", 1, 1) }}, two: visit{}},
		{op: "initialization.optimize", differ: "limit_bytes", one: visit{in: `{"memory_mb":8192}`}, two: visit{in: `{"memory_mb":10240}`}},
		{op: "initialization.health", differ: "points", one: visit{}, two: visit{env: older}},
	}
}
