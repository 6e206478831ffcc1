package cache_test

import (
	"context"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// A revocable result, or error, is revoked once *now is another number than it was.
type revocable struct {
	Times    int
	was, now *int
}

func (r revocable) Revoked() bool { return r.was != r.now && *r.was != *r.now }

func (r revocable) Error() string { return "revocable" }

type admission struct {
	key   string
	fails error
}

func (a admission) CacheKey() (string, time.Duration) { return a.key, time.Minute }

// TestRevoked counts how often the implementation runs: twice in a row, and once more
// after a change that revokes what was cached.
func TestRevoked(t *testing.T) {
	now, was := 1, 1
	r := revocable{was: &was, now: &now}
	op := core.Define[admission, revocable](core.Security, "admit", "Admit.")
	for name, tt := range map[string]struct {
		admission
		twice, changed int
	}{
		"a result":              {admission{key: "a"}, 1, 2},
		"no key":                {admission{}, 2, 3},
		"a revocable refusal":   {admission{"a", core.Errorf(core.Forbidden, core.CauseUnknownUser, "%w", r)}, 1, 2},
		"a refusal":             {admission{"a", core.Errorf(core.Forbidden, core.CauseUnknownUser, "no")}, 2, 3},
		"an unknown token":      {admission{"a", core.Errorf(core.Unauthorized, core.CauseUnknownToken, "no")}, 1, 1},
		"a revocable failure":   {admission{"a", core.Errorf(core.Unreachable, core.CauseTimeout, "%w", r)}, 2, 3},
		"a revocable bad token": {admission{"a", core.Errorf(core.Unauthorized, core.CauseUnknownToken, "%w", r)}, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			was, now = 1, 1
			times := 0
			d := core.NewDispatcher(cache.New(cache.Options{}))
			core.Handle(d, op, func(_ context.Context, in admission) (revocable, error) {
				times++
				return revocable{Times: times, was: &was, now: &now}, in.fails
			})
			ask := func() {
				t.Helper()
				if got, err := core.Do(t.Context(), d, op, tt.admission); (err != nil) != (tt.fails != nil) || err == nil && got.Times != times {
					t.Errorf("got %+v, %v after %d runs", got, err, times)
				}
			}
			ask()
			ask()
			if times != tt.twice {
				t.Errorf("it ran %d times, want %d", times, tt.twice)
			}
			now = 2
			ask()
			if times != tt.changed {
				t.Errorf("after a change it had run %d times, want %d", times, tt.changed)
			}
		})
	}
}
