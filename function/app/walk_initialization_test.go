package app

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
	legacy := map[string]string{"DEBUG": "1"}
	const (
		stages = `"stages":[{"name":"settings","done":true},{"name":"parameters","done":true},{"name":"cache","done":true},{"name":"connections","done":true}]`
		took   = `"since":"<time>","duration_seconds":"<1e-9..9>","age_seconds":"<1e-9..9>"`
		soon   = `"~^HOME_ASSISTANT_TIMEOUT is \"soon\": expected a number of seconds"`
	)
	walks[core.Initialization] = []walk{
		{op: "initialization.run",
			one: visit{want: `{"ready":true,"warm":false,"problem":null,` + stages + `,` + took + `}`},
			// The connection needs the address alone, so it is made all the same.
			two: visit{env: wrong, want: `{"ready":false,"warm":false,"problem":` + soon + `,"age_seconds":0,"stages":[{"name":"settings","done":true},
				{"name":"parameters","done":false,"problem":` + soon + `},{"name":"cache","done":false,"problem":"~parameters, which failed"},{"name":"connections","done":true}]}`}},
		{op: "initialization.status",
			one: visit{want: `{"ready":true,"warm":false,` + stages + `,` + took + `}`},
			two: visit{before: after("lambda.handle_alexa " + turnOn), want: `{"ready":true,"warm":true,` + stages + `,` + took + `}`}},
		{op: "initialization.settings",
			one: visit{want: `{"problem":null,"settings":{
				"name=HOME_ASSISTANT_TOKEN":{"value":"[secret]","source":"environment"},"name=LOG_LEVEL":{"value":"info","source":"default"},
				"name=HOME_ASSISTANT_URL":{"value":"http://127.0.0.1:home:port","source":"environment"},"name=STAGE":{"value":"test","source":"environment"}}}`},
			two: visit{env: legacy, want: `{"settings":{"name=LOG_LEVEL":{"value":"debug","source":"environment, by DEBUG"},"name=HOME_ASSISTANT_VERIFY_SSL":{"value":"true","source":"default"}}}`}},
		{op: "initialization.refresh",
			one: visit{want: `{"ready":true,"problem":null,` + stages + `,` + took + `}`},
			two: visit{env: wrong, want: `{"failed":{"kind":"internal","cause":"settings","message":"~HOME_ASSISTANT_TIMEOUT is \"soon\""}}`}},
		{op: "initialization.order",
			one: visit{before: stage("settings"), want: `{"stages":["settings","parameters","cache","connections","walk"],"stuck":null}`},
			two: visit{before: stage("walk"), want: `{"stages":["settings","parameters","cache","connections"],"stuck":["~^walk: .*cycle walk > walk$"]}`}},
		{op: "initialization.cleanup",
			one: visit{before: func(_ *testing.T, a *App) { a.cache.Namespace(cache.Response).Keep("expired", 1, 1) },
				want: `{"total":{"items":1,"bytes":"<100..900>"},"parts":{"part=cache":{"items":1},"part=singleton":{"items":0},"part=circuit_breaker":{"items":0},"10":null}}`},
			two: visit{want: `{"total":{"items":0,"bytes":0},"parts":{"part=cache":{"items":0,"bytes":0},"9":{"items":0},"10":null}}`}},
		// The limit of the garbage collector is three quarters of the function's memory.
		{op: "initialization.optimize",
			one: visit{in: `{"memory_mb":8192}`, want: `{"memory_mb":8192,"limit_bytes":6442450944,"gc_percent":100,"procs":"<1..99>","before_bytes":"<1e6..1e10>","after_bytes":"<1e6..1e10>"}`},
			two: visit{in: `{"memory_mb":10240}`, want: `{"memory_mb":10240,"limit_bytes":8053063680,"gc_percent":100}`}},
		{op: "initialization.health",
			one: visit{want: `{"points":100,"reasons":null,"facts":{"ready":true,"warm":false,"warnings":0,"settings_ttl_seconds":300}}`},
			two: visit{env: legacy, want: `{"points":95,"reasons":["~DEBUG.*LOG_LEVEL"],"facts":{"ready":true,"warnings":1}}`}},
	}
}
