package app

import (
	"context"
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

// away lets a request fail.
func away(t *testing.T, a *App) {
	_, _ = core.Execute(context.WithoutCancel(t.Context()), a.dispatcher, "http_client.make_request", []byte(`{"url":"http://127.0.0.1:1"}`))
}

func init() {
	nobody := `{"url":"http://127.0.0.1:1"}`
	teapot := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	}
	proxied := func(t *testing.T, a *App) {
		atHome(`http_client.configure {"proxy":"home:"}`)(t, a) // the home stands for every host
	}
	walks[core.HTTPClient] = []walk{
		{op: "http_client.make_request", differ: "status",
			one: visit{in: `{"url":"http://elsewhere.test"}`, before: proxied},
			two: visit{in: `{"url":"http://elsewhere.test"}`, before: proxied, home: teapot}},
		{op: "http_client.batch", differ: "answered",
			one: visit{in: `{"requests":[{"url":"http://a.test"},{"url":"http://b.test"}]}`, before: proxied},
			two: visit{in: `{"requests":[` + nobody + `]}`}},
		{op: "http_client.warm_up", differ: "reused",
			one: visit{in: `{"url":"http://a.test"}`, before: proxied},
			two: visit{in: `{"url":"http://a.test"}`, before: func(t *testing.T, a *App) {
				proxied(t, a)
				after(`http_client.warm_up {"url":"http://a.test"}`)(t, a)
			}}},
		{op: "http_client.health_check", differ: "points", one: visit{}, two: visit{before: away}},
		{op: "http_client.status", differ: "failures", one: visit{}, two: visit{before: away}},
		{op: "http_client.configure", differ: "answer_limit",
			one: visit{in: `{"body_limit":10}`},
			two: visit{in: `{"body_limit":10}`, before: after(`http_client.configure {"answer_limit":5}`)}},
		{op: "http_client.configuration", differ: "pins",
			one: visit{},
			two: visit{before: after(`http_client.configure {"home":"https://home.test","pins":["` + strings.Repeat("A", 43) + `="]}`)}},
		{op: "http_client.validate_config", differ: "problems.0",
			one: visit{in: `{"change":{"proxy":"nowhere"}}`},
			two: visit{in: `{"change":{"ca":"nonsense"}}`}},
		{op: "http_client.set_timeout", differ: "dial_seconds",
			one: visit{in: `{"handshake_seconds":1}`},
			two: visit{in: `{"handshake_seconds":1}`, before: after(`http_client.set_timeout {"dial_seconds":2}`)}},
		{op: "http_client.reset", differ: "requests", one: visit{}, two: visit{before: away}},
	}
}
