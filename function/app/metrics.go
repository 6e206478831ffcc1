package app

import (
	"context"
	"log/slog"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/homeassistant"
)

// measure records the metrics and the outcome of a directive or skill request that ended
// with err. How long a camera takes for a live session is no sign of a slow function.
func (a *App) measure(ctx context.Context, event alexa.Event, err error) {
	outcome := outcomeOf(ctx, err)
	logging.Note(ctx, slog.String(wire.FieldOutcome, outcome.String()))
	values := append(make([]metrics.Value, 0, 5),
		metrics.Value{Name: config.Success.Name, Value: outcome.Success()},
		metrics.Value{Name: config.BreakerOpen.Name, Value: oneIf(core.KindOf(err) == core.Unavailable)},
		metrics.Value{Name: config.ColdStart.Name, Value: oneIf(a.answers.Add(1) == 1)},
		metrics.Value{Name: config.MemoryUsed.Name, Value: float64(metrics.RSS()) / 1e6},
	)
	if !isWebRTC(event) {
		values = append(values, metrics.Value{Name: config.Duration.Name, Value: float64(core.RunOf(ctx).Took().Microseconds()) / 1000})
	}
	a.record(ctx, values...)
}

// outcomeOf returns how a directive or skill request ended for the person, after err if
// it is not nil. An error response of the home counts as what its type says: Home
// Assistant reports its failures in a reply as good as any.
func outcomeOf(ctx context.Context, err error) wire.Outcome {
	if refusal, ok := homeassistant.RefusalOf(ctx); ok {
		return alexa.ErrorClass(refusal.Type)
	}
	if err == nil {
		return wire.Succeeded
	}
	switch core.CauseOf(err) {
	case core.CausePolicy, core.CausePaused, core.CauseUnknownUser, core.CauseUnknownToken, core.CauseOtherApplication:
		return wire.Denied
	}
	if core.KindOf(err) == core.NotFound {
		return wire.AskedWrongly
	}
	return wire.Failed
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

// appendEMF appends the metrics of the invocation of ctx, for its line.
func (a *App) appendEMF(ctx context.Context, attrs []slog.Attr) []slog.Attr {
	version := a.getenv("AWS_LAMBDA_FUNCTION_VERSION")
	if version == "$LATEST" { // which no deployment shifts to
		version = ""
	}
	return metrics.AppendEMF(ctx, attrs, a.stage(), version)
}

// appendProcess appends what the line of an invocation says about the process.
func (a *App) appendProcess(attrs []slog.Attr) []slog.Attr {
	attrs = append(attrs, slog.String("memory_usage", lambda.Memory(metrics.RSS()>>20, a.memoryMB())))
	if rate, any := a.cache.Rate(); any {
		memory, disk, external := a.cache.Hits()
		attrs = append(attrs, slog.Float64("cache_hit_rate", rate), slog.Int64("cache_memory_hits", memory),
			slog.Int64("cache_disk_hits", disk), slog.Int64("cache_external_hits", external))
	}
	return attrs
}
