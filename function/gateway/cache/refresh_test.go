package cache_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// TestRefreshAhead requires that hot results are refreshed near their expiry, and no
// others.
func TestRefreshAhead(t *testing.T) {
	for name, tt := range map[string]struct {
		hits    int
		after   time.Duration
		text    string
		allowed bool
		want    cache.Refreshed
	}{
		"hot and near its expiry": {3, 55 * time.Second, "a", true, cache.Refreshed{Entries: 1}},
		"hot and young":           {3, 30 * time.Second, "a", true, cache.Refreshed{}},
		"cold":                    {1, 55 * time.Second, "a", true, cache.Refreshed{}},
		"expired":                 {3, 60 * time.Second, "a", true, cache.Refreshed{}},
		"not allowed":             {3, 55 * time.Second, "a", false, cache.Refreshed{}},
		"fails":                   {3, 55 * time.Second, "later broken", true, cache.Refreshed{Failures: 1}},
		"panics":                  {3, 55 * time.Second, "later panic", true, cache.Refreshed{Failures: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := cache.New(cache.Options{RefreshAhead: func() bool { return tt.allowed }})
				d := core.NewDispatcher(s)
				times := 0
				core.Handle(d, asked, func(_ context.Context, q question) (reply, error) {
					if times++; times > 1 && q.Text == "later broken" {
						return reply{}, errors.New("broken")
					} else if times > 1 && q.Text == "later panic" {
						panic("planted")
					}
					return reply{times}, nil
				})
				ask := func() int {
					r, _ := core.Do(t.Context(), d, asked, question{Text: tt.text, TTL: time.Minute})
					return r.Times
				}
				for range tt.hits + 1 {
					ask()
				}
				time.Sleep(tt.after)
				if due := s.Due(); due != (tt.want != cache.Refreshed{}) {
					t.Errorf("due is %v", due)
				}
				if got := s.Refresh(t.Context()); got != tt.want {
					t.Errorf("refreshed %+v, want %+v", got, tt.want)
				}
				if tt.want.Entries == 1 {
					time.Sleep(50 * time.Second)
					if got := ask(); got != 2 {
						t.Errorf("got %d, want the refreshed value", got)
					}
				}
			})
		})
	}
}

// TestPreload has a process load the keys that an earlier one used most.
func TestPreload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := cache.Options{Dir: t.TempDir()}
		s := open(o)
		for i := range 9 {
			s.run(t, fmt.Sprintf(`set {"namespace":"discovery","key":"k%d","value":%d}`, i, i))
			for range i * i {
				s.run(t, fmt.Sprintf(`get {"namespace":"discovery","key":"k%d"}`, i))
			}
		}
		if !s.store.Due() {
			t.Error("nothing is due, want the usage to be saved")
		}
		s.store.Refresh(t.Context())
		if s.store.Due() {
			t.Error("something is due again at once")
		}
		s = open(o)
		s.want(t, `preload {"most":3}`, `{"known":8,"loaded":3,"there":0,"gone":0,`)
		got := s.run(t, `keys {"namespace":"discovery"}`)
		for i := range 9 {
			if want := i >= 6; strings.Contains(got, fmt.Sprintf(`"k%d","levels":["memory"`, i)) != want {
				t.Errorf("k%d: want %v that it is in memory: %s", i, want, got)
			}
		}
		s.want(t, `preload {"most":4}`, `"loaded":1,"there":3`)
		time.Sleep(31 * 24 * time.Hour)
		s.want(t, `preload {}`, `"loaded":0,"there":0,"gone":8`)
		if h := open(o).store.Health(); h.Points != 100 {
			t.Errorf("the health is %+v", h)
		}
	})
}
