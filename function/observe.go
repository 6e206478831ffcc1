package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// Start makes the function ready, before the first event is asked for. What is
// missing or wrong goes to the log; directives are then answered with an error
// until it is mended.
func (a *App) Start(ctx context.Context) {
	const atMost = 4 * time.Second // of the 10 s that Lambda gives the start
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	status, err := core.Do(ctx, a.dispatcher, initialization.Run, initialization.RunInput{})
	if err != nil {
		status.Problem = err.Error()
	}
	write := func(level slog.Level, text string) {
		_, _ = core.Do(ctx, a.dispatcher, logging.Write, logging.WriteInput{Level: level, Message: text})
	}
	for _, warning := range status.Warnings {
		write(slog.LevelWarn, warning)
	}
	if status.Problem != "" {
		write(slog.LevelError, "the function is not ready: "+status.Problem)
	}
	a.preload(ctx)
	a.ready = time.Now()
}

// connect makes the connection to the home ahead of the first directive. A home that
// is away is told with that.
func (a *App) connect(ctx context.Context, url string) { _ = a.reach(ctx, url) }

// reach asks the home for what does nothing: a GET of the endpoint, which it answers
// with 405 and without a token.
func (a *App) reach(ctx context.Context, url string) error {
	const atMost = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	_, err := core.Do(ctx, a.dispatcher, httpclient.MakeRequest, httpclient.Request{
		Method: http.MethodGet, URL: url + "/api/alexa/smart_home", Limit: 64 << 10,
	})
	return err
}

// measure records the metrics of a directive.
func (a *App) measure(ctx context.Context, err error) {
	record := func(m config.Metric, v float64) {
		_, _ = core.Do(ctx, a.dispatcher, metrics.Record, metrics.RecordInput{Name: m.Name, Value: v})
	}
	record(config.Success, oneIf(err == nil))
	record(config.Duration, float64(time.Since(core.RunOf(ctx).Start).Microseconds())/1000)
	record(config.BreakerOpen, oneIf(core.KindOf(err) == core.Unavailable))
	record(config.ColdStart, oneIf(a.answers.Add(1) == 1))
	record(config.MemoryUsed, float64(metrics.RSS())/1e6)
	if rate, any := a.cache.Rate(); any {
		record(config.CacheHitRate, rate*100)
	}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (a *App) emf(ctx context.Context) []slog.Attr {
	stage := "unknown"
	if s := a.settings(); s != nil {
		stage = s.Stage
	} else if s := os.Getenv(config.EnvStage); s != "" {
		stage = s
	}
	return metrics.EMF(ctx, stage)
}
