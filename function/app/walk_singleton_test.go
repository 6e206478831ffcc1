package app

import (
	"context"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
)

// holding returns a step that creates the instances of some keys.
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
	limited := func(bytes int64) func(*testing.T, *App) {
		return func(_ *testing.T, a *App) { a.singletons.Limit = bytes }
	}
	const figures = `"goroutines":"<2..999>","heap_bytes":"<1e5..1e10>","resident_bytes":"<1e6..1e10>"`
	walks[core.Singleton] = []walk{
		{op: "singleton.status",
			one: visit{before: holding("a", "a"), want: `{"made":1,"running":0,"abandoned":0,"things":[{"key":"a","type":"string","uses":2,"closable":false,"made":"<time>","idle_seconds":"<0..9>"}]}`},
			two: visit{before: holding("b", "c"), want: `{"made":2,"closed":0,"things":{"key=b":{"uses":1},"key=c":{"uses":1},"2":null}}`}},
		{op: "singleton.reset",
			one: visit{in: `{"key":"a"}`, before: holding("a"), want: `{"keys":["a"],"closed":0,"left":0}`},
			two: visit{in: `{"key":"a"}`, before: holding("a", "b"), want: `{"keys":["a"],"closed":0,"left":1}`}},
		{op: "singleton.cleanup",
			one: visit{in: `{"idle_seconds":0.000000001}`, before: holding("a"), want: `{"keys":["a"],"closed":0,"left":0}`},
			two: visit{in: `{"idle_seconds":3600}`, before: holding("a"), want: `{"keys":[],"closed":0,"left":1}`}},
		{op: "singleton.memory",
			one: visit{want: `{"limit_bytes":2147483648,"share":"<0.001..1>",` + figures + `}`},
			two: visit{before: limited(1e12), want: `{"limit_bytes":1000000000000,"share":"<0.000001..0.01>",` + figures + `}`}},
		{op: "singleton.optimize",
			one: visit{in: `{"budget_bytes":1}`, want: `{"above":true,"before":{` + figures + `},"after":{` + figures + `}}`},
			two: visit{in: `{"budget_bytes":1000000000000}`, want: `{"above":false,"freed":{"bytes":0,"items":0},"before":{` + figures + `}}`}},
		{op: "singleton.health",
			one: visit{before: holding("a"), want: `{"points":100,"reasons":null,"facts":{"things":1,"running":0,"limit_bytes":2147483648,` + figures + `}}`},
			two: visit{before: limited(1), want: `{"points":40,"reasons":["~^the process takes [0-9]+ % of its memory limit$"],"facts":{"things":0,"limit_bytes":1}}`}},
	}
}
