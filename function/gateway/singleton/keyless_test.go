package singleton_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
)

type keyless struct{ n int }

func (keyless) CacheKey() (string, time.Duration) { return "", 0 }

// TestNoKey checks that calls without a key run side by side, each with its own result.
func TestNoKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		op := core.Define[keyless, int](core.Security, "double", "Double.")
		d := core.NewDispatcher(&singleton.Store{})
		core.Handle(d, op, func(_ context.Context, in keyless) (int, error) {
			time.Sleep(time.Second)
			return 2 * in.n, nil
		})
		var all sync.WaitGroup
		for n := range 5 {
			all.Go(func() {
				if got, err := core.Do(t.Context(), d, op, keyless{n}); got != 2*n || err != nil {
					t.Errorf("%d gave %d, %v, want %d", n, got, err, 2*n)
				}
			})
		}
		all.Wait()
	})
}
