package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// FuzzInvoke feeds the whole function anything as an event: it answers with JSON,
// does not panic, and calls no error its own. What is a directive is answered with a
// message that bears the correlation token that came in.
func FuzzInvoke(f *testing.F) {
	files, err := filepath.Glob("testdata/skill/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, seed := range []string{
		turnOn, discover, reportState, acceptGrant, `{"directive":{"header":{"correlationToken":"c\ud800","payloadVersion":3}}}`, ``, `{}`, `[]`, `null`, `{"directive":null,"request":null}`, `{"operation":"lambda.process","input":{"event":{"request":{"type":"LaunchRequest"}}}}`,
		`{"detail-type":"Scheduled Event","detail":{"task":"keep_warm"}}`, `{"detail-type":1}`, `{"request":{"type":"IntentRequest","intent":{"name":"AMAZON.HelpIntent"},"locale":"\u0000"}}`,
	} {
		f.Add([]byte(seed))
	}
	home := httptest.NewServer(new(talker))
	defer home.Close()
	env := talking()
	env[config.EnvURL] = home.URL
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard, Dir: f.TempDir()})
	app.Start(f.Context())
	f.Fuzz(func(t *testing.T, event []byte) {
		reply, err := app.Invoke(t.Context(), event)
		if err != nil || !json.Valid(reply) {
			t.Errorf("%q is answered with %q, %v", event, reply, err)
		}
		parsed, _ := alexa.ParseEvent(event)
		e, ok := parsed.(alexa.Directive)
		if !ok {
			return
		}
		r, err := alexa.ParseReply(reply)
		if err != nil || r.CorrelationToken != e.Header.CorrelationToken {
			t.Errorf("%q is answered with %q, %v", event, reply, err)
		}
		if e.IsDiscover() && r.Name != "Discover.Response" || e.IsAcceptGrant() && r.IsError() && r.ErrorType != "ACCEPT_GRANT_FAILED" {
			t.Errorf("%q is answered with %q", event, reply)
		}
	})
}

// FuzzOperation runs every operation that can be run by name on anything: it answers
// with JSON or an error, and none is a panic.
func FuzzOperation(f *testing.F) {
	env := map[string]string{config.EnvURL: "http://127.0.0.1:1", config.EnvToken: canary}
	nowhere := func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("nobody is called here")
	}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard, Dir: f.TempDir(), Dial: nowhere})
	app.Start(f.Context())
	for _, ws := range walks {
		for _, w := range ws {
			if w.op != "security.check_certificate" {
				f.Add(w.op, []byte(w.one.in))
				f.Add(w.op, []byte(w.two.in))
			}
		}
	}
	f.Fuzz(func(t *testing.T, name string, input []byte) {
		if name == "security.check_certificate" {
			t.Skip() // it dials by itself
		}
		out, err := core.Execute(t.Context(), app.dispatcher, name, input)
		if err == nil && !json.Valid(out) || core.CauseOf(err) == core.CausePanic {
			t.Errorf("%s %q is answered with %q, %v", name, input, out, err)
		}
	})
}
