package app

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// TestFiguresSurvive checks that a process stores its totals in the files of the cache
// and that the next process continues from them.
func TestFiguresSurvive(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary}
	dir := t.TempDir()
	process := func() *App {
		a := New(Options{Getenv: func(name string) string { return env[name] }, Output: &bytes.Buffer{}, Dir: dir})
		a.Start(t.Context())
		return a
	}
	a := process()
	invoke(t, a, turnOn)
	after(`metrics.backup {"keep":true}`)(t, a)

	a = process()
	after(`metrics.restore {}`)(t, a)
	if got := a.metrics.Value(config.Success.Name); got.Count != 1 {
		t.Errorf("the next process counts %d directives, want 1", got.Count)
	}
	if got := used(t, a, "invocations"); got != 1 {
		t.Errorf("the next process counts %v invocations, want 1", got)
	}
}

// used returns how much of a limit the function has used, as it reports.
func used(t *testing.T, a *App, name string) float64 {
	t.Helper()
	out, err := core.Execute(t.Context(), a.dispatcher, "metrics.usage", nil)
	if err != nil {
		t.Fatal(err)
	}
	var u metrics.Usage
	if err := json.Unmarshal(out, &u); err != nil {
		t.Fatal(err)
	}
	for _, l := range u.Limits {
		if l.Name == name {
			return l.Used
		}
	}
	t.Fatalf("no limit is called %s", name)
	return 0
}

// TestGuardKnowsTheUsage checks that all optional work stops in a process that has used
// far too much.
func TestGuardKnowsTheUsage(t *testing.T) {
	a, _ := started(t, "http://127.0.0.1:1", nil)
	if !a.costs.Allows(utility.DebugLines) || a.costs.Level() != utility.Normal {
		t.Errorf("the level at the start is %v, want normal", a.costs.Level())
	}
	b, _ := started(t, "http://127.0.0.1:1", nil)
	b.costs.Every = time.Nanosecond
	yesterday, _ := time.Now().Add(-24 * time.Hour).MarshalJSON()
	after(`metrics.restore {"snapshot":{"version":1,"process":"p","taken":"2020-01-01T00:00:00Z","since":`+string(yesterday)+`,`+
		`"used":{"invocations":90000000,"billed_ms":1,"log_bytes":1,"parameter_calls":1,"cache_calls":0},"operations":{},"metrics":{}}}`)(t, b)
	if b.costs.Level() != utility.Emergency || b.costs.Allows(utility.RefreshAhead) {
		t.Errorf("the level after ninety million invocations is %v, want emergency", b.costs.Level())
	}
}
