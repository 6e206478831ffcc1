package cache_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// TestTTL has entries with a time to live that grows with use, and one with a fixed
// one.
func TestTTL(t *testing.T) {
	l := cache.Limits{Entries: 10, Bytes: 1 << 20, Min: time.Minute, Default: 5 * time.Minute, Max: 30 * time.Minute}
	for hits, want := range map[uint32]time.Duration{0: l.Min, 1: l.Default, 2: 2 * l.Default, 3: 4 * l.Default, 4: l.Max, 1 << 31: l.Max} {
		if got := l.TTL(hits); got != want {
			t.Errorf("after %d hits the TTL is %v, want %v", hits, got, want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := open(cache.Options{Limits: map[cache.Namespace]cache.Limits{cache.Response: l}})
		for _, key := range []string{"never", "once", "often", "fixed"} {
			ttl := ""
			if key == "fixed" {
				ttl = `,"ttl_seconds":120`
			}
			s.run(t, fmt.Sprintf(`set {"key":%q,"value":1%s}`, key, ttl))
		}
		get := func(key string) bool { return strings.Contains(s.run(t, `get {"key":"`+key+`"}`), "value") }
		get("once")
		for range 9 {
			get("often")
			get("fixed")
		}
		for _, tt := range []struct {
			at   time.Duration
			left []string
		}{
			{l.Min - 1, []string{"never", "once", "often", "fixed"}},
			{l.Min, []string{"once", "often", "fixed"}},
			{2*time.Minute - 1, []string{"once", "often", "fixed"}},
			{2 * time.Minute, []string{"once", "often"}},
			{l.Default, []string{"often"}},
			{l.Max - 1, []string{"often"}},
			{l.Max, nil},
		} {
			time.Sleep(tt.at - time.Since(start(t)))
			var left []string
			for _, key := range []string{"never", "once", "often", "fixed"} {
				if strings.Contains(s.run(t, `exists {"key":"`+key+`"}`), "true") {
					left = append(left, key)
				}
			}
			if !slices.Equal(left, tt.left) {
				t.Errorf("after %v there are %v, want %v", tt.at, left, tt.left)
			}
		}
	})
}

// start returns the time at which every synctest bubble starts.
func start(*testing.T) time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// TestBounds stores more than the limits allow.
func TestBounds(t *testing.T) {
	for name, l := range map[string]cache.Limits{
		"entries": {Entries: 10, Bytes: 1 << 30, Min: time.Hour, Default: time.Hour, Max: time.Hour},
		"bytes":   {Entries: 1000, Bytes: 10 * 400, Min: time.Hour, Default: time.Hour, Max: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(cache.Options{Limits: map[cache.Namespace]cache.Limits{cache.Response: l}})
			value := `"` + strings.Repeat("v", 170) + `"`
			for i := range 50 {
				s.run(t, fmt.Sprintf(`set {"key":"%d","value":%s}`, i, value))
				s.want(t, `get {"key":"0"}`, "value") // which keeps it recently used
			}
			size, _ := core.Do(t.Context(), s.Dispatcher, cache.GetSize, cache.NamespaceInput{})
			if size.Entries > 10 || size.Entries < 9 || size.Bytes > l.Bytes {
				t.Errorf("there are %d entries of %d bytes", size.Entries, size.Bytes)
			}
			s.want(t, `exists {"key":"49"}`, "true")
			s.want(t, `exists {"key":"1"}`, "false")
			s.want(t, `set {"key":"huge","value":"`+strings.Repeat("v", 5000)+`"}`, "levels")
			if name == "bytes" {
				s.want(t, `exists {"key":"huge"}`, "false")
				s.want(t, `exists {"key":"0"}`, "true")
			}
			if h := s.store.Health(); h.Facts["evictions"].(int64) < 40 {
				t.Errorf("the health has %v", h)
			}
		})
	}
}

// TestRate requires that namespace negative does not count, where a miss is the
// normal case.
func TestRate(t *testing.T) {
	s := open(cache.Options{Dir: t.TempDir()})
	if _, any := s.store.Rate(); any {
		t.Error("there is a rate before the first lookup")
	}
	s.run(t, `set {"key":"a","value":1}`)
	for range 3 {
		s.run(t, `get {"key":"a"}`)
		s.run(t, `get {"namespace":"negative","key":"a"}`)
		s.run(t, `exists {"key":"b"}`)
	}
	s.run(t, `get {"key":"b"}`)
	if rate, any := s.store.Rate(); rate != 0.75 || !any {
		t.Errorf("the rate is %v, want 0.75", rate)
	}
	s.run(t, `optimize {"max_bytes":1}`)
	s.run(t, `get {"key":"a"}`)
	if memory, disk, external := s.store.Hits(); memory != 3 || disk != 1 || external != 0 {
		t.Errorf("answered %d times by memory, %d by disk, %d by the table; want 3, 1, 0", memory, disk, external)
	}
	s.want(t, `stats {"namespace":"response"}`, `{"rate":0.8,"lookups":5,`,
		`{"level":"memory","namespace":"response","hits":3,"misses":2,"sets":2,"evictions":1,"expired":0,"entries":1,`,
		`{"level":"disk","namespace":"response","hits":1,"misses":1,"sets":1,`)
}
