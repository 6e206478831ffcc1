package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// canary is in every place where a token can sit, and may be in no output.
const canary = "canary-4f9a"

const turnOn = `{"directive":{"header":{"namespace":"Alexa.PowerController","name":"TurnOn","payloadVersion":"3",` +
	`"messageId":"m1","correlationToken":"c-` + canary + `"},"endpoint":{"scope":{"type":"BearerToken","token":"` + canary + `"},` +
	`"endpointId":"light#kitchen","cookie":{"k":"` + canary + `"}},"payload":{}}}`

const (
	reportState = `{"directive":{"header":{"namespace":"Alexa","name":"ReportState","payloadVersion":"3","messageId":"m1","correlationToken":"c1"},"endpoint":{"endpointId":"light#kitchen","scope":{"type":"BearerToken","token":"` + canary + `"}},"payload":{}}}`
	discover    = `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"m1"},"payload":{"scope":{"type":"BearerToken","token":"` + canary + `"}}}}`
	acceptGrant = `{"directive":{"header":{"namespace":"Alexa.Authorization","name":"AcceptGrant","payloadVersion":"3","messageId":"m1"},"payload":{"grant":{"type":"OAuth2.AuthorizationCode","code":"` + canary + `"},"grantee":{"type":"BearerToken","token":"` + canary + `"}}}}`
)

const handled = `{"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"r1","correlationToken":"c-` + canary + `","payloadVersion":"3"},` +
	` "endpoint":{"endpointId":"light#kitchen","scope":{"token":"` + canary + `"}}, "payload":{}},"context":{}}`

// A writer counts writes: one line is one write.
type writer struct {
	mu     sync.Mutex
	lines  []string
	before int // lines of the start
}

func (w *writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, string(b))
	return len(b), nil
}

// started returns an App that talks to the home at url, and what it writes.
func started(t *testing.T, url string, settings map[string]string) (*App, *writer) {
	t.Helper()
	return startedWith(t, Options{Dir: t.TempDir()}, url, settings)
}

// startedWith returns an App as started does, with other options.
func startedWith(t *testing.T, o Options, url string, settings map[string]string) (*App, *writer) {
	t.Helper()
	env := map[string]string{
		config.EnvURL: url, config.EnvToken: canary, config.EnvStage: "test", config.EnvTokenSource: string(config.Stored),
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048", // of a process of tests, which the race detector makes many times larger
	}
	maps.Copy(env, settings)
	out := &writer{}
	o.Getenv, o.Output = func(name string) string { return env[name] }, out
	app := New(o)
	app.Start(t.Context())
	out.before = len(out.lines)
	return app, out
}

// line returns the one line that an invocation wrote.
func (w *writer) line(t *testing.T) map[string]any {
	t.Helper()
	lines := w.lines[w.before:]
	if len(lines) != 1 {
		t.Fatalf("%d lines were written, want 1: %s", len(lines), lines)
	}
	var m map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &m); err != nil {
		t.Fatalf("the line is not JSON: %v: %s", err, lines[0])
	}
	return m
}

type reply struct {
	Event struct {
		Header   struct{ Namespace, Name, MessageID, CorrelationToken, PayloadVersion string }
		Endpoint struct{ EndpointID string }
		Payload  struct {
			Type, Message string
			Endpoints     []any
		}
	}
}

func invoke(t *testing.T, app *App, event string) (reply, []byte) {
	t.Helper()
	b, err := app.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatalf("Invoke failed: %v", err)
	}
	var r reply
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatalf("the reply is not JSON: %v: %s", err, b)
	}
	return r, b
}

// TestAnswersOfTheHome is the table of the contract: what Home Assistant, or what
// stands in front of it, answers, and what Alexa and the owner are told.
func TestAnswersOfTheHome(t *testing.T) {
	html, plain := http.Header{"Content-Type": {"text/html"}, "Cf-Ray": {"1"}}, http.Header{"Content-Type": {"text/plain"}}
	expired := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1000000000}`)) + ".x"
	for name, tt := range map[string]struct {
		status      int
		header      http.Header
		body        string
		settings    map[string]string
		want, cause string
	}{
		"refused token":     {status: 401, want: "INVALID_AUTHORIZATION_CREDENTIAL", cause: "unauthorized"},
		"expired token":     {status: 401, settings: map[string]string{config.EnvToken: expired}, want: "EXPIRED_AUTHORIZATION_CREDENTIAL", cause: "expired"},
		"banned":            {status: 403, header: plain, want: "BRIDGE_UNREACHABLE", cause: "banned"},
		"Cloudflare":        {status: 403, header: html, want: "BRIDGE_UNREACHABLE", cause: "cloudflare"},
		"Cloudflare Access": {status: 302, header: http.Header{"Location": {"https://x.cloudflareaccess.com/cdn-cgi/access/login"}}, want: "BRIDGE_UNREACHABLE", cause: "cloudflare_access"},
		"not configured":    {status: 404, want: "BRIDGE_UNREACHABLE", cause: "not_configured"},
		"untrusted proxy":   {status: 400, want: "BRIDGE_UNREACHABLE", cause: "bad_request"},
		"failed":            {status: 500, want: "INTERNAL_ERROR", cause: "server_error"},
		"shutting down":     {status: 503, want: "BRIDGE_UNREACHABLE", cause: "shutting_down"},
		"proxy alone 502":   {status: 502, want: "BRIDGE_UNREACHABLE", cause: "bad_gateway"},
		"proxy alone 504":   {status: 504, want: "BRIDGE_UNREACHABLE", cause: "bad_gateway"},
		"proxy alone 522":   {status: 522, want: "BRIDGE_UNREACHABLE", cause: "bad_gateway"},
		"proxy alone 530":   {status: 530, want: "BRIDGE_UNREACHABLE", cause: "bad_gateway"},
		"limited":           {status: 429, want: "RATE_LIMIT_EXCEEDED", cause: "rate_limited"},
		"nothing in it":     {status: 200, want: "INTERNAL_ERROR", cause: "malformed"},
		"no JSON":           {status: 200, body: "<html>" + canary, want: "INTERNAL_ERROR", cause: "malformed"},
		"no event":          {status: 200, body: "{}", want: "INTERNAL_ERROR", cause: "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range tt.header {
					w.Header()[k] = v
				}
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer home.Close()
			app, out := started(t, home.URL, tt.settings)
			r, b := invoke(t, app, turnOn)
			h := r.Event.Header
			if r.Event.Payload.Type != tt.want || h.Namespace != "Alexa" || h.Name != "ErrorResponse" {
				t.Errorf("the reply is %s, want %s", b, tt.want)
			}
			if h.MessageID == "" || h.PayloadVersion != "3" || h.CorrelationToken != "c-"+canary || r.Event.Endpoint.EndpointID != "light#kitchen" {
				t.Errorf("the reply lacks something of its header or endpoint: %s", b)
			}
			if line := out.line(t); line["cause"] != tt.cause || line["success"] != false {
				t.Errorf("the line says %v, want cause %s", line, tt.cause)
			}
		})
	}
}

func TestForwarding(t *testing.T) {
	var got []byte
	var requests atomic.Int32
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		requests.Add(1)
		if r.Header.Get("Authorization") != "Bearer "+canary {
			t.Error("the stored token is not shown to the home")
		}
		b := new(bytes.Buffer)
		_, _ = b.ReadFrom(r.Body)
		got = b.Bytes()
		_, _ = w.Write([]byte(handled))
	}))
	defer home.Close()
	app, out := started(t, home.URL, nil)
	_, b := invoke(t, app, turnOn)
	if string(got) != turnOn || string(b) != handled || requests.Load() != 1 {
		t.Errorf("sent %s in %d requests, answered %s; want the bytes as they came, once", got, requests.Load(), b)
	}
	line := out.line(t)
	var meta struct {
		CloudWatchMetrics []struct {
			Namespace string
			Metrics   []struct{ Name, Unit string }
		}
	}
	raw, _ := json.Marshal(line["_aws"])
	if err := json.Unmarshal(raw, &meta); err != nil || len(meta.CloudWatchMetrics) != 1 || meta.CloudWatchMetrics[0].Namespace != config.Namespace {
		t.Fatalf("the line declares no metrics: %s", raw)
	}
	units := map[string]string{}
	for _, m := range config.Metrics() {
		units[m.Name] = m.Unit
	}
	for _, m := range meta.CloudWatchMetrics[0].Metrics {
		if _, number := line[m.Name].(float64); !number || units[m.Name] != m.Unit {
			t.Errorf("%s (%s) is declared and %v on the line; want a number in %s", m.Name, m.Unit, line[m.Name], units[m.Name])
		}
	}
	for _, field := range []string{"correlation_id", "gateway_chain", "gateway_utilization", "duration", "success", "cache_hit", "memory_usage", "namespace", "name", config.DimensionStage, config.HomeDuration.Name} {
		if line[field] == nil {
			t.Errorf("the line lacks %s: %v", field, line)
		}
	}
}

// TestQuestionsThatFail looks that each directive is told of a failure as Alexa
// takes it for that directive.
func TestQuestionsThatFail(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }))
	defer home.Close()
	for event, want := range map[string]string{
		discover: "Alexa.Discovery.Discover.Response", reportState: "Alexa.StateReport", acceptGrant: "Alexa.Authorization.ErrorResponse", turnOn: "Alexa.ErrorResponse",
	} {
		app, _ := started(t, home.URL, nil)
		r, b := invoke(t, app, event)
		if got := r.Event.Header.Namespace + "." + r.Event.Header.Name; got != want {
			t.Errorf("the reply is %s, want %s: %s", got, want, b)
		}
		if event == acceptGrant && r.Event.Payload.Type != "ACCEPT_GRANT_FAILED" {
			t.Errorf("the grant failed with %s, want ACCEPT_GRANT_FAILED", r.Event.Payload.Type)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for name, tt := range map[string]struct {
		setting, value, want string
	}{
		"no URL":        {config.EnvURL, "", "HOME_ASSISTANT_URL is missing"},
		"no address":    {config.EnvURL, "home", "HOME_ASSISTANT_URL is not an address"},
		"no token":      {config.EnvToken, "", "HOME_ASSISTANT_TOKEN is missing"},
		"token source":  {config.EnvTokenSource, "both", "stored or linked"},
		"timeout":       {config.EnvTimeout, "soon", "a number of seconds"},
		"level":         {config.EnvLogLevel, "loud", "debug, info, warn or error"},
		"certificate":   {config.EnvCA, "nonsense", "HOME_ASSISTANT_CA"},
		"verify or not": {config.EnvVerifySSL, "perhaps", "true or false"},
	} {
		t.Run(name, func(t *testing.T) {
			app, out := started(t, "http://127.0.0.1:1", map[string]string{tt.setting: tt.value})
			if start := strings.Join(out.lines, ""); !strings.Contains(start, tt.want) {
				t.Errorf("the start wrote %q, want %q in it", start, tt.want)
			}
			if r, b := invoke(t, app, turnOn); r.Event.Payload.Type != "INTERNAL_ERROR" {
				t.Errorf("the reply is %s, want INTERNAL_ERROR", b)
			}
			if line := out.line(t); line["cause"] != "settings" {
				t.Errorf("the cause is %v, want settings", line["cause"])
			}
		})
	}
}

// TestNoReplyComesLate has a home that never answers, and a caller who waits for
// 400 ms: the reply is made a sixteenth of that before the end, on the bubble's clock.
func TestNoReplyComesLate(t *testing.T) {
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

// TestPanicIsAnswered has what the application gives to the gateways panic. When that
// happens after the home has answered, Alexa gets the home's reply all the same.
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

// A bomb panics when it is given a line with a text.
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

// TestNowhereForFiles has a cache that cannot write its files, which it says in the
// log while it is at it: nothing may wait for itself.
func TestNowhereForFiles(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary, config.EnvTokenSource: string(config.Stored)}
	out := &writer{}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: out, Dir: "/dev/null/none"})
	app.Start(t.Context())
	reply, err := app.Invoke(t.Context(), []byte(turnOn))
	if err != nil || !bytes.Contains(reply, []byte(`"name":"Response"`)) {
		t.Errorf("the answer is %s, %v; want the home's", reply, err)
	}
	if log := strings.Join(out.lines, ""); strings.Count(log, `"level":"WARN"`) != 1 {
		t.Errorf("the log is %s, want one warning of the files", log)
	}
}

func TestNoSecretInAnyOutput(t *testing.T) {
	answers := []string{handled, `{"event":` + handled + `}`, `<html>Bearer ` + canary}
	for _, status := range []int{200, 401, 403, 500} {
		for _, answer := range answers {
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(answer))
			}))
			for _, source := range []config.TokenSource{config.Stored, config.Linked} {
				app, out := started(t, home.URL, map[string]string{config.EnvTokenSource: string(source), config.EnvLogLevel: "debug"})
				for _, event := range []string{turnOn, discover, reportState, acceptGrant, turnOn[:len(turnOn)-9], `{"operation":"initialization.settings"}`, `{"operation":"lambda.status"}`} {
					b, err := app.Invoke(t.Context(), []byte(event))
					if err != nil {
						t.Errorf("Invoke failed: %v", err)
					}
					if !strings.Contains(event, "directive") && bytes.Contains(b, []byte(canary)) {
						t.Errorf("the answer to %s shows a secret", event)
					}
				}
				if log := strings.Join(out.lines, ""); strings.Contains(log, canary) {
					t.Errorf("the log shows a secret (status %d): %s", status, log)
				}
			}
			home.Close()
		}
	}
}

func TestOperations(t *testing.T) {
	app, _ := started(t, "http://127.0.0.1:1", nil)
	for event, want := range map[string]string{
		`{"operation":"cache.set","input":{"key":"a","value":1}}`:  `"success":true`,
		`{"operation":"cache.get","input":{"key":"none"}}`:         `"not_found"`,
		`{"operation":"cache.get","input":{"kee":"a"}}`:            `kee`,
		`{"operation":"no.such"}`:                                  `there is no operation`,
		`{"operation":"cache.GET_STATS"}`:                          `"lookups"`,
		`{"operation":"cache.FLUSH","input":{}}`:                   `"disk_files"`,
		`{"operation":"cache.FLUSH","input":{"pattern":"a*"}}`:     `field pattern is what cache.FLUSH stands for`,
		`{"operation":"utility.generate_correlation_id","more":1}`: `more`,
		`{}`: `neither a Smart Home directive`, `[]`: `not a JSON object`, ``: `is empty`, `{`: `ends too early`,
	} {
		b, err := app.Invoke(t.Context(), []byte(event))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s is answered with %s, %v; want %s in it", event, b, err, want)
		}
		for _, field := range []string{"success", "message", "data", "error", "timestamp", "correlation_id", "duration"} {
			if !strings.Contains(string(b), fmt.Sprintf("%q:", field)) {
				t.Errorf("the answer to %s lacks %s: %s", event, field, b)
			}
		}
	}
}

// TestConcurrentDirectives is for the race detector.
func TestConcurrentDirectives(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	app, _ := started(t, home.URL, nil)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for _, event := range []string{turnOn, reportState, `{"operation":"lambda.status"}`, `{"operation":"cache.set","input":{"key":"a","value":1}}`} {
				if _, err := app.Invoke(t.Context(), []byte(event)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkDirective(b *testing.B) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: &bytes.Buffer{}})
	app.Start(b.Context())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := app.Invoke(b.Context(), []byte(turnOn)); err != nil {
			b.Fatal(err)
		}
	}
}
