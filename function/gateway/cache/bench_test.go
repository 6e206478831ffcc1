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

// filled returns a store with n entries that hold for an hour, and their keys in
// the order in which they are asked for: one after the other, so that none is still
// in the processor's cache because it was asked for just now.
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

// BenchmarkHit looks up one entry of so many, again and again, as what is hot is.
func BenchmarkHit(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, keys := filled(n)
			shelf, key := s.Namespace(cache.Response), keys[n/2]
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := shelf.Load(key); !ok {
					b.Fatal("a miss")
				}
			}
		})
	}
}

// BenchmarkHits looks up a hundred entries of so many by turns.
func BenchmarkHits(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, keys := filled(n)
			shelf, step, i := s.Namespace(cache.Response), n/100, 0
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := shelf.Load(keys[i]); !ok {
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
			shelf := s.Namespace(cache.Response)
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := shelf.Load("none"); ok {
					b.Fatal("a hit")
				}
			}
		})
	}
}

// BenchmarkKeep replaces entries by turns in a store of n.
func BenchmarkKeep(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, keys := filled(n)
			shelf, i := s.Namespace(cache.Response), 0
			b.ReportAllocs()
			for b.Loop() {
				shelf.Keep(keys[i], i, time.Hour)
				if i++; i == n {
					i = 0
				}
			}
		})
	}
}

// BenchmarkKeyed runs an operation whose result is remembered.
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

// BenchmarkDisk keeps and finds a value of 10 KB on disk.
func BenchmarkDisk(b *testing.B) {
	value, _ := json.Marshal(make([]int, 5000))
	o := cache.Options{Dir: b.TempDir(), Clean: func([]byte) bool { return true }, Limits: map[cache.Namespace]cache.Limits{
		cache.Discovery: {Entries: 1, Bytes: 1, Min: time.Hour, Default: time.Hour, Max: time.Hour}, // so that memory has none
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
