package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// measure records the metrics of a directive, without the services where one of them
// panics: an alarm goes by them.
func (a *App) measure(ctx context.Context, err error) {
	record := func(m config.Metric, v float64) {
		in := metrics.RecordInput{Name: m.Name, Value: v}
		if _, failed := core.Do(ctx, a.dispatcher, metrics.Record, in); core.CauseOf(failed) == core.CausePanic {
			_, _ = a.metrics.Record(ctx, in)
		}
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

// found records whether the weekly doctor found something.
func (a *App) found(ctx context.Context, err error) {
	_, _ = core.Do(ctx, a.dispatcher, metrics.Record, metrics.RecordInput{Name: config.DoctorFound.Name, Value: oneIf(err != nil)})
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

// lineFacts are what the line of an invocation tells of the process.
func (a *App) lineFacts() []slog.Attr {
	facts := []slog.Attr{slog.String("memory_usage", memoryUsage())}
	if rate, any := a.cache.Rate(); any {
		memory, disk, external := a.cache.Hits()
		facts = append(facts, slog.Float64("cache_hit_rate", rate), slog.Int64("cache_memory_hits", memory),
			slog.Int64("cache_disk_hits", disk), slog.Int64("cache_external_hits", external))
	}
	return facts
}
