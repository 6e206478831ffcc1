package app

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// cacheOptions returns the levels of the cache: memory, a folder if there is one, and a
// table if the environment names one.
func (a *App) cacheOptions(o Options, sealer *security.Sealer, transport http.RoundTripper, tableCalls *atomic.Int64) cache.Options {
	guarded := a.guarded(circuitbreaker.ExternalCache)
	options := cache.Options{
		Dir: o.Dir,
		Guard: func(ctx context.Context, f func(context.Context) error) error {
			tableCalls.Add(1)
			return guarded(ctx, f)
		},
		Seal:         func(b []byte) ([]byte, error) { return keyed(sealer.Seal(b, sealContext)) },
		Open:         func(b []byte) ([]byte, error) { return keyed(sealer.Open(b, sealContext)) },
		Clean:        isClean,
		Problem:      a.warn,
		RefreshAhead: func() bool { return a.costs.Allows(utility.RefreshAhead) },
	}
	if name := o.Getenv(config.EnvCacheTable); name != "" {
		options.Table = table(name, o.Getenv, transport)
	}
	return options
}

// table returns the external level of the cache.
func table(name string, getenv func(string) string, transport http.RoundTripper) cache.Table {
	t := &cache.DynamoDB{
		Name: name, Region: getenv("AWS_REGION"), Endpoint: getenv("AWS_ENDPOINT_URL"), Transport: transport,
		Sign: func(ctx context.Context, r *http.Request, body []byte) error {
			return initialization.Sign(ctx, getenv, r, body, "dynamodb")
		},
	}
	if endpoint := getenv("AWS_ENDPOINT_URL_DYNAMODB"); endpoint != "" {
		t.Endpoint = endpoint
	}
	return t
}

// sealContext distinguishes what is sealed for the cache from what is for something
// else.
var sealContext = []byte("cache")

// keyed passes on its arguments, with the cache's own error where there is no key.
func keyed(b []byte, err error) ([]byte, error) {
	if core.KindOf(err) == core.NotFound {
		return nil, cache.ErrNoKey
	}
	return b, err
}

// isClean reports whether nothing in text looks like a secret.
func isClean(text []byte) bool {
	_, found := security.Redact(string(text))
	return found == 0
}

// warn writes a problem to the log that fails no directive.
func (a *App) warn(problem string) {
	_, _ = core.Do(context.Background(), a.dispatcher, logging.Write, logging.WriteInput{Level: slog.LevelWarn, Message: problem})
}

// snapshotKey is the key of the metrics' snapshot.
const snapshotKey = "metrics-snapshot"

// keepSnapshot keeps a snapshot of the metrics for the next process.
func (a *App) keepSnapshot(ctx context.Context, snapshot []byte) error {
	_, err := core.Do(ctx, a.dispatcher, cache.Set, cache.SetInput{Key: snapshotKey, Value: snapshot, TTL: core.Seconds(time.Hour)})
	return err
}

// keptSnapshot returns the snapshot that an earlier process kept.
func (a *App) keptSnapshot(ctx context.Context) ([]byte, error) {
	e, err := core.Do(ctx, a.dispatcher, cache.Get, cache.GetInput{Key: snapshotKey})
	return e.Value, err
}
