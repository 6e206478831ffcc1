package cache_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// TestPlace has two processes ask the same, one after the other, with the same folder.
func TestPlace(t *testing.T) {
	for _, tt := range []struct {
		place      cache.Namespace
		persistent bool
		key        bool
		in         cache.Namespace
		want       []int // runs after each process
		levels     string
	}{
		{"", false, true, cache.Response, []int{1, 2}, `["memory"]`},
		{"", true, false, cache.Response, []int{1, 1}, `["memory","disk"]`},
		{cache.Discovery, true, false, cache.Discovery, []int{1, 1}, `["memory","disk"]`},
		{cache.Identity, false, true, cache.Identity, []int{1, 2}, `["memory"]`},
		{cache.Identity, true, true, cache.Identity, []int{1, 1}, `["memory","disk"]`},
		{cache.Identity, true, false, cache.Identity, []int{1, 2}, `["memory"]`},
		{cache.Negative, false, true, cache.Negative, []int{1, 2}, `["memory"]`},
	} {
		t.Run(fmt.Sprint(tt.place, tt.persistent, tt.key), func(t *testing.T) {
			o := cache.Options{Dir: t.TempDir()}
			if tt.key {
				o.Seal, o.Open = sealer('k')
			}
			runs := 0
			for process, want := range tt.want {
				s := keyed(t, o)
				for range 2 {
					got, err := s.replies(question{Text: "a", TTL: time.Minute, Place: tt.place, Persistent: tt.persistent})
					if err != nil || got.Times != 1 {
						t.Errorf("process %d got the reply of run %d, %v; want that of a first run", process, got.Times, err)
					}
				}
				if runs += s.runs; runs != want {
					t.Errorf("after process %d there were %d runs, want %d", process, runs, want)
				}
				s.want(t, `keys {}`, `{"keys":[{"namespace":"`+string(tt.in)+`","key":"security.ask a","levels":`+tt.levels+`}],"more":0}`)
			}
			s := keyed(t, o)
			if got, err := s.replies(question{Text: "a", TTL: time.Minute, Place: tt.place}); err != nil || got.Times != 1 || s.runs != 1 || s.hit {
				t.Errorf("a result that is not persistent is the reply of run %d, %v, after %d runs, hit %v; want a new run", got.Times, err, s.runs, s.hit)
			}
		})
	}
}

// TestPersistentResultOfAnotherVersion has a file with a result that does not fit
// the output type: the operation runs again.
func TestPersistentResultOfAnotherVersion(t *testing.T) {
	o := cache.Options{Dir: t.TempDir()}
	text := core.Define[question, string](core.Security, "ask", "Answer.")
	s := open(o)
	core.Handle(s.Dispatcher, text, func(context.Context, question) (string, error) { return "text", nil })
	q := question{Text: "a", TTL: time.Hour, Persistent: true}
	if got, err := core.Do(t.Context(), s.Dispatcher, text, q); got != "text" || err != nil {
		t.Fatal(got, err)
	}
	next := keyed(t, o)
	if got, err := next.replies(q); got.Times != 1 || err != nil || next.hit {
		t.Errorf("got the reply of run %d, %v, hit %v; want a new run", got.Times, err, next.hit)
	}
	if problems := strings.Join(*next.problems, "\n"); problems != "" {
		t.Errorf("problems are reported: %s", problems)
	}
}
