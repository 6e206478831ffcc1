package cache_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// Asked is an operation whose result may be reused.
var asked = core.Define[question, reply](core.Security, "ask", "Answer.")

type question struct {
	Text  string
	TTL   time.Duration
	Place cache.Namespace // "": it does not last
}

func (q question) CacheKey() (string, time.Duration) { return q.Text, q.TTL }

func (q question) CachePlace() (core.Namespace, bool) { return core.Namespace(q.Place), q.Place != "" }

type reply struct{ Times int }

// asking returns a function that asks, and counts in *times how often that was
// answered by the implementation.
func asking(t *testing.T, s *cache.Store, times *int) func(question) (reply, error) {
	d := core.NewDispatcher(s.Service())
	core.Handle(d, asked, func(_ context.Context, q question) (reply, error) {
		*times++
		switch q.Text {
		case "refused":
			return reply{}, core.Errorf(core.Unauthorized, core.CauseUnauthorized, "refused")
		case "broken":
			return reply{}, errors.New("broken")
		case "panic":
			panic("planted")
		}
		return reply{*times}, nil
	})
	return func(q question) (reply, error) {
		t.Helper()
		return core.Do(t.Context(), d, asked, q)
	}
}

func TestKeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times int
		ask := asking(t, cache.New(cache.Options{}), &times)
		for _, tt := range []struct {
			text  string
			after time.Duration
			want  int // how often it was answered so far
		}{
			{"a", 0, 1}, {"a", 0, 1}, {"b", 0, 2}, {"a", time.Minute - 1, 2}, {"a", 1, 3},
			{"broken", 0, 4}, {"broken", 0, 5},
			{"refused", 0, 6}, {"refused", 0, 6}, {"refused", time.Minute, 7},
		} {
			time.Sleep(tt.after)
			_, err := ask(question{Text: tt.text, TTL: time.Minute})
			if times != tt.want {
				t.Errorf("%q was answered %d times by now, want %d", tt.text, times, tt.want)
			}
			if want := map[string]core.Kind{"refused": core.Unauthorized}[tt.text]; core.KindOf(err) != want {
				t.Errorf("%q fails with %v, want kind %v", tt.text, err, want)
			}
		}
	})
}

// TestLastingResult looks that a result that lasts is there for the next process.
func TestLastingResult(t *testing.T) {
	o := cache.Options{Dir: t.TempDir(), Clean: func([]byte) bool { return true }}
	times := 0
	for process := range 3 {
		q := question{Text: "a", TTL: time.Minute, Place: cache.Response}
		if process == 2 {
			q.Place = "" // which does not last
		}
		got, err := asking(t, cache.New(o), &times)(q)
		if want := map[int]int{0: 1, 1: 1, 2: 2}[process]; err != nil || got.Times != want {
			t.Errorf("process %d is answered %v, %v; want %d", process, got, err, want)
		}
	}
}

// TestRefreshAhead looks that what is hot is made again near its end, and nothing else.
func TestRefreshAhead(t *testing.T) {
	for name, tt := range map[string]struct {
		hits    int
		after   time.Duration
		text    string
		allowed bool
		want    cache.Refreshed
	}{
		"hot and near its end": {3, 55 * time.Second, "a", true, cache.Refreshed{Entries: 1}},
		"hot and young":        {3, 30 * time.Second, "a", true, cache.Refreshed{}},
		"cold":                 {1, 55 * time.Second, "a", true, cache.Refreshed{}},
		"ended":                {3, 60 * time.Second, "a", true, cache.Refreshed{}},
		"not allowed":          {3, 55 * time.Second, "a", false, cache.Refreshed{}},
		"fails":                {3, 55 * time.Second, "later broken", true, cache.Refreshed{Failures: 1}},
		"panics":               {3, 55 * time.Second, "later panic", true, cache.Refreshed{Failures: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := cache.New(cache.Options{RefreshAhead: func() bool { return tt.allowed }})
				d := core.NewDispatcher(s.Service())
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
						t.Errorf("it is answered with %d, want the value made ahead", got)
					}
				}
			})
		})
	}
}

func TestRefreshWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(cache.Options{})
		s.store.RefreshWith(cache.Discovery, "home*", func(_ context.Context, key string) (json.RawMessage, error) {
			return fmt.Appendf(nil, `"%s again"`, key), nil
		})
		for _, key := range []string{"home1", "other"} {
			s.run(t, `set {"namespace":"discovery","key":"`+key+`","value":1,"ttl_seconds":100}`)
			for range 2 {
				s.run(t, `get {"namespace":"discovery","key":"`+key+`"}`)
			}
		}
		time.Sleep(90 * time.Second)
		if got := s.store.Refresh(t.Context()); got.Entries != 1 {
			t.Errorf("refreshed %+v, want the one that matches", got)
		}
		time.Sleep(90 * time.Second)
		s.want(t, `get {"namespace":"discovery","key":"home1"}`, `"home1 again"`)
		s.want(t, `get {"namespace":"discovery","key":"other"}`, "nothing is kept")
	})
}

// TestPreload looks that a new process has what the ones before it used most.
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
			t.Error("nothing is due, though uses are to be written down")
		}
		s.store.Refresh(t.Context())
		if s.store.Due() {
			t.Error("something is due at once again")
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
