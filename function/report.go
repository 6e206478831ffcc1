package main

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// note enters an event that was answered into the book of the health report.
func (a *App) note(ctx context.Context, kind string, err error) {
	o, said := lambda.Outcome{Kind: kind, Err: err}, ""
	if run := core.RunOf(ctx); run != nil {
		o.Took, o.Utilization = time.Since(run.Start), run.Utilization()
	}
	if err != nil {
		said, _ = security.Scrub(err.Error())
	}
	a.book.Note(o, said)
}

// facts are what the health report is computed from.
func (a *App) facts(ctx context.Context) lambda.Facts {
	f := lambda.Facts{
		Stage: "unknown", Since: a.began, MemoryUsed: metrics.RSS() / 1e6, MemoryLimit: memoryMB(),
		Gateways: map[core.Gateway]core.Health{},
	}
	if set := a.settings(); set != nil {
		f.Stage, f.Ready = set.Stage, true
	} else if view, err := core.Do(ctx, a.dispatcher, initialization.GetSettings, core.None{}); err == nil {
		f.Problem, _ = security.Scrub(view.Problem)
	}
	if rate, any := a.cache.Rate(); any {
		f.CacheHitRate = &rate
	}
	f.Operations.Calls, f.Operations.Errors, f.Operations.CacheHits = a.metrics.Totals()
	for g, health := range a.health {
		f.Gateways[g] = health()
	}
	return f
}

// memoryUsage returns the resident set of the function's memory: "12MB/128MB (9%)".
func memoryUsage() string { return lambda.Memory(metrics.RSS()/1e6, memoryMB()) }

// memory returns the resident set and the function's memory, in bytes.
func memory() (used, limit int64) { return metrics.RSS(), memoryMB() * 1e6 }

// memoryMB returns the memory of the function, in MB.
func memoryMB() int64 { return int64(initialization.Size(os.Getenv)) }

// where says which invocation ctx belongs to.
func where(ctx context.Context) lambda.Invocation {
	return lambda.Invocation{
		RequestID:   logging.RequestID(ctx),
		Function:    cmp.Or(os.Getenv("AWS_LAMBDA_FUNCTION_NAME"), "local"),
		Version:     os.Getenv("AWS_LAMBDA_FUNCTION_VERSION"),
		Region:      os.Getenv("AWS_REGION"),
		MemoryLimit: memoryMB(),
		MemoryUsed:  metrics.RSS() / 1e6,
	}
}

// warmUp makes ready what the next directive needs, and reports whether the home
// answered.
func (a *App) warmUp(ctx context.Context) (bool, error) {
	status, err := core.Do(ctx, a.dispatcher, initialization.Run, core.None{})
	if err != nil {
		return false, err
	}
	set := a.settings()
	if set == nil {
		return false, core.Errorf(core.Internal, core.CauseSettings, "the function is not ready: %s", status.Problem)
	}
	return a.reach(ctx, set.URL) == nil, nil
}
