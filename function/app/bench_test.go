package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// operations are what [BenchmarkOperation] runs, the i-th time.
var operations = []struct {
	name string
	run  func(ctx context.Context, d *core.Dispatcher, i int) error
}{
	{"good", func(ctx context.Context, d *core.Dispatcher, _ int) error {
		_, err := core.Do(ctx, d, logging.GetLevel, core.None{})
		return err
	}},
	{"failing", func(ctx context.Context, d *core.Dispatcher, _ int) error {
		if _, err := core.Do(ctx, d, metrics.Increment, metrics.IncrementInput{Name: config.Duration.Name}); err == nil {
			return errors.New("what is no counter was counted on")
		}
		return nil
	}},
	{"metric", func(ctx context.Context, d *core.Dispatcher, i int) error {
		_, err := core.Do(ctx, d, metrics.Record, metrics.RecordInput{Name: config.Duration.Name, Value: float64(i & 1023)})
		return err
	}},
	{"line", func(ctx context.Context, d *core.Dispatcher, _ int) error {
		_, err := core.Do(ctx, d, logging.Write, logging.WriteInput{Level: slog.LevelDebug, Message: "the door stands open"})
		return err
	}},
	{"cache set", func(ctx context.Context, d *core.Dispatcher, i int) error {
		_, err := core.Do(ctx, d, cache.Set, cache.SetInput{Key: fmt.Sprint("key-", i), Value: json.RawMessage(`{"a":1}`)})
		return err
	}},
	{"cache hit", func(ctx context.Context, d *core.Dispatcher, i int) error {
		if i == 0 {
			_, _ = core.Do(ctx, d, cache.Set, cache.SetInput{Key: "kept", Value: json.RawMessage(`{"a":1}`)})
		}
		_, err := core.Do(ctx, d, cache.Get, cache.GetInput{Key: "kept"})
		return err
	}},
}

// BenchmarkOperation runs operations of the whole function through all their services,
// within an invocation, after 1,000 and 100,000 runs of each.
func BenchmarkOperation(b *testing.B) {
	env := map[string]string{config.EnvURL: "http://127.0.0.1:1", config.EnvToken: canary, config.EnvStage: "test"}
	for _, n := range []int{1_000, 100_000} {
		app := New(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard})
		run, _ := core.NewRun(b.Context(), core.NewID())
		ctx := metrics.WithRecorder(app.begin(run, alexa.Operation{Name: "benchmark"}))
		for _, op := range operations {
			b.Run(fmt.Sprintf("%s/%d", op.name, n), func(b *testing.B) {
				for i := range n {
					if err := op.run(ctx, app.dispatcher, i); err != nil {
						b.Fatal(err)
					}
				}
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					if err := op.run(ctx, app.dispatcher, i); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
		}
	}
}

func BenchmarkDirective(b *testing.B) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: &bytes.Buffer{}})
	app.Start(b.Context())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := app.Invoke(b.Context(), []byte(turnOn)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkConcurrent answers 64 directives at a time in one process, as a host that gives a
// process more than one event does.
func BenchmarkConcurrent(b *testing.B) {
	const atOnce = 64
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(handled)) }))
	defer home.Close()
	env := map[string]string{config.EnvURL: home.URL, config.EnvToken: canary}
	app := New(Options{Getenv: func(name string) string { return env[name] }, Output: io.Discard})
	app.Start(b.Context())
	b.ReportAllocs()
	b.SetParallelism(atOnce / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := app.Invoke(b.Context(), []byte(turnOn)); err != nil {
				b.Error(err)
			}
		}
	})
}
