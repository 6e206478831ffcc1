package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// TestMetricsAreEmitted runs the real function on good and on bad days, and compares
// the metrics in its log, as CloudWatch reads them, with those that the dashboards and
// alarms request from CloudWatch: namespace, name and dimension.
func TestMetricsAreEmitted(t *testing.T) {
	lines := exercised(t)
	emitted, fields := map[string]bool{}, map[string]bool{}
	for _, text := range lines {
		var l map[string]any
		if json.Unmarshal([]byte(text), &l) != nil {
			continue
		}
		for name := range l {
			fields[name] = true
		}
		for _, name := range series(t, l) {
			emitted[name] = true
		}
	}
	dev := changed(t, "dev", func(s *config.Stage) { s.WeeklyDoctor = true })
	shown := requested(t, dev)
	if len(emitted) == 0 || len(shown) == 0 {
		t.Fatalf("emitted %v, shown %v", emitted, shown)
	}
	for name := range shown {
		if !emitted[name] {
			t.Errorf("a widget or an alarm uses %s, which the function does not emit", name)
		}
	}
	for name := range emitted {
		if !shown[name] {
			t.Errorf("the function emits %s, which no widget or alarm uses", name)
		}
	}
	if len(emitted) > 10 {
		t.Errorf("%d custom metrics, want at most the 10 that are free: %v", len(emitted), slices.Sorted(maps.Keys(emitted)))
	}
	queries := queried(t, dev)
	if !slices.Contains(queries, "correlation_id") {
		t.Errorf("the tables query %v", queries)
	}
	for _, field := range queries {
		if !fields[field] {
			t.Errorf("a table queries the field %s, which no line has", field)
		}
	}
}

// exercised returns the log of the stage dev's function after directives that succeed,
// directives that fail, and a home that is down until the circuit breaker opens.
func exercised(t *testing.T) []string {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "bootstrap")
	if err := project.Function(t.Context(), root, binary); err != nil {
		t.Fatal(err)
	}
	const token = "token-of-the-home"
	home := httptest.NewTLSServer(demohome.New(token))
	defer home.Close()
	f, err := localrun.Start(t.Context(), localrun.Options{Binary: binary, Timeout: 10 * time.Second, Env: []string{
		config.EnvStage + "=dev", config.EnvURL + "=" + home.URL, config.EnvVerifySSL + "=false", config.EnvToken + "=" + token,
		"AWS_LAMBDA_FUNCTION_VERSION=7",
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	send := func(name, endpoint string) {
		t.Helper()
		event, err := invoke.SampleEvent(name, endpoint, "no-token-of-a-linked-account")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Invoke(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	send("discover", "")
	if _, err := f.Invoke(t.Context(), []byte(`{"operation":"cache.get","input":{"key":"nothing"}}`)); err != nil {
		t.Fatal(err) // from here on the cache has a hit rate
	}
	send("discover", "")
	send("turn-on", "light.kitchen_light")
	send("turn-on", "light.nope")
	send("lock", "lock.front_door")
	home.CloseClientConnections() // the next directive connects again
	send("turn-on", "light.kitchen_light")
	home.Close()
	for range 10 {
		send("turn-on", "light.kitchen_light")
	}
	send("discover", "")
	doctor, err := json.Marshal(config.ScheduledEvent(config.TaskDoctor))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Invoke(t.Context(), doctor); err != nil {
		t.Fatal(err)
	}
	return f.Lines()
}

// series returns the metrics that CloudWatch extracts from a line of the log, each as
// "namespace name dimension=value". A metric without a value in the line is an error.
func series(t *testing.T, line map[string]any) []string {
	t.Helper()
	aws, _ := line["_aws"].(map[string]any)
	directives, _ := aws["CloudWatchMetrics"].([]any)
	var all []string
	for _, d := range directives {
		d := d.(map[string]any)
		for _, set := range d["Dimensions"].([]any) {
			var dimensions []string
			for _, name := range set.([]any) {
				dimensions = append(dimensions, dimension(name, line[name.(string)]))
			}
			slices.Sort(dimensions)
			for _, m := range d["Metrics"].([]any) {
				name := m.(map[string]any)["Name"].(string)
				if _, ok := line[name].(float64); !ok {
					t.Errorf("the line has no number for %s: %v", name, line[name])
				}
				all = append(all, fmt.Sprintf("%v %s %s", d["Namespace"], name, strings.Join(dimensions, ",")))
			}
		}
	}
	return all
}

// dimension returns a dimension as text. The number of the version is not known before
// the deployment.
func dimension(name, value any) string {
	if name == config.DimensionVersion && value != nil {
		value = "any"
	}
	return fmt.Sprintf("%v=%v", name, value)
}

// requested returns the metrics of our namespace that widgets and alarms use, in the
// same form. A metric outside it must be one of Lambda's for a function.
func requested(t *testing.T, tpl template) map[string]bool {
	t.Helper()
	shown := map[string]bool{}
	add := func(namespace, name, dimension string) {
		if namespace == config.Namespace || strings.HasPrefix(namespace, config.PresenceNamespace("")) && name == config.HomeOnline.Name {
			shown[namespace+" "+name+" "+dimension] = true
			return
		}
		known := []string{"Errors", "Throttles", "Invocations", "ConcurrentExecutions"}
		if namespace != "AWS/Lambda" || !slices.Contains(known, name) || !strings.Contains(dimension, "FunctionName=") {
			t.Errorf("%s %s %s is not a metric of a Lambda function", namespace, name, dimension)
		}
	}
	search := regexp.MustCompile(`SEARCH\('\{([^,]*),[^}]*\} MetricName="([^"]*)" (\w+)="([^"]*)"`)
	for _, w := range widgets(t, tpl) {
		for _, m := range w.Properties.Metrics {
			if _, named := m[0].(string); !named { // it is an expression
				if s := search.FindStringSubmatch(fmt.Sprint(m...)); s != nil { // by version
					add(s[1], s[2], config.DimensionVersion+"=any,"+s[3]+"="+s[4])
				}
				continue
			}
			var dimensions []string
			for i := 2; i+1 < len(m); i += 2 {
				dimensions = append(dimensions, dimension(m[i], m[i+1]))
			}
			add(fmt.Sprint(m[0]), fmt.Sprint(m[1]), strings.Join(slices.Sorted(slices.Values(dimensions)), ","))
		}
	}
	for _, alarm := range tpl.of("AWS::CloudWatch::Alarm") {
		walk(alarm.Properties, func(o map[string]any) {
			namespace, _ := o["Namespace"].(string)
			name, _ := o["MetricName"].(string)
			if name == "" {
				return
			}
			var dimensions []string
			for _, d := range list(o["Dimensions"]) {
				d, ok := d.(map[string]any)
				if !ok {
					continue // it has none
				}
				dimensions = append(dimensions, dimension(d["Name"], d["Value"]))
			}
			add(namespace, name, strings.Join(slices.Sorted(slices.Values(dimensions)), ","))
		})
	}
	return shown
}

// A widget is a widget of a dashboard.
type widget struct {
	Properties struct {
		Metrics [][]any
		Query   string
	}
}

func widgets(t *testing.T, tpl template) []widget {
	t.Helper()
	var all []widget
	for _, board := range tpl.of("AWS::CloudWatch::Dashboard") {
		var body struct{ Widgets []widget }
		if err := json.Unmarshal([]byte(strings.Join(strs(board.Properties["DashboardBody"]), "")), &body); err != nil {
			t.Fatal(err)
		}
		all = append(all, body.Widgets...)
	}
	return all
}

// queried returns the fields of the log that the dashboards' tables query.
func queried(t *testing.T, tpl template) []string {
	t.Helper()
	words := strings.Fields("SOURCE fields filter stats sort desc limit by bin as count avg sum max pct ispresent latest coalesce and not")
	noField := regexp.MustCompile(`'[^']*'|"[^"]*"|\(\d+[dhm]\)`)
	made := regexp.MustCompile(` as (\w+)`)
	name := regexp.MustCompile(`@?[A-Za-z_]\w*`)
	var all []string
	for _, w := range widgets(t, tpl) {
		text := noField.ReplaceAllString(w.Properties.Query, " ")
		known := words
		for _, m := range made.FindAllStringSubmatch(text, -1) {
			known = append(slices.Clip(known), m[1])
		}
		for _, field := range name.FindAllString(text, -1) {
			if !strings.HasPrefix(field, "@") && !slices.Contains(known, field) {
				all = append(all, field)
			}
		}
	}
	return all
}
