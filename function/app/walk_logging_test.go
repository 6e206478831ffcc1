package app

import (
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

func init() {
	const (
		warn  = `logging.write {"level":"WARN","message":"the door is open"}`
		held  = `logging.write {"level":"DEBUG","message":"a detail"}`
		debug = `logging.set_level {"level":"DEBUG"}`
	)
	invoked := func(t *testing.T, a *App) { invoke(t, a, turnOn) }
	walks[core.Logging] = []walk{
		{op: "logging.write",
			one: visit{in: `{"level":"DEBUG","message":"a"}`, want: `{"written":false,"held":true}`},
			two: visit{in: `{"level":"DEBUG","message":"a"}`, before: after(debug), want: `{"written":true,"held":null}`}},
		{op: "logging.set_level",
			one: visit{in: `{"level":"WARN"}`, want: `{"before":"INFO","level":"WARN","next":"WARN","debug":true}`},
			two: visit{in: `{"level":"ERROR"}`, before: after(debug), want: `{"before":"DEBUG","level":"ERROR","next":"ERROR","debug":true}`}},
		{op: "logging.level",
			one: visit{want: `{"level":"INFO","next":"INFO","for_seconds":null}`},
			two: visit{before: after(`logging.set_level {"level":"DEBUG","for_seconds":60}`), want: `{"level":"DEBUG","next":"INFO","for_seconds":"<50..60>"}`}},
		{op: "logging.search",
			one: visit{in: `{"text":"OPEN"}`, before: after(`logging.write {"level":"WARN","message":"the door is shut"}`), want: `{"kept":1,"matched":0,"records":[]}`},
			two: visit{in: `{"text":"OPEN"}`, before: after(warn, held), want: `{"kept":2,"matched":1,"records":[{"level":"WARN","message":"the door is open","timestamp":"<time>","correlation_id":"<id>"}]}`}},
		{op: "logging.export",
			one: visit{in: `{"format":"text"}`, before: after(warn), want: `{"format":"text","lines":1,"text":"~^2\\S+Z WARN the door is open correlation_id=\"[0-9a-f-]{36}\""}`},
			two: visit{in: `{"format":"text"}`, before: invoked, want: `{"format":"text","lines":1,"text":"~^2\\S+Z INFO Alexa\\.PowerController\\.TurnOn .* success=true .* reply=\"Alexa.Response\" .* Success=1 "}`}},
		{op: "logging.flush",
			one: visit{before: after(warn), want: `{"lines":0,"bytes":0,"left":0}`},
			two: visit{before: after(held, held), want: `{"lines":2,"bytes":"<200..500>","left":0}`}},
		{op: "logging.stats",
			one: visit{want: `{"level":"INFO","lines":{"DEBUG":0,"INFO":0,"WARN":0,"ERROR":0},"bytes":0,"held":0,"kept":0,"kept_bytes":0,"invocations":0,"since":"<time>","oldest":null}`},
			two: visit{before: func(t *testing.T, a *App) { after(warn, held)(t, a); invoked(t, a) },
				want: `{"level":"INFO","lines":{"DEBUG":0,"INFO":1,"WARN":1,"ERROR":0},"bytes":"<300..5000>","held":1,"kept":3,"invocations":1,"dropped":0,"lost":0,"oldest":"<time>"}`}},
		{op: "logging.health",
			one: visit{before: after(warn), want: `{"points":100,"reasons":null,"facts":{"level":"INFO","lines":{"WARN":1,"ERROR":0},"lost":0,"dropped":0}}`},
			two: visit{before: after(debug), want: `{"points":95,"reasons":["~^the level is DEBUG"],"facts":{"level":"DEBUG","lines":{"WARN":0}}}`}},
	}
}
