package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
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
	const (
		doctor = `{"detail-type":"Scheduled Event","detail":{"task":"doctor"}}`
		get    = `{"operation":"cache.get","input":{"key":"a"}}`
		failed = `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","payloadVersion":"3","messageId":"<id>","correlationToken":"c-` + canary + `"},` +
			`"endpoint":{"endpointId":"light#kitchen"},"payload":{"type":"%s","message":"%s"}}}`
		says   = `{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"%s"},"shouldEndSession":true}}`
		broken = `{"failed":{"kind":"unreachable","cause":"bad_gateway","message":"~%s.*502"}}`
		ok     = `{"name":"%s","ok":true}`
	)
	where := map[string]string{"AWS_LAMBDA_FUNCTION_NAME": "hearthgate-home", "AWS_LAMBDA_FUNCTION_VERSION": "7", "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008"}
	walks[core.Lambda] = []walk{
		{op: "lambda.handle_alexa",
			one: visit{in: turnOn, want: handled},
			two: visit{in: turnOn, home: away, want: fmt.Sprintf(broken, "")}},
		{op: "lambda.handle_skill",
			one: visit{in: sample("sentence_en"), env: talking(), home: talks, want: fmt.Sprintf(says, "Turned on the light")},
			two: visit{in: sample("sentence_unknown"), env: talking(), home: talks, want: fmt.Sprintf(says, "Sorry, I couldn't understand that")}},
		{op: "lambda.handle_operation",
			one: visit{in: get, before: after(`cache.set {"key":"a","value":1}`), want: `{"value":1,"level":"memory"}`},
			two: visit{in: get, before: after(`cache.set {"key":"a","value":2}`), want: `{"value":2,"level":"memory"}`}},
		{op: "lambda.handle_scheduled",
			one: visit{in: `{"task":"keep_warm"}`, want: `{"task":"keep_warm","warm_up":{"cold":true,"reached":true,"took":"<0..9e3>"}}`},
			two: visit{in: `{"task":"doctor"}`, home: away, want: fmt.Sprintf(broken, "check token failed")}},
		{op: "lambda.process",
			one: visit{in: `{"event":` + turnOn + `}`, want: `{"kind":"directive","subject":"Alexa.PowerController.TurnOn","reply":` + handled + `}`},
			two: visit{in: `{"event":` + get + `}`, before: after(`cache.set {"key":"a","value":2}`), want: `{"kind":"operation","subject":"cache.get","reply":{"value":2}}`}},
		{op: "lambda.validate_event",
			one: visit{in: `{"event":` + doctor + `}`, want: `{"kind":"scheduled","subject":"doctor"}`},
			two: visit{in: `{"event":` + turnOn + `}`, want: `{"kind":"directive","subject":"Alexa.PowerController.TurnOn"}`}},
		{op: "lambda.create_alexa_response",
			one: visit{in: `{"event":` + turnOn + `,"kind":"unreachable"}`, want: fmt.Sprintf(failed, "BRIDGE_UNREACHABLE", "~could not be reached")},
			two: visit{in: `{"event":` + turnOn + `,"kind":"expired"}`, want: fmt.Sprintf(failed, "EXPIRED_AUTHORIZATION_CREDENTIAL", "~expired")}},
		{op: "lambda.create_proxy_response",
			one: visit{in: `{"body":"x"}`, want: `{"statusCode":200,"body":"x","isBase64Encoded":false,"headers":{"Content-Type":"text/plain; charset=utf-8"}}`},
			two: visit{in: `{"body":{"a":1},"kind":"not_found"}`, want: `{"statusCode":404,"body":"{\"a\":1}","isBase64Encoded":false,"headers":{"Content-Type":"application/json"}}`}},
		{op: "lambda.context",
			one: visit{want: `{"function":"local","version":"","region":"","memory_limit":2048,"memory_used":"<1..9e3>","correlation_id":"<id>","request_id":"","time_left_seconds":null}`},
			two: visit{env: where, want: `{"function":"hearthgate-home","version":"7","region":"eu-west-1","memory_limit":3008,"correlation_id":"<id>"}`}},
		{op: "lambda.warm_up",
			one: visit{want: `{"cold":true,"reached":true,"took":"<0..9e3>"}`},
			two: visit{before: answered(turnOn), home: gone, want: `{"cold":false,"reached":false,"took":"<0..9e3>"}`}},
		// A home that answers a Discover with the reply to a command fails at it: half of
		// the directives, and half of the 50 points. With every directive failed all 50 are
		// lost, and 2 more for the 10 that the circuit breaker loses.
		{op: "lambda.status",
			one: visit{before: answered(turnOn, discover), want: `{"directives":2,"skill_requests":0,"success_rate":0.5,"error_rate":0.5,"overall_health":75,"reasons":["~^1 of the last 2 .*malformed"],"ready":true,"problem":null,
				"stage":"test","last_failures":[{"cause":"malformed","count":1,"last":"<time>"}],"memory_usage":"~^[0-9]+MB/2048MB \\([0-9]+%\\)$","since":"<time>","gateways":{"lambda":{"points":100},"circuit_breaker":{"points":100}}}`},
			two: visit{before: answered(turnOn, discover), home: away, want: `{"directives":2,"success_rate":0,"error_rate":1,"overall_health":48,"reasons":["~^2 of the last 2 .*bad_gateway","~^circuit_breaker: "],
				"last_failures":[{"cause":"bad_gateway","count":2}],"gateways":{"lambda":{"points":100},"circuit_breaker":{"points":90}}}`}},
		{op: "lambda.diagnose",
			one: visit{home: healthy, want: `{"ok":true,"steps":[` + each(ok, "settings", "dns", "tcp", "tls", "token", "endpoint") + `,{"name":"discover","ok":true,"found":"~^1 endpoint"}]}`},
			two: visit{home: away, want: `{"ok":false,"steps":[` + each(ok, "settings", "dns", "tcp", "tls") + `,{"name":"token","ok":false,"cause":"bad_gateway","found":"502","problem":"~502","mend":"~Home Assistant"}]}`}},
		{op: "lambda.health",
			one: visit{before: answered(turnOn, get), home: away, want: `{"points":100,"reasons":null,"facts":{"directive_events":1,"directive_failures":1,"operation_events":1,"operation_failures":1,"unknown_events":0,"scheduled_events":0}}`},
			two: visit{before: answered(`{}`, `[]`, doctor), home: away, want: `{"points":78,"reasons":["~^2 events","~^1 of 1 scheduled events failed"],"facts":{"directive_events":0,"unknown_events":2,"scheduled_events":1,"scheduled_failures":1}}`}},
		{op: "lambda.operations",
			one: visit{in: `{"gateway":"cache"}`, want: `{"0":{"name":"cache.backup","gateway":"cache","by_name":true,"input":[{"name":"namespace","type":"string"},{"name":"level","type":"string"}]},"name=lambda.health":null,"name=cache.ttl":{"gateway":"cache"}}`},
			two: visit{in: `{"gateway":"lambda"}`, want: `{"0":{"name":"lambda.context","gateway":"lambda","by_name":true,"input":[]},"name=cache.get":null,"name=lambda.warm_up":{"gateway":"lambda"}}`}},
	}
}

// each returns a list's items, the format once for each name.
func each(format string, names ...string) string {
	items := make([]string, len(names))
	for i, name := range names {
		items[i] = fmt.Sprintf(format, name)
	}
	return strings.Join(items, ",")
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

// TestStatusInTheWhole changes facts in the whole function and checks the figures of
// the health report.
func TestStatusInTheWhole(t *testing.T) {
	for _, tt := range []struct {
		name  string
		visit visit
	}{
		{"after three replies", visit{before: answered(turnOn, reportState, sample("help_fr")),
			want: `{"directives":2,"skill_requests":1,"ready":true,"stage":"test","avg_response_time":"<0.001..9e3>","p90":"<0.001..9e3>","gateway_utilization":"<0.1..1>"}`}},
		{"before the first event", visit{want: `{"directives":0,"skill_requests":0,"success_rate":1,"avg_response_time":0,"gateway_utilization":0,"last_failures":[],"overall_health":100}`}},
		{"a cache hit", visit{before: after(`cache.set {"key":"a","value":1}`, `cache.bulk_get {"keys":["a"]}`), want: `{"cache_hit_rate":1}`}},
		{"two cache misses", visit{before: after(`cache.bulk_get {"keys":["b","c"]}`), want: `{"cache_hit_rate":0}`}},
		{"without an address", visit{env: map[string]string{config.EnvURL: ""}, want: `{"ready":false,"problem":"~^HOME_ASSISTANT_URL is missing","overall_health":40}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.visit.run(t, "lambda.status")
			if problem := mismatch(tt.visit.want, got); problem != "" {
				t.Errorf("the status is wrong: %s\n%s", problem, asJSON(got))
			}
		})
	}
}

// TestDoctorByTheClock checks the line of the scheduled diagnosis: what is wrong on the
// way to the home is its cause, at level ERROR.
func TestDoctorByTheClock(t *testing.T) {
	well := httptest.NewServer(http.HandlerFunc(healthy))
	defer well.Close()
	for _, tt := range []struct {
		home, level string
		cause       any
	}{
		{"http://127.0.0.1:1", "ERROR", "refused"},
		{well.URL, "INFO", nil},
	} {
		app, out := started(t, tt.home, nil)
		b, err := app.Invoke(t.Context(), []byte(`{"version":"0","source":"aws.events","detail-type":"Scheduled Event","detail":{"task":"doctor"}}`))
		line := out.line(t)
		if err != nil || line["level"] != tt.level || line["cause"] != tt.cause || line["success"] != (tt.cause == nil) {
			t.Errorf("the line is %v, want the level %s and the cause %v; the reply is %s, %v", line, tt.level, tt.cause, b, err)
		}
	}
}
