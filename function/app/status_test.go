package app

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

// TestStatusFollowsTheFacts changes one fact of a healthy function and checks its figure,
// which gateways lose points, and the reasons: these and no others.
func TestStatusFollowsTheFacts(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	took := func(d time.Duration) func(*testing.T, *App) {
		return func(_ *testing.T, a *App) { a.stats.Note(lambda.Outcome{Kind: alexa.KindDirective, Took: d}, "") }
	}
	failure := func(s wire.Status) any {
		if len(s.LastFailures) != 1 {
			return len(s.LastFailures)
		}
		f := s.LastFailures[0]
		said := strings.Contains(f.Said, "the proxy answers, but Home Assistant behind it does not") && !strings.Contains(f.Said, canary)
		return [3]any{f.Cause, f.Count, said && time.Since(f.Last) < time.Minute}
	}
	missed := func(s wire.Status) any { return s.CacheHitRate == nil || *s.CacheHitRate < 1 }
	refusals := slices.Repeat([]string{turnOn}, 10)
	for name, tt := range map[string]struct {
		env      map[string]string
		memory   string
		dir      string
		out      io.Writer
		home     http.HandlerFunc // default: every directive succeeds
		then     func(*testing.T, *App)
		figure   func(wire.Status) any
		want     any
		sections string   // the gateways that lose points
		reasons  []string // what each begins with
	}{
		"all is well": {then: answered(turnOn), figure: func(s wire.Status) any { return [3]any{s.Directives, s.SuccessRate, s.OverallHealth} }, want: [3]any{int64(1), 1.0, 100}},
		"stage":       {env: map[string]string{config.EnvStage: "cabin"}, figure: func(s wire.Status) any { return s.Stage }, want: "cabin"},
		"ready":       {figure: func(s wire.Status) any { return [2]any{s.Ready, s.Problem} }, want: [2]any{true, ""}},
		"a setting is out": {env: map[string]string{config.EnvToken: ""}, figure: func(s wire.Status) any {
			return s.Ready || !strings.Contains(s.Problem, "HOME_ASSISTANT_TOKEN is missing")
		}, want: false, sections: "initialization", reasons: []string{"the settings are not complete: HOME_ASSISTANT_TOKEN is missing"}},
		"a skill request": {env: talking(), then: answered(sample("help_fr")), figure: func(s wire.Status) any { return [2]any{s.SkillRequests, s.Directives} }, want: [2]any{int64(1), int64(0)}},
		"it failed":       {home: status(502), then: answered(turnOn), figure: failure, want: [3]any{"bad_gateway", int64(1), true}, sections: "circuit_breaker", reasons: []string{"1 of the last 1 directives and skill requests failed, the latest with bad_gateway", "circuit_breaker: the last 1 requests to home_assistant failed"}},
		"breaker open":    {home: status(502), then: answered(refusals...), figure: func(s wire.Status) any { return s.Gateways["circuit_breaker"].Points }, want: 50, sections: "circuit_breaker", reasons: []string{"10 of the last 10", "circuit_breaker: requests to home_assistant are paused since"}},
		"slow":            {then: took(6 * time.Second), figure: func(s wire.Status) any { return [3]float64{s.AvgResponseTime, s.P50, s.P90} }, want: [3]float64{6000, 6000, 6000}, reasons: []string{"one of ten answers takes 6.0 s or longer; Amazon warns"}},
		"a hit":           {then: after(`cache.set {"key":"a","value":1}`, `cache.get {"key":"a"}`), figure: missed, want: false},
		"a miss":          {then: answered(`{"operation":"cache.get","input":{"key":"a"}}`), figure: missed, want: true},
		"memory":          {memory: "1", figure: func(s wire.Status) any { return strings.Contains(s.MemoryUsage, "MB/1MB (") }, want: true, sections: "singleton", reasons: []string{"", "singleton: the process takes"}},
		"trail lost":      {out: deaf{}, then: answered(turnOn), figure: func(s wire.Status) any { return s.Gateways["logging"].Points }, want: 60, sections: "logging", reasons: []string{"logging: 1 lines were lost; the last write failed with: nobody listens"}},
		"no files":        {dir: "/dev/null/none", then: after(`cache.set {"key":"a","value":1}`), figure: func(s wire.Status) any { return s.Gateways["cache"].Points }, want: 90, sections: "cache", reasons: []string{"cache: "}},
		"debug":           {env: map[string]string{config.EnvLogLevel: "debug"}, figure: func(s wire.Status) any { return s.Gateways["logging"].Points }, want: 95, sections: "logging", reasons: []string{"logging: the level is DEBUG"}},
		"any certificate": {env: map[string]string{config.EnvVerifySSL: "false"}, figure: func(s wire.Status) any { return s.Gateways["http_client"].Points }, want: 90, sections: "http_client initialization", reasons: []string{"http_client: any certificate", "initialization: HOME_ASSISTANT_VERIFY_SSL is false"}},
		"a stranger":      {then: answered(`{}`), figure: func(s wire.Status) any { return s.Gateways["lambda"].Facts["unknown_events"] }, want: int64(1), sections: "lambda", reasons: []string{"lambda: 1 events were of no kind"}},
		"an operation":    {then: answered(`{"operation":"cache.get","input":{"key":"a"}}`), figure: func(s wire.Status) any { return s.Operations.Errors > 0 && s.Operations.Calls > s.Operations.Errors }, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.memory != "" {
				tt.env = map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": tt.memory}
			}
			does := tt.home
			if does == nil {
				does = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }
			}
			home := httptest.NewServer(does)
			defer home.Close()
			env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary, config.EnvStage: "test", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048"}
			for k, v := range tt.env {
				env[k] = v
			}
			if tt.out == nil {
				tt.out = io.Discard
			}
			if tt.dir == "" {
				tt.dir = t.TempDir()
			}
			before := time.Now()
			a := New(Options{Getenv: func(name string) string { return env[name] }, Output: tt.out, Dir: tt.dir})
			a.Start(t.Context())
			made := time.Now()
			if tt.then != nil {
				tt.then(t, a)
			}
			s, err := core.Do(t.Context(), a.dispatcher, lambda.GetStatus, core.None{})
			if err != nil {
				t.Fatal(err)
			}
			if got := tt.figure(s); got != tt.want {
				t.Errorf("the figure is %v, want %v", got, tt.want)
			}
			if s.Since.Before(before) || s.Since.After(made) {
				t.Errorf("the start is at %v, want it between %v and %v", s.Since, before, made)
			}
			var sections []string
			for g, h := range s.Gateways {
				if h.Points < 100 {
					sections = append(sections, g)
				}
			}
			slices.Sort(sections)
			if got := strings.Join(sections, " "); got != tt.sections {
				t.Errorf("the gateways that lose points are %q, want %q", got, tt.sections)
			}
			if !slices.EqualFunc(s.Reasons, tt.reasons, strings.HasPrefix) || (s.OverallHealth == 100) != (len(tt.reasons) == 0) {
				t.Errorf("there are %d points because of %q, want %q", s.OverallHealth, s.Reasons, tt.reasons)
			}
		})
	}
}

// deaf is an output that fails at every write.
type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, errors.New("nobody listens") }
