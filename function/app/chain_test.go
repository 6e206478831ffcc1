package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// TestWayOfADirective follows directives through the whole function, as the log and the
// metrics record it: each stop once, and downward only.
func TestWayOfADirective(t *testing.T) {
	var atAmazon, atHome atomic.Int32
	amazon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		atAmazon.Add(1)
		_, _ = w.Write([]byte(`{"user_id":"amzn1.account.OWNER"}`))
	}))
	defer amazon.Close()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			atHome.Add(1)
		}
		_, _ = w.Write([]byte(handled))
	}))
	defer home.Close()
	guarded := map[string]string{
		config.EnvAllowedUsers: "amzn1.account.OWNER", config.EnvLogLevel: "debug",
		config.EnvPolicy: `[{"effect":"deny","name":"Unlock"}]`,
	}
	atLevel := map[string]string{config.EnvLogLevel: "debug"}
	// An operation is noted when it returns, so the deepest of those within another comes
	// first. logging.begin and logging.end, which open and close the record, are not in it.
	request := []string{"http_client.make_request", "circuit_breaker.call"}
	allowed := []string{"security.authenticate", "security.authorize_directive"}
	forwarded := slices.Concat(request, []string{"lambda.handle_alexa", "metrics.record"})
	app, out := startedWith(t, Options{Amazon: amazon.URL}, home.URL, guarded)
	plain, plainOut := started(t, home.URL, atLevel)
	for _, tt := range []struct {
		name         string
		app          *App
		out          *writer
		way          []string
		chain        string
		dispatches   int // in all
		amazon, home int32
	}{
		{"the first of a user", app, out,
			slices.Concat(request, allowed, forwarded), "lambda>security>circuit_breaker>http_client", 10, 1, 1},
		{"another of the same user", app, out,
			slices.Concat(allowed, forwarded), "lambda>security>circuit_breaker>http_client", 8, 0, 1},
		{"the first without allow-list and policy", plain, plainOut,
			forwarded, "lambda>circuit_breaker>http_client", 6, 0, 1},
		{"another without them", plain, plainOut,
			forwarded, "lambda>circuit_breaker>http_client", 6, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			atAmazon.Store(0)
			atHome.Store(0)
			tt.out.before = len(tt.out.lines)
			before := dispatches(t, tt.app)
			invoke(t, tt.app, turnOn)
			counted := dispatches(t, tt.app)
			line := tt.out.line(t)
			if got := way(t, line); !slices.Equal(got, tt.way) {
				t.Errorf("the operations returned in the order\n%q, want\n%q", got, tt.way)
			}
			// The metrics count every operation but their own.
			ran, want := 1, map[string]int64{"logging.begin": 1, "logging.end": 1}
			for _, op := range tt.way {
				if op != "metrics.record" {
					want[op]++
				}
			}
			for op, n := range counted {
				got := n - before[op]
				if ran += int(got); got != want[op] {
					t.Errorf("%s ran %d times, want %d", op, got, want[op])
				}
			}
			if ran != tt.dispatches {
				t.Errorf("%d operations ran, want %d", ran, tt.dispatches)
			}
			if chain := ownGateways(line["gateway_chain"], tt.chain); chain != tt.chain {
				t.Errorf("the gateways took part in the order %v, want %s among the services", line["gateway_chain"], tt.chain)
			}
			if a, h := atAmazon.Load(), atHome.Load(); a != tt.amazon || h != tt.home {
				t.Errorf("Amazon got %d requests and the home %d directives, want %d and %d", a, h, tt.amazon, tt.home)
			}
		})
	}
}

// way returns the operations of an invocation's line, in the order in which they
// returned, those that failed with the cause.
func way(t *testing.T, line map[string]any) (ops []string) {
	t.Helper()
	trail, _ := line["trail"].([]any)
	for _, step := range trail {
		s, _ := step.(map[string]any)
		message, _ := s["message"].(string)
		gateway, name, ok := strings.Cut(message, "_operation_")
		if !ok {
			t.Errorf("the trail has %v, which is no operation", s)
		}
		op := gateway + "." + name
		if cause, failed := s["cause"].(string); failed {
			op += ": " + cause
		}
		ops = append(ops, op)
	}
	if line["trail_missing"] != 0.0 {
		t.Errorf("%v steps are missing from the trail", line["trail_missing"])
	}
	return ops
}

// ownGateways returns a chain without the gateways that are not in another.
func ownGateways(chain any, among string) string {
	text, _ := chain.(string)
	gateways := slices.DeleteFunc(strings.Split(text, ">"), func(g string) bool {
		return !slices.Contains(strings.Split(among, ">"), g)
	})
	return strings.Join(gateways, ">")
}

// dispatches returns how often each operation ran so far.
func dispatches(t *testing.T, a *App) map[string]int64 {
	t.Helper()
	b, err := core.Execute(t.Context(), a.dispatcher, "metrics.stats", nil)
	var stats metrics.Stats
	if err == nil {
		err = json.Unmarshal(b, &stats)
	}
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int64{}
	for _, op := range stats.Operations {
		n[op.Name] = op.Count
	}
	return n
}
