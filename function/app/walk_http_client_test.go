package app

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// atHome returns a step that runs an operation on the address of the home, which
// stands for "home:" in its input.
func atHome(call string) func(*testing.T, *App) {
	return func(t *testing.T, a *App) {
		after(strings.ReplaceAll(call, "home:", a.loader.Settings().URL))(t, a)
	}
}

// away makes a request fail.
func away(t *testing.T, a *App) {
	_, _ = core.Execute(context.WithoutCancel(t.Context()), a.dispatcher, "http_client.make_request", []byte(`{"url":"http://127.0.0.1:1"}`))
}

// The start has sent one request: to the home, which then has a connection.
func init() {
	const (
		nobody = `{"url":"http://127.0.0.1:1"}`
		both   = `{"requests":[{"url":"http://127.0.0.1:home:port"},` + nobody + `]}`
		limits = `"idle_seconds":50,"roots":"embedded"`
	)
	pin := strings.Repeat("A", 43) + "="
	body := base64.StdEncoding.EncodeToString
	teapot := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	}
	proxied := func(t *testing.T, a *App) {
		atHome(`http_client.configure {"proxy":"home:"}`)(t, a) // the home stands for every host
	}
	warm := func(t *testing.T, a *App) {
		proxied(t, a)
		after(`http_client.warm_up {"url":"http://a.test"}`)(t, a)
	}
	walks[core.HTTPClient] = []walk{
		{op: "http_client.make_request",
			one: visit{in: `{"url":"http://elsewhere.test"}`, before: proxied, want: `{"status":405,"body":"` + body([]byte(handled)) + `","duration_ns":"<1..5e9>"}`},
			two: visit{in: `{"url":"http://elsewhere.test"}`, before: proxied, home: teapot,
				want: `{"status":418,"body":"` + body([]byte("short and stout")) + `","header":{"Content-Length":["15"]}}`}},
		{op: "http_client.batch",
			one: visit{in: both, home: teapot, want: `{"answered":1,"outcomes":[{"response":{"status":418},"error":null},{"response":null,"cause":"refused","error":"~refused"}]}`},
			two: visit{in: `{"requests":[` + nobody + `]}`, want: `{"answered":0,"outcomes":[{"response":null,"cause":"refused","error":"~refused"}]}`}},
		{op: "http_client.warm_up",
			one: visit{in: `{"url":"http://a.test"}`, before: proxied, want: `{"reused":false,"status":405,"dial_seconds":"<1e-9..5>","first_byte_seconds":"<1e-9..5>","handshake_seconds":0,"resumed":false}`},
			two: visit{in: `{"url":"http://a.test"}`, before: warm, want: `{"reused":true,"status":405,"dial_seconds":0,"first_byte_seconds":"<1e-9..5>","handshake_seconds":0}`}},
		{op: "http_client.health",
			one: visit{want: `{"points":100,"reasons":null,"facts":{"requests":1,"failures":0,"latest_requests":1,"latest_failures":0,"connections_open":1,"retries":0}}`},
			two: visit{before: away, want: `{"points":50,"reasons":["~^1 of the last 2 requests failed.*refused","~last request failed: refused$"],"facts":{"requests":2,"failures":1,"latest_requests":2,"latest_failures":1}}`}},
		{op: "http_client.health_check",
			one: visit{want: `{"points":100,"facts":{"requests":1,"failures":0}}`},
			two: visit{before: away, want: `{"points":50,"facts":{"requests":2,"failures":1}}`}},
		{op: "http_client.status",
			one: visit{want: `{"requests":1,"failures":0,"dialled":1,"open":1,"idle":"<0..1>","reused":0,"resumed":0,"retries":0,"last_cause":null}`},
			two: visit{before: away, want: `{"requests":2,"failures":1,"dialled":1,"open":1,"idle":"<0..1>","last_cause":"refused"}`}},
		{op: "http_client.configure",
			one: visit{in: `{"body_limit":10}`, want: `{"body_limit":10,"answer_limit":6291456,` + limits + `}`},
			two: visit{in: `{"body_limit":20}`, before: after(`http_client.configure {"answer_limit":5}`), want: `{"body_limit":20,"answer_limit":5,` + limits + `}`}},
		{op: "http_client.configuration",
			one: visit{want: `{"body_limit":6291456,"answer_limit":6291456,"pins":null,` + limits + `}`},
			two: visit{before: after(`http_client.configure {"home":"https://home.test","pins":["` + pin + `"]}`), want: `{"pins":["` + pin + `"],"home":"https://home.test","idle_seconds":50,"roots":"embedded"}`}},
		{op: "http_client.validate_config",
			one: visit{in: `{"change":{"proxy":"nowhere"}}`, want: `{"valid":false,"problems":["~^field proxy "],"warnings":null}`},
			two: visit{in: `{"change":{"ca":"nonsense"}}`, want: `{"valid":false,"problems":["~^field ca .*no certificate","~^field home is missing"],"warnings":null}`}},
		{op: "http_client.set_timeout",
			one: visit{in: `{"handshake_seconds":1}`, want: `{"handshake_seconds":1,"dial_seconds":null,"idle_seconds":50}`},
			two: visit{in: `{"handshake_seconds":3}`, before: after(`http_client.set_timeout {"dial_seconds":2}`), want: `{"handshake_seconds":3,"dial_seconds":2,"idle_seconds":50}`}},
		{op: "http_client.reset",
			one: visit{want: `{"requests":1,"failures":0,"last_cause":null}`},
			two: visit{before: away, want: `{"requests":2,"failures":1,"last_cause":"refused"}`}},
	}
}

// TestResetForgetsRequests checks what is counted and configured after a reset.
// The connection to the home, which the start has made, stays: it is of another client.
func TestResetForgetsRequests(t *testing.T) {
	v := visit{
		before: func(t *testing.T, a *App) {
			away(t, a)
			after(`http_client.configure {"answer_limit":5}`, `http_client.reset`)(t, a)
		},
		want: `{"requests":0,"failures":0,"last_cause":null,"open":1,"idle":"<0..1>"}`,
	}
	if problem := mismatch(v.want, v.run(t, "http_client.status")); problem != "" {
		t.Errorf("the status after a reset is wrong: %s", problem)
	}
	v.want = `{"answer_limit":6291456}`
	if problem := mismatch(v.want, v.run(t, "http_client.configuration")); problem != "" {
		t.Errorf("the configuration after a reset is wrong: %s", problem)
	}
}
