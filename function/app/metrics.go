package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// measure records the metrics and the outcome of a directive or skill request that ended
// with err and was answered with reply.
func (a *App) measure(ctx context.Context, reply []byte, err error) {
	outcome := outcomeOf(reply, err)
	logging.Note(ctx, slog.String(wire.FieldOutcome, outcome.String()))
	values := []metrics.Value{
		{Name: config.Success.Name, Value: outcome.Success()},
		{Name: config.Duration.Name, Value: float64(time.Since(core.RunOf(ctx).Start).Microseconds()) / 1000},
		{Name: config.BreakerOpen.Name, Value: oneIf(core.KindOf(err) == core.Unavailable)},
		{Name: config.ColdStart.Name, Value: oneIf(a.answers.Add(1) == 1)},
		{Name: config.MemoryUsed.Name, Value: float64(metrics.RSS()) / 1e6},
	}
	a.record(ctx, values...)
}

// outcomeOf returns how a directive or skill request ended that was answered with reply,
// after err if it is not nil. An error type in the reply counts whoever gave it: Home
// Assistant reports its failures in a reply as good as any.
func outcomeOf(reply []byte, err error) wire.Outcome {
	if err != nil && core.KindOf(err) == core.Forbidden {
		switch core.CauseOf(err) {
		case core.CauseDenied, core.CausePolicy, core.CauseUnknownUser:
			return wire.Denied
		}
	}
	if errorType := alexa.ErrorTypeOf(reply); errorType != "" {
		return alexa.ErrorClass(errorType)
	}
	if err != nil {
		return wire.Failed
	}
	return wire.Succeeded
}

// record records values, without the services if one of them panics: an alarm depends
// on them.
func (a *App) record(ctx context.Context, values ...metrics.Value) {
	in := metrics.RecordInput{Values: values}
	if _, err := core.Do(ctx, a.dispatcher, metrics.Record, in); core.CauseOf(err) == core.CausePanic {
		_, _ = a.metrics.Record(ctx, in)
	}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// emf returns the metrics of the invocation of ctx, for its line.
func (a *App) emf(ctx context.Context) []slog.Attr {
	version := a.getenv("AWS_LAMBDA_FUNCTION_VERSION")
	if version == "$LATEST" { // which no deployment shifts to
		version = ""
	}
	return metrics.EMF(ctx, a.stage(), version)
}

// processAttrs returns what the line of an invocation says about the process.
func (a *App) processAttrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("memory_usage", lambda.Memory(metrics.RSS()/1e6, a.memoryMB()))}
	if rate, any := a.cache.Rate(); any {
		memory, disk, external := a.cache.Hits()
		attrs = append(attrs, slog.Float64("cache_hit_rate", rate), slog.Int64("cache_memory_hits", memory),
			slog.Int64("cache_disk_hits", disk), slog.Int64("cache_external_hits", external))
	}
	return attrs
}
