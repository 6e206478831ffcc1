package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// units are the units that CloudWatch accepts.
var units = strings.Fields("Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second Terabytes/Second Bits/Second Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None")

// broken returns the violations of the Embedded Metric Format in a record, for which
// CloudWatch silently drops a metric; nil if there are none.
func broken(record string) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if strings.Contains(strings.TrimSuffix(record, "\n"), "\n") || len(record) > 256<<10 {
		say("it is more than one line, or more than one event")
	}
	var root map[string]any
	if err := json.Unmarshal([]byte(record), &root); err != nil {
		return append(problems, err.Error())
	}
	var meta struct {
		Timestamp         *int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	}
	dec := json.NewDecoder(bytes.NewReader(mustMarshal(root["_aws"])))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&meta); err != nil || meta.Timestamp == nil || len(meta.CloudWatchMetrics) == 0 {
		return append(problems, fmt.Sprintf("_aws lacks something: %v, %v", root["_aws"], err))
	}
	if age := time.Since(time.UnixMilli(*meta.Timestamp)); age > 14*24*time.Hour || age < -2*time.Hour {
		say("the time is %v ago: expected milliseconds since 1970", age)
	}
	for _, d := range meta.CloudWatchMetrics {
		if n := len(d.Namespace); n == 0 || n > 1024 {
			say("the namespace has %d bytes", n)
		}
		if len(d.Dimensions) == 0 || len(d.Metrics) == 0 || len(d.Metrics) > 100 {
			say("%d sets of dimensions, %d metrics", len(d.Dimensions), len(d.Metrics))
		}
		for _, set := range d.Dimensions {
			for _, name := range set {
				if v, ok := root[name].(string); !ok || v == "" || len(v) > 1024 || len(set) > 30 {
					say("dimension %s is %v, not a text", name, root[name])
				}
			}
		}
		seen := map[string]bool{}
		for _, m := range d.Metrics {
			v, number := root[m.Name].(float64)
			if !number || math.Abs(v) > 1<<360 || seen[m.Name] || m.Name == "" || len(m.Name) > 1024 || !slices.Contains(units, m.Unit) {
				say("metric %q in %q is %v, or occurs twice", m.Name, m.Unit, root[m.Name])
			}
			seen[m.Name] = true
		}
	}
	return problems
}

func mustMarshal(v any) []byte {
	b, _ := json.Marshal(v) // it was decoded from JSON
	return b
}

// written returns a log line with attrs.
func written(attrs []slog.Attr) string {
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).LogAttrs(context.Background(), slog.LevelInfo, "TurnOn", attrs...)
	return b.String()
}

func TestEmbeddedMetrics(t *testing.T) {
	d := bound(new(metrics.Registry))
	ctx := metrics.WithRecorder(t.Context())
	if got := metrics.AppendEMF(ctx, nil, "test", ""); got != nil {
		t.Errorf("without a value it is %v", got)
	}
	if got := metrics.AppendEMF(t.Context(), nil, "test", ""); got != nil {
		t.Errorf("without a recorder it is %v", got)
	}
	for i, m := range config.Metrics() {
		for range 2 { // the second counts
			if _, err := core.Do(ctx, d, metrics.Record, metrics.RecordInput{Name: m.Name, Value: float64(i)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := core.Do(ctx, d, metrics.Record, metrics.RecordInput{Name: "mine", Value: 1}); err != nil {
		t.Fatal(err)
	}
	line := written(metrics.AppendEMF(ctx, nil, "test", ""))
	if problems := broken(line); problems != nil {
		t.Errorf("%v: %s", problems, line)
	}
	for i, m := range config.Metrics() {
		if !strings.Contains(line, fmt.Sprintf("%q:%d,", m.Name, i)) {
			t.Errorf("the line lacks %s: %s", m.Name, line)
		}
	}
	if strings.Contains(line, "mine") {
		t.Errorf("a metric that is not the stack's costs money: %s", line)
	}
}

// TestEmbeddedVersion checks that Success alone is counted by version too, and only in a
// deployed version.
func TestEmbeddedVersion(t *testing.T) {
	const byVersion = `{"Namespace":"Hearthgate","Dimensions":[["Stage","FunctionVersion"]],"Metrics":[{"Name":"Success","Unit":"None"}]}`
	for _, tt := range []struct {
		name, version string
		metrics       []config.Metric
		want          bool
	}{
		{"a deployed version", "12", []config.Metric{config.Duration, config.Success}, true},
		{"another machine", "", []config.Metric{config.Duration, config.Success}, false},
		{"no directive", "12", []config.Metric{config.DoctorFound}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := metrics.WithRecorder(t.Context())
			for _, m := range tt.metrics {
				metrics.Put(ctx, m, 1)
			}
			line := written(metrics.AppendEMF(ctx, nil, "test", tt.version))
			if problems := broken(line); problems != nil {
				t.Errorf("%v: %s", problems, line)
			}
			if got := strings.Contains(line, byVersion) && strings.Contains(line, `"FunctionVersion":"12"`); got != tt.want {
				t.Errorf("counted by version: %v, want %v: %s", got, tt.want, line)
			}
		})
	}
}

// TestEmbeddedHome records the same metrics for one of several homes, and where there is
// only one.
func TestEmbeddedHome(t *testing.T) {
	const byHome = `"Dimensions":[["Stage","Home"]]`
	for _, home := range []string{"cabin", "", "office", ""} {
		ctx := metrics.WithRecorder(t.Context())
		metrics.Put(ctx, config.ByHome[0], 1)
		metrics.ForHome(ctx, home)
		line := written(metrics.AppendEMF(ctx, nil, "test", ""))
		if problems := broken(line); problems != nil {
			t.Errorf("home %q: %v: %s", home, problems, line)
		}
		if got := strings.Contains(line, byHome); got != (home != "") || got != strings.Contains(line, fmt.Sprintf(`"Home":%q`, home)) {
			t.Errorf("home %q: counted by home: %v: %s", home, got, line)
		}
	}
}

// TestBrokenRecords checks that broken finds violations.
func TestBrokenRecords(t *testing.T) {
	const good = `{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["Stage"]],"Metrics":[{"Name":"A","Unit":"None"}]}]},"A":1,"Stage":"test"}`
	record := fmt.Sprintf(good, time.Now().UnixMilli())
	if problems := broken(record); problems != nil {
		t.Fatal(problems)
	}
	for _, change := range [][2]string{
		{`"A":1`, `"A":"1"`}, {`"A":1`, `"B":1`}, {`"A":1`, `"A":1e200`}, {`"Stage":"test"`, `"Stage":1`}, {`"Unit":"None"`, `"Unit":"ms"`},
		{`"Namespace":"N"`, `"Namespace":""`}, {`[["Stage"]]`, `[]`}, {`"Timestamp":`, `"Timestamp":1`}, {`"Timestamp"`, `"Time"`}, {`{"_aws"`, "{\n\"_aws\""},
	} {
		if broken(strings.Replace(record, change[0], change[1], 1)) == nil {
			t.Errorf("with %s for %s no violation is found", change[1], change[0])
		}
	}
}

func TestExportEMF(t *testing.T) {
	d := bound(new(metrics.Registry))
	if _, err := core.Do(t.Context(), d, metrics.GetExport, metrics.ExportInput{Format: "emf"}); core.KindOf(err) != core.NotFound {
		t.Errorf("%v, want that there is no value for a record", err)
	}
	record(t, d, "Duration", 100, 300)
	record(t, d, "mine", 7)
	e := do(t, d, metrics.GetExport, metrics.ExportInput{Format: "emf"})
	if problems := broken(e.Text); problems != nil {
		t.Errorf("%v: %s", problems, e.Text)
	}
	if !strings.Contains(e.Text, `"Duration":200`) || !strings.Contains(e.Text, `"Stage":"export"`) || !strings.Contains(e.Text, `"mine"`) {
		t.Errorf("the record lacks something: %s", e.Text)
	}
}

func TestExportJSON(t *testing.T) {
	d := bound(new(metrics.Registry))
	record(t, d, "mine", 7)
	e := do(t, d, metrics.GetExport, metrics.ExportInput{})
	var data struct {
		Stats     metrics.Stats
		Usage     metrics.Usage
		System    metrics.System
		ColdStart metrics.ColdStart `json:"cold_start"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil || data.Stats.Metrics[0].Sum != 7 || len(data.Usage.Limits) == 0 || data.System.RSS == 0 || data.ColdStart.Began.IsZero() {
		t.Errorf("%s: %v", e.Data, err)
	}
}
