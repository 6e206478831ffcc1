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

// FuzzInvoke sends the whole function any bytes as an event. The reply is JSON, nothing
// panics, and the runtime gets no error. The reply to a directive has the directive's
// correlation token.
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
			t.Errorf("the reply to %q is %q, %v", event, reply, err)
		}
		parsed, _ := alexa.ParseEvent(event)
		e, ok := parsed.(alexa.Directive)
		if !ok {
			return
		}
		r, err := alexa.ParseReply(reply)
		if err != nil || r.CorrelationToken != e.Header.CorrelationToken {
			t.Errorf("the reply to %q is %q, %v", event, reply, err)
		}
		if e.IsDiscover() && r.Name != "Discover.Response" || e.IsAcceptGrant() && r.IsError() && r.ErrorType != "ACCEPT_GRANT_FAILED" {
			t.Errorf("the reply to %q is %q", event, reply)
		}
	})
}

// FuzzOperation runs every operation that can be run by name on any bytes: it returns
// JSON or an error, and nothing panics.
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
			t.Skip() // it makes connections of its own
		}
		out, err := core.Execute(t.Context(), app.dispatcher, name, input)
		if err == nil && !json.Valid(out) || core.CauseOf(err) == core.CausePanic {
			t.Errorf("%s %q returns %q, %v", name, input, out, err)
		}
	})
}
