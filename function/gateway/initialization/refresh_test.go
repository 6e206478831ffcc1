package initialization_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

func TestRefresh(t *testing.T) {
	env := map[string]string{"HOME_ASSISTANT_URL": "https://one.example.com", "HOME_ASSISTANT_TOKEN": "one"}
	var applied []string
	s := initialization.New(initialization.Options{
		Getenv: func(name string) string { return env[name] },
		Apply: func(s *initialization.Settings) error {
			applied = append(applied, s.URL)
			return nil
		},
	})
	d := core.NewDispatcher()
	d.Install(s)
	refresh := func() (initialization.Status, error) {
		return core.Do(t.Context(), d, initialization.Refresh, initialization.RefreshInput{})
	}
	if status, err := refresh(); err != nil || !status.Ready || s.Settings().URL != "https://one.example.com" {
		t.Fatalf("the first time: %+v, %v", status, err)
	}
	env["HOME_ASSISTANT_URL"], env["HOME_ASSISTANT_TOKEN"] = "https://two.example.com", "two"
	if status, err := refresh(); err != nil || !status.Ready || s.Settings().URL != "https://two.example.com" || s.Settings().Token.Reveal() != "two" {
		t.Errorf("changed: %+v, %v", status, err)
	}
	env["HOME_ASSISTANT_URL"] = ""
	if _, err := refresh(); core.CauseOf(err) != core.CauseSettings {
		t.Errorf("wrong settings: %v", err)
	}
	if got := s.Settings(); got == nil || got.URL != "https://two.example.com" || applied[len(applied)-1] != got.URL {
		t.Errorf("wrong settings are in effect: %+v, applied %v", got, applied)
	}
}

// A store is a fake of the parameter store.
type store struct {
	mu     sync.Mutex
	values map[string]string // guarded by mu; nil to deny access
	calls  int               // guarded by mu
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if s.values == nil {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"no"}`)
		return
	}
	var in struct{ Names []string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	type parameter struct{ Name, Type, Value string }
	out := struct {
		Parameters        []parameter
		InvalidParameters []string
	}{}
	for _, name := range in.Names {
		if value, ok := s.values[name]; ok {
			out.Parameters = append(out.Parameters, parameter{name, "SecureString", value})
		} else {
			out.InvalidParameters = append(out.InvalidParameters, name)
		}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (s *store) set(values map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = values
}

// stored returns a parameter store and the environment of a function that reads all it
// can from it.
func stored(t *testing.T) (*store, map[string]string) {
	t.Helper()
	s := &store{values: map[string]string{
		"/p/home-assistant/url": "https://one.example.org", "/p/log-level": "warn", "/p/token": "one", "/p/headers": `{"X-A":"one"}`,
	}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, map[string]string{
		config.EnvURL: "", config.EnvToken: "", config.EnvParameterPrefix: "/p", config.EnvTokenParameter: "/p/token", config.EnvHeadersParam: "/p/headers",
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
	}
}

// TestParametersExpire changes parameters while the function runs.
func TestParametersExpire(t *testing.T) {
	parameters, env := stored(t)
	s, d := loader(initialization.Options{TTL: time.Nanosecond}, env)
	var connected []string
	addStages(t, d, initialization.Dependency{Stage: "connections", After: []string{initialization.ParametersStage},
		Again: func(before, now *initialization.Settings) bool { return before.URL != now.URL },
		Run: func(_ context.Context, s *initialization.Settings) error {
			connected = append(connected, s.URL)
			return nil
		}})
	if status := run(t, d); !status.Ready || parameters.calls != 1 {
		t.Fatalf("%d calls: %s", parameters.calls, status.Problem)
	}
	if got := s.Settings(); got.LogLevel != slog.LevelWarn || got.Token.Reveal() != "one" || got.Headers["X-A"].Reveal() != "one" {
		t.Errorf("the settings are %+v", got)
	}
	if !s.Due() {
		t.Error("expired settings are not due")
	}
	refresh := func(in initialization.RefreshInput) error {
		_, err := core.Do(t.Context(), d, initialization.Refresh, in)
		return err
	}
	if err := refresh(initialization.RefreshInput{OlderThan: core.Seconds(time.Hour)}); err != nil || parameters.calls != 1 {
		t.Errorf("settings that had not expired were read again: %v", err)
	}

	parameters.set(map[string]string{"/p/home-assistant/url": "https://two.example.org", "/p/log-level": "debug", "/p/token": "two", "/p/headers": `{"X-A":"one"}`})
	if err := refresh(initialization.RefreshInput{}); err != nil {
		t.Fatal(err)
	}
	if got := s.Settings(); got.LogLevel != slog.LevelDebug || got.Token.Reveal() != "two" || got.URL != "https://two.example.org" {
		t.Errorf("the settings are %+v", got)
	}
	if want := []string{"https://one.example.org", "https://two.example.org"}; !slices.Equal(connected, want) {
		t.Errorf("connected to %v, want %v", connected, want)
	}

	parameters.set(nil)
	if err := refresh(initialization.RefreshInput{}); err == nil || !strings.Contains(err.Error(), "may not read") {
		t.Errorf("the error is %v", err)
	}
	if got := s.Settings(); got == nil || got.Token.Reveal() != "two" {
		t.Errorf("the last good settings are gone: %+v", got)
	}
	if h := s.Health(); h.Points != 80 || !strings.Contains(h.Reasons[0], "could not be read again") {
		t.Errorf("the health is %+v", h)
	}
	if run(t, d); len(connected) != 2 {
		t.Errorf("a refresh that failed ran stages again: %v", connected)
	}
}

// A counter is a cache that counts its look-ups.
type counter struct {
	kept          map[string]any
	loads, misses int
}

func (c *counter) Load(key string) (any, bool) {
	c.loads++
	v, ok := c.kept[key]
	if !ok {
		c.misses++
	}
	return v, ok
}

func (c *counter) Keep(key string, v any, _ time.Duration) { c.kept[key] = v }

// TestLookUps checks that the service looks the settings up once a call, and that
// nothing else does.
func TestLookUps(t *testing.T) {
	cache := &counter{kept: map[string]any{}}
	l, d := loader(initialization.Options{Cache: cache}, nil)
	call := l.Service()(func(context.Context, *core.Call) error { return nil })
	serve := func(times int) {
		for range times {
			if err := call(t.Context(), &core.Call{Spec: initialization.Run.Spec, Input: needy{}}); err != nil {
				t.Error(err)
			}
		}
	}
	run(t, d)
	serve(3)
	for range 10 {
		l.Settings()
	}
	clear(cache.kept)
	if l.Settings() == nil {
		t.Error("settings that the cache has forgotten are gone")
	}
	serve(2)
	if cache.loads != 5 || cache.misses != 1 {
		t.Errorf("%d look-ups, %d misses; want 5 and 1", cache.loads, cache.misses)
	}
	if l.Due() {
		t.Error("settings are due of which none can change")
	}
}

// TestDecryptions counts the encrypted parameters that are read, at the start and at a
// refresh.
func TestDecryptions(t *testing.T) {
	parameters, env := stored(t)
	var n atomic.Int64
	_, d := loader(initialization.Options{Decryptions: &n}, env)
	if run(t, d); n.Load() != 4 {
		t.Errorf("%d decryptions at the start, want 4", n.Load())
	}
	parameters.set(map[string]string{"/p/home-assistant/url": "https://two.example.org", "/p/token": "two", "/p/headers": `{}`})
	if _, err := core.Do(t.Context(), d, initialization.Refresh, initialization.RefreshInput{}); err != nil || n.Load() != 7 {
		t.Errorf("%d decryptions after a refresh, %v; want 7", n.Load(), err)
	}
}
