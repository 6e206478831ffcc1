package cache_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

var sizes = []int{1_000, 10_000, 100_000}

// filled returns a store with n entries that are valid for an hour, and their keys.
func filled(n int) (*cache.Store, []string) {
	s := cache.New(cache.Options{Limits: map[cache.Namespace]cache.Limits{
		cache.Response: {Entries: 2 * n, Bytes: 1 << 30, Min: time.Hour, Default: time.Hour, Max: time.Hour},
	}})
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("key of entry %d", i)
		s.Namespace(cache.Response).Keep(keys[i], i, time.Hour)
	}
	return s, keys
}

// BenchmarkHit looks up the same entry of n.
func BenchmarkHit(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, keys := filled(n)
			values, key := s.Namespace(cache.Response), keys[n/2]
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := values.Load(key); !ok {
					b.Fatal("a miss")
				}
			}
		})
	}
}

// BenchmarkHits looks up a hundred entries of n in turn.
func BenchmarkHits(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, keys := filled(n)
			values, step, i := s.Namespace(cache.Response), n/100, 0
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := values.Load(keys[i]); !ok {
					b.Fatal("a miss")
				}
				if i += step; i >= n {
					i = 0
				}
			}
		})
	}
}

func BenchmarkMiss(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, _ := filled(n)
			values := s.Namespace(cache.Response)
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := values.Load("none"); ok {
					b.Fatal("a hit")
				}
			}
		})
	}
}

// BenchmarkKeep replaces a hundred entries of n in turn.
func BenchmarkKeep(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, keys := filled(n)
			values, step, i := s.Namespace(cache.Response), n/100, 0
			b.ReportAllocs()
			for b.Loop() {
				values.Keep(keys[i], i, time.Hour)
				if i += step; i >= n {
					i = 0
				}
			}
		})
	}
}

// BenchmarkKeyed runs an operation whose result is cached.
func BenchmarkKeyed(b *testing.B) {
	s := cache.New(cache.Options{})
	d := core.NewDispatcher(s)
	core.Handle(d, asked, func(context.Context, question) (reply, error) { return reply{1}, nil })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := core.Do(b.Context(), d, asked, question{Text: "a", TTL: time.Hour}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDisk stores and looks up a value of 10 KB on disk.
func BenchmarkDisk(b *testing.B) {
	value, _ := json.Marshal(make([]int, 5000))
	o := cache.Options{Dir: b.TempDir(), Clean: func([]byte) bool { return true }, Limits: map[cache.Namespace]cache.Limits{
		cache.Discovery: {Entries: 1, Bytes: 1, Min: time.Hour, Default: time.Hour, Max: time.Hour}, // so that it does not fit into memory
	}}
	d := core.NewDispatcher(cache.New(o))
	set := cache.SetInput{Namespace: cache.Discovery, Key: "a", Value: value}
	get := cache.GetInput{Namespace: cache.Discovery, Key: "a"}
	b.Run("set", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := core.Do(b.Context(), d, cache.Set, set); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := core.Do(b.Context(), d, cache.Get, get); err != nil {
				b.Fatal(err)
			}
		}
	})
}
