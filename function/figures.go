package main

import (
	"context"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/utility"
)

// usage is what the cost guard goes by.
func (a *App) usage() []utility.Usage {
	var all []utility.Usage
	for _, l := range a.metrics.Usage().Limits {
		if l.Limit > 0 {
			all = append(all, utility.Usage{Name: l.Name, Used: l.Month, Limit: l.Limit})
		}
	}
	return all
}

// startFacts returns what the start of the process took, as far as it went.
func (a *App) startFacts() metrics.Start {
	if a.ready.IsZero() {
		return metrics.Start{Took: core.Seconds(time.Since(a.began))}
	}
	return metrics.Start{Took: core.Seconds(a.ready.Sub(a.began)), Stages: a.started}
}

// figuresKey is where the snapshot of the metrics is kept, below memory.
const figuresKey = "metrics-snapshot"

// keepFigures keeps a snapshot of the metrics for the next process.
func (a *App) keepFigures(ctx context.Context, snapshot []byte) error {
	_, err := core.Do(ctx, a.dispatcher, cache.Set, cache.SetInput{Key: figuresKey, Value: snapshot, TTL: core.Seconds(time.Hour)})
	return err
}

func (a *App) keptFigures(ctx context.Context) ([]byte, error) {
	e, err := core.Do(ctx, a.dispatcher, cache.Get, cache.GetInput{Key: figuresKey})
	return e.Value, err
}
