package app

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// TestNoReplyIsLate has a home that never answers and a caller who waits for 400 ms. The
// reply comes a sixteenth of that before the end, on the clock of a bubble.
func TestNoReplyIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		hold := make(chan struct{})
		defer close(hold)
		w.servers["home.test:80"].Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				<-hold
			}
		})
		app, out := startedWith(t, Options{Dial: w.dial}, "http://home.test", nil)
		ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		defer cancel()
		began := time.Now()
		b, err := app.Invoke(ctx, []byte(turnOn))
		if took := time.Since(began); took != 375*time.Millisecond {
			t.Errorf("the reply took %v, want 375ms", took)
		}
		if err != nil || !bytes.Contains(b, []byte("BRIDGE_UNREACHABLE")) {
			t.Errorf("the reply is %s, %v; want BRIDGE_UNREACHABLE", b, err)
		}
		if line := out.line(t); line["cause"] != "timeout" {
			t.Errorf("the cause is %v, want timeout", line["cause"])
		}
	})
}

// TestPanicIsAnswered plants panics in what the application gives to the gateways. A
// panic after the home has answered does not change the reply.
func TestPanicIsAnswered(t *testing.T) {
	asked := 0
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			asked++
		}
		_, _ = w.Write([]byte(handled))
	}))
	defer home.Close()
	for _, tt := range []struct {
		name       string
		out        *bomb
		env        bool // reading the environment panics, so that there are no settings
		reply, typ string
		asked      int
	}{
		{name: "in the log", out: &bomb{on: "Alexa.PowerController"}, reply: "Response", asked: 1},
		{name: "in the settings", out: &bomb{}, env: true, reply: "ErrorResponse", typ: "INTERNAL_ERROR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary}
			armed := false
			app := New(Options{Output: tt.out, Getenv: func(key string) string {
				if armed {
					panic("planted with Bearer " + canary)
				}
				return env[key]
			}})
			if !tt.env {
				app.Start(t.Context())
			}
			armed = tt.env
			asked = 0
			r, b := invoke(t, app, turnOn)
			if h := r.Event.Header; h.Name != tt.reply || r.Event.Payload.Type != tt.typ || h.CorrelationToken != "c-"+canary {
				t.Errorf("the reply is %s, want %s %s with the directive's correlation token", b, tt.reply, tt.typ)
			}
			if asked != tt.asked {
				t.Errorf("the home got %d directives, want %d", asked, tt.asked)
			}
			if strings.Contains(tt.out.text.String(), canary) {
				t.Errorf("the log shows a secret: %s", tt.out.text.String())
			}
		})
	}
}

// A bomb panics at a line that contains a text.
type bomb struct {
	on   string
	text bytes.Buffer
}

func (b *bomb) Write(line []byte) (int, error) {
	if b.on != "" && bytes.Contains(line, []byte(b.on)) {
		panic("planted")
	}
	return b.text.Write(line)
}

// TestNowhereForFiles has a cache that cannot write its files and logs that while it
// writes: nothing may deadlock.
func TestNowhereForFiles(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary, config.EnvTokenSource: string(config.Stored)}
	out := &writer{}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: out, Dir: "/dev/null/none"})
	app.Start(t.Context())
	reply, err := app.Invoke(t.Context(), []byte(turnOn))
	if err != nil || !bytes.Contains(reply, []byte(`"name":"Response"`)) {
		t.Errorf("the reply is %s, %v; want the home's", reply, err)
	}
	if log := strings.Join(out.lines, ""); strings.Count(log, `"level":"WARN"`) != 1 {
		t.Errorf("the log is %s, want one warning about the files", log)
	}
}
