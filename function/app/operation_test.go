package app

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
)

// onLambda are the variables of a function of AWS; until is the time of its parameter.
func onLambda(until string) map[string]string {
	return map[string]string{"AWS_LAMBDA_FUNCTION_NAME": "hearthgate-test", config.EnvOperationsUntil: until}
}

// allowed is a time until which operations that change something are allowed.
func allowed() string { return time.Now().Add(30 * time.Minute).UTC().Format(time.RFC3339) }

// operate runs an operation and returns the standard response.
func operate(t *testing.T, app *App, event string) wire.Response {
	t.Helper()
	b, err := app.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	var r wire.Response
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return r
}

// TestS3Changes runs operations on a deployed function: those that change something only
// while that is allowed, by whatever name and however deep.
func TestS3Changes(t *testing.T) {
	const set = `{"operation":"cache.set","input":{"key":"a","value":1}}`
	in := func(d time.Duration) map[string]string { return onLambda(time.Now().Add(d).UTC().Format(time.RFC3339)) }
	for name, tt := range map[string]struct {
		settings map[string]string
		event    string
		runs     bool
	}{
		"on the own machine":      {nil, set, true},
		"a function of localrun":  {map[string]string{"AWS_LAMBDA_FUNCTION_NAME": config.LocalFunction}, set, true},
		"deployed":                {onLambda(""), set, false},
		"allowed":                 {onLambda(allowed()), set, true},
		"allowed for an hour":     {in(config.MaxOperations), set, true},
		"allowed a minute ago":    {in(-time.Minute), set, false},
		"allowed for a year":      {in(365 * 24 * time.Hour), set, false},
		"allowed for two hours":   {in(2 * time.Hour), set, false},
		"allowed for ever":        {onLambda("true"), set, false},
		"the older name":          {onLambda(""), `{"operation":"cache.FLUSH"}`, false},
		"inside another":          {onLambda(""), `{"operation":"lambda.handle_operation","input":` + set + `}`, false},
		"a directive":             {onLambda(""), `{"operation":"lambda.handle_alexa","input":` + turnOn + `}`, false},
		"an event":                {onLambda(""), `{"operation":"lambda.process","input":{"event":` + turnOn + `}}`, false},
		"configure":               {onLambda(""), `{"operation":"http_client.configure","input":{"body_limit":10}}`, false},
		"make_request":            {onLambda(""), `{"operation":"http_client.make_request","input":{"url":"https://example.com"}}`, false},
		"decrypt":                 {onLambda(""), `{"operation":"security.decrypt","input":{"sealed":"AQ"}}`, false},
		"reset the breaker":       {onLambda(""), `{"operation":"circuit_breaker.reset_all"}`, false},
		"level":                   {onLambda(""), `{"operation":"logging.set_level","input":{"level":"DEBUG"}}`, false},
		"read":                    {onLambda(""), `{"operation":"cache.stats"}`, true},
		"status":                  {onLambda(""), `{"operation":"lambda.status"}`, true},
		"diagnose":                {onLambda(""), `{"operation":"lambda.diagnose"}`, true},
		"list":                    {onLambda(""), `{"operation":"lambda.operations"}`, true},
		"refresh":                 {onLambda(""), `{"operation":"initialization.refresh"}`, true},
		"settings":                {onLambda(""), `{"operation":"initialization.settings"}`, true},
		"an older name that read": {onLambda(""), `{"operation":"cache.GET_STATS"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGuarded(t)
			app, _ := g.start(t, tt.settings)
			r := operate(t, app, tt.event)
			denied := r.Error != nil && r.Error.Type == "not_allowed"
			if denied == tt.runs || tt.runs && !r.Success || denied && !strings.Contains(r.Message, "hearthgate op --allow --stage test") {
				t.Errorf("got %+v, %+v; want that it runs: %v", r, r.Error, tt.runs)
			}
		})
	}
}

// TestS3Declared checks which operations a deployed function runs for anyone who may
// invoke it. An operation that is added changes something until someone says otherwise.
func TestS3Declared(t *testing.T) {
	app := New(Options{Getenv: func(string) string { return "" }, Output: io.Discard})
	for _, s := range app.dispatcher.Specs() {
		for _, verb := range []string{"set", "clear", "delete", "reset", "configure", "restore", "backup", "make_request", "batch", "optimize", "cleanup", "encrypt", "decrypt", "process", "handle_alexa", "handle_skill", "write", "flush", "record", "declare", "preload", "expire"} {
			if (s.Name == verb || strings.HasPrefix(s.Name, verb+"_") || strings.HasSuffix(s.Name, "_"+verb)) && !s.Changes() {
				t.Errorf("%s is said to read only", s)
			}
		}
	}
}

// TestOperationNames looks that a name stands for one operation.
func TestOperationNames(t *testing.T) {
	app, _ := started(t, "", nil)
	for _, s := range app.dispatcher.Specs() {
		if app.dispatcher.Spec(s.String()) != s {
			t.Errorf("two operations are called %s", s)
		}
	}
}

// TestS3HomeClient tries by name to lead the home's requests elsewhere: none comes
// there, nor does a secret, and the home is reached as before.
func TestS3HomeClient(t *testing.T) {
	const header = "header-" + canary
	for where, settings := range map[string]map[string]string{"own machine": nil, "deployed, allowed": onLambda(allowed())} {
		for _, change := range []string{
			`{"operation":"http_client.configure","input":{"proxy":"evil"}}`,
			`{"operation":"http_client.configure","input":{"home":"evil"}}`,
			`{"operation":"http_client.configure","input":{"home":"evil","headers":{"X-A":"b"}}}`,
			`{"operation":"http_client.set_timeout","input":{"request_seconds":0.000001}}`,
			`{"operation":"http_client.configure","input":{"answer_limit":1}}`,
			`{"operation":"http_client.reset"}`,
			`{"operation":"lambda.handle_operation","input":{"operation":"http_client.configure","input":{"proxy":"evil"}}}`,
		} {
			t.Run(where+" "+change, func(t *testing.T) {
				var caught atomic.Int32
				evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					b, _ := io.ReadAll(r.Body)
					if text := r.Header.Get("X-Secret") + r.Header.Get("Authorization") + string(b); strings.Contains(text, canary) {
						t.Errorf("the request elsewhere has a secret: %s", text)
					}
					caught.Add(1)
				}))
				defer evil.Close()
				var shown atomic.Int32
				home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost && r.Header.Get("X-Secret") == header && r.Header.Get("Authorization") == "Bearer "+canary {
						shown.Add(1)
					}
					_, _ = io.WriteString(w, handled)
				}))
				defer home.Close()
				env := map[string]string{config.EnvHeaders: `{"X-Secret":"` + header + `"}`}
				for k, v := range settings {
					env[k] = v
				}
				app, _ := started(t, home.URL, env)
				if r := operate(t, app, strings.ReplaceAll(change, "evil", evil.URL)); !r.Success {
					t.Errorf("it is refused: %s", r.Message)
				}
				if r, b := invoke(t, app, turnOn); r.Event.Header.Name != "Response" || caught.Load() != 0 || shown.Load() != 1 {
					t.Errorf("the reply is %s; %d requests went elsewhere, %d came home with its secrets", b, caught.Load(), shown.Load())
				}
				if where == "own machine" {
					operate(t, app, `{"operation":"http_client.make_request","input":{"url":"`+evil.URL+`"}}`)
					operate(t, app, `{"operation":"http_client.batch","input":{"requests":[{"url":"`+home.URL+`","method":"POST"}]}}`)
				}
				if shown.Load() != 1 {
					t.Error("a request by name carried the home's secrets")
				}
			})
		}
	}
}

// TestS3PublicOnly has a deployed function send requests by name to where no one on the
// internet could.
func TestS3PublicOnly(t *testing.T) {
	var reached atomic.Int32
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	app, _ := started(t, inside.URL, onLambda(allowed()))
	reached.Store(0)
	for _, url := range []string{
		"http://127.0.0.1" + port, "http://example.com", "https://127.0.0.1" + port, "https://localhost" + port, "https://[::1]" + port,
		"https://[::ffff:127.0.0.1]" + port, "https://[64:ff9b::7f00:1]" + port, "https://0.0.0.0" + port, "https://[::]" + port, "https://127.1.2.3" + port,
		"https://169.254.169.254", "https://[fe80::1]", "https://10.0.0.1", "https://172.16.0.1", "https://192.168.1.1", "https://100.64.0.1",
		"https://[fd00::1]", "https://224.0.0.1", "https://255.255.255.255", "https://[2002:7f00:1::]", "https://198.18.0.1",
	} {
		for _, operation := range []string{
			`{"operation":"http_client.make_request","input":{"url":"` + url + `"}}`,
			`{"operation":"http_client.warm_up","input":{"url":"` + url + `"}}`,
		} {
			if r := operate(t, app, operation); r.Success || r.Error.Type != "not_allowed" {
				t.Errorf("%s: got %+v, %+v", operation, r, r.Error)
			}
		}
		for _, operation := range []string{
			`{"operation":"http_client.batch","input":{"requests":[{"url":"` + url + `"}]}}`,
			`{"operation":"http_client.health_check","input":{"url":"` + url + `"}}`,
		} {
			if r := operate(t, app, operation); !strings.Contains(string(r.Data), `"cause":"not_allowed"`) {
				t.Errorf("%s: got %s", operation, r.Data)
			}
		}
	}
	if r := operate(t, app, `{"operation":"security.check_certificate","input":{"host":"127.0.0.1","port":`+port[1:]+`}}`); r.Success {
		t.Errorf("the certificate of an address inside was checked: %s", r.Data)
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("%d requests came through", n)
	}
}
