package cache_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// A table is in memory, counts its calls and fails with fail.
type table struct {
	mu    sync.Mutex
	items map[string][]byte
	fail  func(context.Context) error
	calls int
}

func (x *table) call(ctx context.Context) error {
	x.calls++
	if x.fail != nil {
		return x.fail(ctx)
	}
	return nil
}

func (x *table) Read(ctx context.Context, key string) ([]byte, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.items[key], x.call(ctx)
}

func (x *table) Write(ctx context.Context, key string, value []byte, _ time.Time) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.items == nil {
		x.items = map[string][]byte{}
	}
	x.items[key] = value
	return x.call(ctx)
}

// TestFaultyTable has the table fail: it costs its timeout once and is reported once.
func TestFaultyTable(t *testing.T) {
	hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, tt := range map[string]struct {
		fail    func(context.Context) error
		problem string
	}{
		"throttles": {func(context.Context) error { return core.Errorf(core.RateLimited, core.CauseThrottled, "it is busy") }, "it is busy"},
		"denies":    {func(context.Context) error { return core.Errorf(core.Forbidden, core.CauseDenied, "the role may not") }, "the role may not"},
		"hangs":     {hang, "did not answer within 300ms"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := &table{fail: tt.fail}
				s := open(cache.Options{Table: x})
				for range 3 {
					s.want(t, getA, "is not cached")
					s.want(t, setA, `["memory"]`)
					s.want(t, getA, "stored text")
					s.run(t, `delete {"namespace":"discovery","key":"a"}`)
				}
				if x.calls != 1 || time.Since(start(t)) > 300*time.Millisecond {
					t.Errorf("it was called %d times in %v", x.calls, time.Since(start(t)))
				}
				if len(*s.problems) != 1 || !strings.Contains((*s.problems)[0], tt.problem) {
					t.Errorf("the problems are %q, want %q once", *s.problems, tt.problem)
				}
				if h := s.store.Health(); h.Points != 90 {
					t.Errorf("the health is %+v", h)
				}
				x.fail = nil
				time.Sleep(10 * time.Second)
				s.want(t, setA, `["memory","external"]`)
				if h := s.store.Health(); h.Points != 100 || h.Facts["external_failures"] != int64(1) {
					t.Errorf("it works again, and the health is %+v", h)
				}
			})
		})
	}
}

// TestDamagedItem has the table hold bytes that the cache did not write: they count
// as missing.
func TestDamagedItem(t *testing.T) {
	x := &table{}
	open(cache.Options{Table: x}).run(t, setA)
	for key := range x.items {
		x.items[key] = []byte("of someone else")
	}
	s := open(cache.Options{Table: x})
	s.want(t, getA, "is not cached")
	if len(*s.problems) != 1 || s.store.Health().Points != 95 {
		t.Errorf("the problems are %q; %+v", *s.problems, s.store.Health())
	}
}
