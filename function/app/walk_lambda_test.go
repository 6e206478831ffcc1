package app

import (
	"net/http"
	"os"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// sample returns a request from testdata/skill.
func sample(name string) string {
	b, err := os.ReadFile("testdata/skill/" + name + ".json")
	if err != nil {
		panic(err)
	}
	return string(b)
}

// answered returns a step that sends events as they come to the function.
func answered(events ...string) func(*testing.T, *App) {
	return func(t *testing.T, a *App) {
		t.Helper()
		for _, event := range events {
			if _, err := a.Invoke(t.Context(), []byte(event)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func init() {
	away := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	gone := func(_ http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	talks := new(talker).ServeHTTP
	doctor := `{"detail-type":"Scheduled Event","detail":{"task":"doctor"}}`
	walks[core.Lambda] = []walk{
		{op: "lambda.handle_alexa", differ: "error", one: visit{in: turnOn}, two: visit{in: turnOn, home: away}},
		{op: "lambda.handle_skill", differ: "response.outputSpeech.text",
			one: visit{in: sample("sentence_en"), env: talking(), home: talks},
			two: visit{in: sample("sentence_unknown"), env: talking(), home: talks}},
		{op: "lambda.handle_operation", differ: "value",
			one: visit{in: `{"operation":"cache.get","input":{"key":"a"}}`, before: after(`cache.set {"key":"a","value":1}`)},
			two: visit{in: `{"operation":"cache.get","input":{"key":"a"}}`, before: after(`cache.set {"key":"a","value":2}`)}},
		{op: "lambda.handle_scheduled", differ: "error", one: visit{in: `{"task":"keep_warm"}`}, two: visit{in: `{"task":"doctor"}`, home: away}},
		{op: "lambda.process", differ: "kind", one: visit{in: `{"event":` + turnOn + `}`}, two: visit{in: `{"event":{"operation":"lambda.context"}}`}},
		{op: "lambda.validate_event", differ: "subject", one: visit{in: `{"event":` + doctor + `}`}, two: visit{in: `{"event":` + turnOn + `}`}},
		{op: "lambda.create_alexa_response", differ: "event.payload.type",
			one: visit{in: `{"event":` + turnOn + `,"kind":"unreachable"}`},
			two: visit{in: `{"event":` + turnOn + `,"kind":"expired"}`}},
		{op: "lambda.create_proxy_response", differ: "statusCode", one: visit{in: `{"body":"x"}`}, two: visit{in: `{"body":"x","kind":"not_found"}`}},
		{op: "lambda.context", differ: "correlation_id"},
		{op: "lambda.warm_up", differ: "reached", two: visit{home: gone}},
		{op: "lambda.status", differ: "overall_health", one: visit{before: answered(turnOn, discover)}, two: visit{before: answered(turnOn, discover), home: away}},
		{op: "lambda.diagnose", differ: "ok", one: visit{home: healthy}, two: visit{home: away}},
		{op: "lambda.operations", differ: "0.name", one: visit{in: `{"gateway":"cache"}`}, two: visit{in: `{"gateway":"lambda"}`}},
	}
}

// healthy is a home in which nothing is wrong.
func healthy(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/":
		_, _ = w.Write([]byte(`{"message":"API running."}`))
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		_, _ = w.Write([]byte(`{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"1","payloadVersion":"3"},"payload":{"endpoints":[{"endpointId":"light#a","manufacturerName":"x","description":"y","friendlyName":"z","displayCategories":["LIGHT"],"capabilities":[{"type":"AlexaInterface","interface":"Alexa","version":"3"}]}]}}}`))
	}
}

// TestStatusInTheWhole changes facts in the whole function and sees the figures of
// the health report change.
func TestStatusInTheWhole(t *testing.T) {
	status := func(v visit) map[string]any {
		t.Helper()
		s, ok := v.run(t, "lambda.status").(map[string]any)
		if !ok {
			t.Fatal("no status")
		}
		return s
	}
	settled := status(visit{before: answered(turnOn, reportState, sample("help_fr"))})
	for field, want := range map[string]any{"directives": 2.0, "skill_requests": 1.0, "ready": true, "stage": "test"} {
		if settled[field] != want {
			t.Errorf("%s is %v, want %v: %v", field, settled[field], want, settled)
		}
	}
	if settled["avg_response_time"] == 0.0 || settled["p90"] == 0.0 || settled["gateway_utilization"] == 0.0 {
		t.Errorf("a figure is zero after three answers: %v", settled)
	}
	fresh := status(visit{})
	for _, field := range []string{"directives", "avg_response_time", "gateway_utilization"} {
		if fresh[field] != 0.0 {
			t.Errorf("%s is %v before the first event", field, fresh[field])
		}
	}
	hit := status(visit{before: after(`cache.set {"key":"a","value":1}`, `cache.bulk_get {"keys":["a"]}`)})
	missed := status(visit{before: after(`cache.bulk_get {"keys":["b","c"]}`)})
	if a, b := hit["cache_hit_rate"], missed["cache_hit_rate"]; a == nil || b == nil || a.(float64) <= b.(float64) {
		t.Errorf("the cache's rate is %v after a hit and %v after two misses", a, b)
	}
	unready := status(visit{env: map[string]string{config.EnvURL: ""}})
	if unready["ready"] != false || unready["problem"] == nil || unready["overall_health"] != 40.0 {
		t.Errorf("without an address: %v", unready)
	}
}

// TestDoctorByTheClock has the weekly look at the way to the home fail: what is wrong
// is on the line, at level error.
func TestDoctorByTheClock(t *testing.T) {
	for home, want := range map[string]string{"http://127.0.0.1:1": "refused"} {
		app, out := started(t, home, nil)
		b, err := app.Invoke(t.Context(), []byte(`{"version":"0","source":"aws.events","detail-type":"Scheduled Event","detail":{"task":"doctor"}}`))
		line := out.line(t)
		if err != nil || line["level"] != "ERROR" || line["cause"] != want {
			t.Errorf("the line is %v, want the level ERROR and the cause %s; answered %s, %v", line, want, b, err)
		}
	}
}
