package app

import (
	"fmt"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// foreign is a snapshot of another process, with three values of a metric "a" and so
// many invocations in the last minute.
func foreign(invocations int) string {
	now := time.Now().UTC()
	return fmt.Sprintf(`{"snapshot":{"version":1,"process":"p1","since":%q,"taken":%q,`+
		`"used":{"invocations":%d,"billed_ms":1,"log_bytes":1,"parameter_calls":1,"cache_calls":0},"operations":{},`+
		`"metrics":{"a":{"kind":"histogram","count":3,"sum":9,"min":3,"max":3,"last":3,"buckets":[[184,3]]}}}}`,
		now.Add(-time.Minute).Format(time.RFC3339), now.Format(time.RFC3339), invocations)
}

// A month has 730 hours, and the first million of invocations is free. A process is
// taken to have run for an hour at least, so 1302 invocations in a minute are projected
// to 950,460 in the month.
func busy() string { return foreign(1302) }

const busyShare = `"<0.95045..0.95047>"`

func init() {
	const (
		record = `metrics.record {"name":"a","value":1}`
		more   = `metrics.record {"name":"a","value":5}`
		metric = `{"metric":"a"}`
		// Of the values 1 and 5. A percentile is exact to a sixteenth.
		pair = `"count":2,"sum":6,"mean":3,"min":1,"max":5,"p50":"<1..1.0625>","p95":5,"p99":5`
	)
	names := len(config.Metrics())
	const most = 200 // names
	room := func(used int) string { return fmt.Sprintf(`"names":%d,"room":%d`, used, most-used) }
	memory := func(mb int64) string {
		return fmt.Sprintf(`{"memory_bytes":%d,"cpus":"<1..999>","goroutines":"<2..999>","threads":"<2..999>","heap_bytes":"<1e5..1e10>","allocated_bytes":"<1e5..1e12>","rss_bytes":"<1e6..1e10>","peak_rss_bytes":"<1e6..1e10>"}`, mb<<20)
	}
	invoked := func(t *testing.T, a *App) { invoke(t, a, turnOn) }
	walks[core.Metrics] = []walk{
		{op: "metrics.record",
			one: visit{in: `{"name":"a","value":3}`, want: `{"count":1,"mean":3}`},
			two: visit{in: `{"name":"a","value":3}`, before: after(record), want: `{"count":2,"mean":2}`}},
		{op: "metrics.increment",
			one: visit{in: `{"name":"a","by":2}`, want: `{"value":2}`},
			two: visit{in: `{"name":"a","by":2}`, before: after(`metrics.increment {"name":"a"}`), want: `{"value":3}`}},
		{op: "metrics.declare",
			one: visit{in: `{"name":"a","kind":"gauge"}`, want: `{` + room(names+1) + `}`},
			two: visit{in: `{"name":"a","kind":"gauge"}`, before: after(`metrics.declare {"name":"b","kind":"counter"}`), want: `{` + room(names+2) + `}`}},
		{op: "metrics.stats",
			one: visit{in: metric, before: after(record), want: `{"operations":[],"metrics":[{"name":"a","kind":"histogram","count":1,"sum":1,"mean":1,"min":1,"max":1,"p50":1,"p99":1}],"from":"<time>","to":"<time>"}`},
			two: visit{in: metric, before: after(record, more), want: `{"operations":[],"metrics":[{"name":"a","kind":"histogram",` + pair + `}]}`}},
		{op: "metrics.percentiles",
			one: visit{in: `{"metric":"a","percents":[95]}`, before: after(record), want: `{"count":1,"percentiles":[{"percent":95,"value":1}],"from":"<time>","to":"<time>"}`},
			two: visit{in: `{"metric":"a","percents":[50,95]}`, before: after(record, more), want: `{"count":2,"percentiles":[{"percent":50,"value":"<1..1.0625>"},{"percent":95,"value":5}]}`}},
		{op: "metrics.usage",
			one: visit{want: `{"projected_from_seconds":3600,"limits":{"name=invocations":{"used":0,"month":0,"share":0,"limit":1000000},"name=log":{"used":0,"limit":5000000000},"name=parameter_calls":{"used":0,"limit":20000},
				"name=compute":{"limit":400000,"unit":"GB-s"},"name=cache_calls":{"used":0,"limit":0,"share":0}},"since":"<time>"}`},
			two: visit{before: invoked, want: `{"projected_from_seconds":3600,"limits":{"name=invocations":{"used":1,"month":730,"share":0.00073},"name=log":{"used":"<600..5000>","unit":"B"},"name=compute":{"used":"<0.002..10>"}},"highest_share":"<0.00073..0.1>"}`}},
		{op: "metrics.system",
			one: visit{want: memory(2048)},
			two: visit{env: map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008"}, want: memory(3008)}},
		{op: "metrics.cold_start",
			one: visit{want: `{"cold":true,"invocations":0,"stages":[{"name":"settings"},{"name":"parameters"},{"name":"cache"},{"name":"connections","took_seconds":"<1e-9..5>"}],"took_seconds":"<1e-9..9>","began":"<time>"}`},
			two: visit{before: invoked, want: `{"cold":false,"invocations":1,"stages":{"3":{"name":"connections"},"4":null}}`}},
		{op: "metrics.export",
			one: visit{in: `{"format":"json"}`, before: after(record), want: `{"format":"json","content_type":"application/json","data":{"stats":{"metrics":[{"name":"a","count":1,"sum":1}]},"cold_start":{"cold":true},"usage":{"projected_from_seconds":3600}}}`},
			two: visit{in: `{"format":"json"}`, before: after(record, more), want: `{"format":"json","data":{"stats":{"metrics":[{"name":"a",` + pair + `}]}}}`}},
		{op: "metrics.reset",
			one: visit{in: metric, before: after(record), want: `{"metrics":1,"operations":0,"values":1}`},
			two: visit{in: metric, before: after(record, more), want: `{"metrics":1,"operations":0,"values":2}`}},
		{op: "metrics.backup",
			one: visit{in: `{"keep":true}`, before: after(record), want: `{"kept":true,"bytes":"<300..3000>","snapshot":{"version":1,"process":"<id>","since":"<time>","taken":"<time>","used":{"invocations":0},
				"metrics":{"a":{"kind":"histogram","count":1,"sum":1,"min":1,"max":1,"last":1}},"operations":{"initialization.run":{"count":1}}}}`},
			two: visit{in: `{}`, before: after(record, more), want: `{"kept":false,"snapshot":{"metrics":{"a":{"count":2,"sum":6,"min":1,"max":5,"last":5}}}}`}},
		{op: "metrics.restore",
			one: visit{in: foreign(1), want: `{"process":"p1","metrics":1,"operations":0,"values":3,"skipped":null}`},
			two: visit{want: `{"failed":{"kind":"not_found","cause":"not_kept","message":"~no snapshot"}}`}},
		{op: "metrics.health",
			one: visit{want: `{"points":100,"reasons":null,"facts":{` + room(names) + `,"failures":0,"cache_hits":0}}`},
			two: visit{before: after(`metrics.restore ` + busy()), want: `{"points":80,"reasons":["the month is projected to use 95 % of the free invocations"],"facts":{` + room(names+1) + `,"nearest":"invocations","highest_share":` + busyShare + `}}`}},
	}
}
