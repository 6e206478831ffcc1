package main

import (
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// FuzzInvoke feeds the whole function anything as an event: it answers with JSON,
// does not panic, and calls no error its own.
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
		turnOn, discover, ``, `{}`, `[]`, `null`, `{"directive":null,"request":null}`, `{"operation":"lambda.process","input":{"event":{"request":{"type":"LaunchRequest"}}}}`,
		`{"detail-type":"Scheduled Event","detail":{"task":"keep_warm"}}`, `{"detail-type":1}`, `{"request":{"type":"IntentRequest","intent":{"name":"AMAZON.HelpIntent"},"locale":"\u0000"}}`,
	} {
		f.Add([]byte(seed))
	}
	home := httptest.NewServer(new(talker))
	defer home.Close()
	env := talking()
	env[config.EnvURL] = home.URL
	app := NewApp(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard, Dir: f.TempDir()})
	app.Start(f.Context())
	f.Fuzz(func(t *testing.T, event []byte) {
		reply, err := app.Invoke(t.Context(), event)
		if err != nil || !json.Valid(reply) {
			t.Errorf("%q is answered with %q, %v", event, reply, err)
		}
	})
}
