package web

import (
	"testing"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/simulator"
)

// TestHops draws a way whose operations are nested, with one that failed, one from the
// cache, and a request that was tried twice.
func TestHops(t *testing.T) {
	turn := simulator.Turn{Tries: 2, Way: []wire.Hop{
		{Operation: "security.authenticate", Took: 7, OK: true, CacheHit: true},
		{Operation: "http_client.make_request", Took: 6, OK: true},
		{Operation: "circuit_breaker.call", Took: 8, Cause: "reset"},
		{Operation: "lambda.handle_alexa", Took: 18, OK: true},
	}}
	want := []bar{
		{"lambda.handle_alexa", "18.000 ms", "ok", "good", "0.00", "100.00", 0},
		{"security.authenticate", "7.000 ms", "from the cache", "hit", "5.56", "38.89", 1},
		{"circuit_breaker.call", "8.000 ms", "failed: reset", "bad", "50.00", "44.44", 1},
		{"http_client.make_request", "6.000 ms", "ok, tried 2 times", "good", "55.56", "33.33", 2},
	}
	got := hops(turn)
	if len(got) != len(want) {
		t.Fatalf("%d bars: %+v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("bar %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if hops(simulator.Turn{}) != nil {
		t.Error("a turn without a way has bars")
	}
}
