package app

import (
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

func init() {
	done = append(done, core.Logging)
	const (
		warn  = `logging.write {"level":"WARN","message":"the door stands open"}`
		held  = `logging.write {"level":"DEBUG","message":"a detail"}`
		debug = `logging.set_level {"level":"DEBUG"}`
	)
	invoked := func(t *testing.T, a *App) { invoke(t, a, turnOn) }
	walks[core.Logging] = []walk{
		{op: "logging.write", differ: "held",
			one: visit{in: `{"level":"DEBUG","message":"a"}`},
			two: visit{in: `{"level":"DEBUG","message":"a"}`, before: after(debug)}},
		{op: "logging.set_level", differ: "before",
			one: visit{in: `{"level":"WARN"}`},
			two: visit{in: `{"level":"WARN"}`, before: after(debug)}},
		{op: "logging.level", differ: "level", one: visit{}, two: visit{before: after(debug)}},
		{op: "logging.search", differ: "matched",
			one: visit{in: `{"text":"OPEN"}`}, two: visit{in: `{"text":"OPEN"}`, before: after(warn)}},
		{op: "logging.export", differ: "text",
			one: visit{in: `{"format":"text"}`, before: after(warn)}, two: visit{in: `{"format":"text"}`, before: invoked}},
		{op: "logging.flush", differ: "lines", one: visit{}, two: visit{before: after(held)}},
		{op: "logging.stats", differ: "lines.WARN", one: visit{}, two: visit{before: after(warn)}},
		{op: "logging.health", differ: "points", one: visit{}, two: visit{before: after(debug)}},
	}
}
