package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/security"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// levels returns the cache, with the levels that there are.
func (a *App) levels(o Options, way http.RoundTripper, sign func(context.Context, *http.Request, []byte) error) *cache.Store {
	return cache.New(cache.Options{
		Dir:          o.Dir,
		Table:        table(o.Getenv, way, sign),
		Guard:        a.guardTable,
		Seal:         func(b []byte) ([]byte, error) { return keyed(a.keeper.Seal(b, cacheSeal)) },
		Open:         func(b []byte) ([]byte, error) { return keyed(a.keeper.Open(b, cacheSeal)) },
		Clean:        clean,
		Problem:      a.warn,
		RefreshAhead: func() bool { return a.guard.Allows(utility.RefreshAhead) },
	})
}

// cacheSeal tells what is sealed for the cache from what is for something else.
var cacheSeal = []byte("cache")

// keyed returns what it is given, and says in the cache's words that there is no key.
func keyed(b []byte, err error) ([]byte, error) {
	if core.KindOf(err) == core.NotFound {
		return nil, cache.ErrNoKey
	}
	return b, err
}

// table returns the table that the cache goes on in, or nil if there is none.
func table(getenv func(string) string, way http.RoundTripper, sign func(context.Context, *http.Request, []byte) error) cache.Table {
	if getenv == nil {
		getenv = os.Getenv
	}
	name := getenv(config.EnvCacheTable)
	if name == "" {
		return nil
	}
	t := &cache.DynamoDB{
		Name: name, Region: getenv("AWS_REGION"), Endpoint: getenv("AWS_ENDPOINT_URL"),
		Sign: sign, Transport: way,
	}
	if endpoint := getenv("AWS_ENDPOINT_URL_DYNAMODB"); endpoint != "" {
		t.Endpoint = endpoint
	}
	return t
}

// guardTable runs what asks the table, unless it failed too often.
func (a *App) guardTable(ctx context.Context, f func(context.Context) error) error {
	a.tableCalls.Add(1)
	return a.guarded(circuitbreaker.ExternalCache)(ctx, f)
}

// guarded returns what runs a function behind a breaker.
func (a *App) guarded(breaker string) func(context.Context, func(context.Context) error) error {
	return func(ctx context.Context, f func(context.Context) error) error {
		_, err := core.Do(ctx, a.dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{Breaker: breaker, Func: f})
		return err
	}
}

// clean reports whether a text has nothing in it that looks like a secret.
func clean(text []byte) bool {
	_, found := security.Scrub(string(text))
	return found == 0
}

// warn writes what is wrong, and costs no directive, to the log.
func (a *App) warn(problem string) {
	_, _ = core.Do(context.Background(), a.dispatcher, logging.Write, logging.WriteInput{Level: slog.LevelWarn, Message: problem})
}
