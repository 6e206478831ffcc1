package app

import (
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

func init() {
	const record = `metrics.record {"name":"a","value":1}`
	const more = `metrics.record {"name":"a","value":5}`
	invoked := func(t *testing.T, a *App) { invoke(t, a, turnOn) }
	metric := `{"metric":"a"}`
	// A snapshot of another process, with three values of a metric "a".
	const foreign = `{"snapshot":{"version":1,"process":"p1","since":"2020-01-01T00:00:00Z","taken":"2020-01-02T00:00:00Z",` +
		`"used":{"invocations":1,"billed_ms":1,"log_bytes":1,"parameter_calls":1,"cache_calls":0},"operations":{},` +
		`"metrics":{"a":{"kind":"histogram","count":3,"sum":9,"min":3,"max":3,"last":3,"buckets":[[184,3]]}}}}`
	walks[core.Metrics] = []walk{
		{op: "metrics.record", differ: "mean",
			one: visit{in: `{"name":"a","value":3}`},
			two: visit{in: `{"name":"a","value":3}`, before: after(record)}},
		{op: "metrics.increment", differ: "value",
			one: visit{in: `{"name":"a","by":2}`},
			two: visit{in: `{"name":"a","by":2}`, before: after(`metrics.increment {"name":"a"}`)}},
		{op: "metrics.declare", differ: "names",
			one: visit{in: `{"name":"a","kind":"gauge"}`},
			two: visit{in: `{"name":"a","kind":"gauge"}`, before: after(`metrics.declare {"name":"b","kind":"counter"}`)}},
		{op: "metrics.stats", differ: "metrics.0.max",
			one: visit{in: metric, before: after(record)},
			two: visit{in: metric, before: after(record, more)}},
		{op: "metrics.percentiles", differ: "percentiles.0.value",
			one: visit{in: `{"metric":"a","percents":[95]}`, before: after(record)},
			two: visit{in: `{"metric":"a","percents":[95]}`, before: after(record, more)}},
		{op: "metrics.usage", differ: "limits.0.used", one: visit{}, two: visit{before: invoked}},
		{op: "metrics.system", differ: "allocated_bytes", one: visit{}, two: visit{before: invoked}},
		{op: "metrics.cold_start", differ: "cold", one: visit{}, two: visit{before: invoked}},
		{op: "metrics.export", differ: "data.stats.metrics.0.sum",
			one: visit{in: `{"format":"json"}`, before: after(record)},
			two: visit{in: `{"format":"json"}`, before: after(more)}},
		{op: "metrics.reset", differ: "values",
			one: visit{in: metric, before: after(record)},
			two: visit{in: metric, before: after(record, more)}},
		{op: "metrics.backup", differ: "snapshot.metrics.a.count",
			one: visit{in: `{"keep":true}`, before: after(record)},
			two: visit{in: `{"keep":true}`, before: after(record, more)}},
		{op: "metrics.restore", differ: "values", one: visit{in: foreign}, two: visit{in: `{}`}},
		{op: "metrics.health", differ: "facts.names",
			one: visit{}, two: visit{before: after(record)}},
	}
}
