package cache_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/core/coretest"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/singleton"
)

var (
	asked   = core.Define[question, reply](core.Security, "ask", "Answer.")
	unkeyed = core.Define[core.None, reply](core.Security, "ask_again", "Answer.")
)

// A question is a keyed input. Its text is the key.
type question struct {
	Text       string
	TTL        time.Duration
	Place      cache.Namespace
	Persistent bool
}

func (q question) CacheKey() (string, time.Duration) { return q.Text, q.TTL }

func (q question) CachePlace() (core.Namespace, bool) { return core.Namespace(q.Place), q.Persistent }

// A reply has the number of times that the implementation ran.
type reply struct{ Times int }

// A keyedShop is a store whose service caches replies.
type keyedShop struct {
	shop
	runs      int                           // of the implementation
	err       error                         // that the implementation returns
	wait      time.Duration                 // of the implementation
	hit, used bool                          // in the last call
	replies   func(question) (reply, error) // runs asked
	again     func() (reply, error)         // runs unkeyed
}

// keyed returns a shop with more modules.
func keyed(t *testing.T, o cache.Options, modules ...core.Module) *keyedShop {
	s := &keyedShop{shop: open(o)}
	var mu sync.Mutex
	watch := func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			err := next(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			s.hit, s.used = c.Hit, c.Used().Has(core.Cache)
			return err
		}
	}
	s.Dispatcher = core.NewDispatcher(append(modules, s.store, coretest.Serve(core.Metrics, watch))...)
	answer := func() (reply, error) {
		mu.Lock()
		s.runs++
		n := s.runs
		mu.Unlock()
		time.Sleep(s.wait)
		return reply{n}, s.err
	}
	core.Handle(s.Dispatcher, asked, func(context.Context, question) (reply, error) { return answer() })
	core.Handle(s.Dispatcher, unkeyed, func(context.Context, core.None) (reply, error) { return answer() })
	s.replies = func(q question) (reply, error) { return core.Do(t.Context(), s.Dispatcher, asked, q) }
	s.again = func() (reply, error) { return core.Do(t.Context(), s.Dispatcher, unkeyed, core.None{}) }
	return s
}

// wantLookups compares the lookups of every namespace; those that are not in want
// must have none.
func (s *keyedShop) wantLookups(t *testing.T, want map[cache.Namespace]cache.Lookups) {
	t.Helper()
	for _, ns := range cache.Namespaces() {
		if got := s.store.Lookups(ns); got != want[ns] {
			t.Errorf("namespace %s has lookups %+v, want %+v", ns, got, want[ns])
		}
	}
}

func TestKeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := keyed(t, cache.Options{})
		for i, tt := range []struct {
			q     question
			after time.Duration
			want  int // the number of the run that made the reply
			hit   bool
		}{
			{question{Text: "a", TTL: time.Minute}, 0, 1, false},
			{question{Text: "a", TTL: time.Minute}, 0, 1, true},
			{question{Text: "b", TTL: time.Minute}, 0, 2, false},
			{question{Text: "a", TTL: time.Minute}, time.Minute - 1, 1, true},
			{question{Text: "a", TTL: time.Minute}, 1, 3, false},
			{question{Text: "by use"}, 0, 4, false},
			{question{Text: "by use"}, 0, 4, true},
			{question{Text: "by use"}, 5*time.Minute - 1, 4, true},
			{question{Text: "by use"}, 5*time.Minute + 1, 5, false},
			{question{Text: "longer than the maximum", TTL: 24 * time.Hour}, 0, 6, false},
			{question{Text: "longer than the maximum", TTL: 24 * time.Hour}, time.Hour - 1, 6, true},
			{question{Text: "longer than the maximum", TTL: 24 * time.Hour}, 1, 7, false},
		} {
			time.Sleep(tt.after)
			got, err := s.replies(tt.q)
			if got.Times != tt.want || err != nil || s.hit != tt.hit || !s.used {
				t.Errorf("call %d of %q: got the reply of run %d, %v, hit %v, used %v; want run %d, hit %v", i, tt.q.Text, got.Times, err, s.hit, s.used, tt.want, tt.hit)
			}
		}
		s.wantLookups(t, map[cache.Namespace]cache.Lookups{cache.Response: {Hits: 5, Misses: 7}})
		if rate, any := s.store.Rate(); rate != 5./12 || !any {
			t.Errorf("the hit rate is %v, %v; want 5 of 12", rate, any)
		}
		s.want(t, `keys {}`, `"key":"security.ask longer than the maximum"`)
	})
}

// TestPassThrough calls without a key: nothing is cached or counted.
func TestPassThrough(t *testing.T) {
	for name, ask := range map[string]func(*keyedShop) (reply, error){
		"a key of \"\"":          func(s *keyedShop) (reply, error) { return s.replies(question{TTL: time.Minute}) },
		"one that is placed":     func(s *keyedShop) (reply, error) { return s.replies(question{Place: cache.Identity, Persistent: true}) },
		"an input without a key": func(s *keyedShop) (reply, error) { return s.again() },
	} {
		for _, fail := range []error{nil, core.Errorf(core.Unauthorized, core.CauseUnauthorized, "rejected")} {
			t.Run(fmt.Sprint(name, fail), func(t *testing.T) {
				s := keyed(t, cache.Options{Dir: t.TempDir()})
				s.err = fail
				for run := 1; run <= 3; run++ {
					if got, err := ask(s); got.Times != run || core.KindOf(err) != core.KindOf(fail) || s.hit || s.used {
						t.Errorf("got the reply of run %d, %v, hit %v, used %v; want run %d, neither", got.Times, err, s.hit, s.used, run)
					}
				}
				s.wantLookups(t, nil)
				if rate, any := s.store.Rate(); any {
					t.Errorf("there is a hit rate of %v", rate)
				}
				s.want(t, `size {}`, `{"entries":0,"bytes":0,"disk_files":0,"disk_bytes":0}`)
			})
		}
	}
}

// TestErrors has operations fail: only errors that say that a token was rejected are
// cached, for a minute, and looking for them costs the hit rate nothing.
func TestErrors(t *testing.T) {
	for _, kind := range core.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := keyed(t, cache.Options{})
				s.err = core.Errorf(kind, "planted", "planted")
				cached := kind == core.Unauthorized || kind == core.Expired
				for i, tt := range []struct {
					after     time.Duration
					runs      int // if the error is cached
					otherwise int
				}{{0, 1, 1}, {0, 1, 2}, {time.Minute - 1, 1, 3}, {1, 2, 4}} {
					time.Sleep(tt.after)
					got, err := s.replies(question{Text: "a", TTL: time.Hour, Place: cache.Identity})
					runs, hit := tt.otherwise, false
					if cached {
						runs, hit = tt.runs, i == 1 || i == 2
					}
					if core.KindOf(err) != kind || core.CauseOf(err) != "planted" || s.runs != runs || s.hit != hit {
						t.Errorf("call %d: got %+v, %v after %d runs, hit %v; want %d runs, hit %v", i, got, err, s.runs, s.hit, runs, hit)
					}
				}
				want := map[cache.Namespace]cache.Lookups{cache.Identity: {Misses: 4}}
				if cached {
					want = map[cache.Namespace]cache.Lookups{cache.Identity: {Misses: 2}, cache.Negative: {Hits: 2}}
				}
				s.wantLookups(t, want)
				if rate, any := s.store.Rate(); rate != 0 || !any {
					t.Errorf("the hit rate is %v, %v; want 0 of the lookups in identity", rate, any)
				}
				s.err = nil
				time.Sleep(time.Minute)
				if _, err := s.replies(question{Text: "a"}); err != nil {
					t.Errorf("the token is accepted again, and the call fails: %v", err)
				}
			})
		})
	}
	s := keyed(t, cache.Options{})
	s.err = errors.New("not one of ours")
	for range 2 {
		_, _ = s.replies(question{Text: "a"})
	}
	if s.runs != 2 {
		t.Errorf("an error without a kind was returned after %d runs, want 2", s.runs)
	}
}

// TestJoined has ten callers ask at once, with the singleton gateway installed.
func TestJoined(t *testing.T) {
	for key, wantRuns := range map[string]int{"a": 1, "": 10} {
		t.Run(key, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := keyed(t, cache.Options{}, new(singleton.Store))
				s.wait = time.Second
				q := question{Text: key, TTL: time.Minute}
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						if got, err := s.replies(q); err != nil || got.Times < 1 || got.Times > wantRuns {
							t.Errorf("got the reply of run %d, %v; want one of %d", got.Times, err, wantRuns)
						}
					})
				}
				all.Wait()
				if s.runs != wantRuns {
					t.Errorf("there were %d runs, want %d", s.runs, wantRuns)
				}
				cached := key != ""
				if got, err := s.replies(q); err != nil || s.hit != cached || cached && got.Times != 1 {
					t.Errorf("a later call got the reply of run %d, %v, hit %v; want a hit: %v", got.Times, err, s.hit, cached)
				}
				if st, err := core.Do(t.Context(), s.Dispatcher, singleton.GetStatus, core.None{}); err != nil || st.Joined != int64(10-wantRuns) {
					t.Errorf("%d calls were joined, %v; want %d", st.Joined, err, 10-wantRuns)
				}
			})
		})
	}
}
