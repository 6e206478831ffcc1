package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestO3Outcomes checks how a directive ended for the person who asked, and that only a
// failure has the value 0 of the metric that the alarms watch.
func TestO3Outcomes(t *testing.T) {
	polite := func(errorType string) string {
		failed := strings.Replace(handled, `"name":"Response"`, `"name":"ErrorResponse"`, 1)
		return strings.Replace(failed, `"payload":{}`, `"payload":{"type":"`+errorType+`","message":"m"}`, 1)
	}
	deny := map[string]string{config.EnvPolicy: `[{"effect":"deny","name":"TurnOn"}]`}
	for name, tt := range map[string]struct {
		status   int
		body     string
		settings map[string]string
		outcome  string
		success  float64
	}{
		"done":               {status: 200, body: handled, outcome: "succeeded", success: 1},
		"unknown device":     {status: 200, body: polite("NO_SUCH_ENDPOINT"), outcome: "asked_wrongly", success: 1},
		"out of range":       {status: 200, body: polite("VALUE_OUT_OF_RANGE"), outcome: "asked_wrongly", success: 1},
		"failed politely":    {status: 200, body: polite("INTERNAL_ERROR"), outcome: "failed", success: 0},
		"device unreachable": {status: 200, body: polite("ENDPOINT_UNREACHABLE"), outcome: "failed", success: 0},
		"new error type":     {status: 200, body: polite("HOME_ON_FIRE"), outcome: "failed", success: 0},
		"failed":             {status: 500, outcome: "failed", success: 0},
		"refused token":      {status: 401, outcome: "failed", success: 0},
		"denied":             {status: 200, body: handled, settings: deny, outcome: "denied", success: 1},
	} {
		t.Run(name, func(t *testing.T) {
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer home.Close()
			app, out := started(t, home.URL, tt.settings)
			invoke(t, app, turnOn)
			line := out.line(t)
			if counted := app.stats.Failures(); (len(counted) > 0) != (tt.outcome == "failed") {
				t.Errorf("the status counts %v as failures", counted)
			}
			if line["outcome"] != tt.outcome || line["Success"] != tt.success {
				t.Errorf("outcome %v, Success %v, want %s, %v", line["outcome"], line["Success"], tt.outcome, tt.success)
			}
		})
	}
}

// TestVersionOfTheMetrics checks that a deployed version counts its own successes.
func TestVersionOfTheMetrics(t *testing.T) {
	for version, want := range map[string]any{"12": "12", "$LATEST": nil, "": nil} {
		app, out := started(t, "http://127.0.0.1:1", map[string]string{"AWS_LAMBDA_FUNCTION_VERSION": version})
		invoke(t, app, turnOn)
		if got := out.line(t)[config.DimensionVersion]; got != want {
			t.Errorf("version %q: the line has %v, want %v", version, got, want)
		}
	}
}
