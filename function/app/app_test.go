package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// canary stands in every place for a token, and must not be in any output.
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

// A writer keeps what is written, one line a write.
type writer struct {
	mu     sync.Mutex
	lines  []string
	before int // lines that are not of the invocation
}

func (w *writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, string(b))
	return len(b), nil
}

// TestWithoutOptions has an App of which no option is set log at once, to standard output,
// and answer a directive before it has started.
func TestWithoutOptions(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	before := os.Stdout
	os.Stdout = out
	app := New(Options{})
	os.Stdout = before
	app.warn("the first line")
	_, b := invoke(t, app, turnOn)
	lines, err := os.ReadFile(out.Name())
	if all := strings.Split(strings.TrimSpace(string(lines)), "\n"); err != nil || len(all) != 2 ||
		!strings.Contains(all[0], `"message":"the first line"`) || !strings.Contains(all[1], `"outcome":"failed"`) || !strings.Contains(string(b), "ErrorResponse") {
		t.Errorf("%v: the reply is %s, the log\n%s", err, b, lines)
	}
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
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048", // enough for a test process under the race detector
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

// TestAnswersOfTheHome checks the contract: for each answer of Home Assistant, or of a
// proxy in front of it, the error type for Alexa and the cause for the owner.
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
				t.Errorf("the header or the endpoint of the reply is wrong: %s", b)
			}
			if line := out.line(t); line["cause"] != tt.cause || line["success"] != false {
				t.Errorf("the line is %v, want a failure with the cause %s", line, tt.cause)
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
			t.Error("the home does not get the stored token")
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
		t.Errorf("the home got %s in %d requests and Alexa got %s; want the bytes unchanged, once", got, requests.Load(), b)
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
		t.Fatalf("the line declares no metrics in the namespace: %s", raw)
	}
	units := map[string]string{}
	for _, m := range config.Metrics() {
		units[m.Name] = m.Unit
	}
	for _, m := range meta.CloudWatchMetrics[0].Metrics {
		if _, number := line[m.Name].(float64); !number || units[m.Name] != m.Unit {
			t.Errorf("%s is declared in %s and has the value %v; want a number in %s", m.Name, m.Unit, line[m.Name], units[m.Name])
		}
	}
	for _, field := range []string{"correlation_id", "gateway_chain", "gateway_utilization", "duration", "success", "cache_hit", "memory_usage", "namespace", "name", config.DimensionStage, config.HomeDuration.Name} {
		if line[field] == nil {
			t.Errorf("the line lacks %s: %v", field, line)
		}
	}
}

// TestFailuresByDirective checks that each directive fails with the reply that Alexa
// accepts for it.
func TestFailuresByDirective(t *testing.T) {
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
			t.Errorf("the type of the failed grant is %s, want ACCEPT_GRANT_FAILED", r.Event.Payload.Type)
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
