package logging

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A BeginInput is the input of [Begin].
type BeginInput struct {
	Subject string `json:"subject" doc:"message of the line, such as Alexa.PowerController.TurnOn"`
}

// An EndInput is the input of [End].
type EndInput struct {
	Err error `json:"-"` // of the invocation; nil if it succeeded
}

func (l *Log) begin(_ context.Context, in BeginInput) (*Record, error) {
	return &Record{Subject: in.Subject}, nil
}

// End is the operation of that name without the services around it: the application
// calls it when one of those fails. Only the first End of an invocation writes a line.
func (l *Log) End(ctx context.Context, in EndInput) (Written, error) {
	r := recordOf(ctx)
	if r == nil {
		return Written{}, core.Errorf(core.Internal, core.CauseNoRecord, "there is no invocation to end: run logging.begin and put its record into the context")
	}
	attrs, dropped, first := r.end()
	if !first {
		return Written{}, nil
	}
	l.count.invocations.Add(1)
	level := slog.LevelInfo
	if in.Err != nil {
		level = slog.LevelError
	}
	rec := slog.NewRecord(time.Now(), level, r.Subject, 0)
	rec.AddAttrs(common(ctx)...)
	rec.AddAttrs(outcome(ctx, in.Err)...)
	if l.opts.Version != "" {
		rec.AddAttrs(slog.String("version", l.opts.Version))
	}
	// Not in other lines: their writers may hold a lock that ProcessAttrs needs.
	rec.AddAttrs(l.opts.ProcessAttrs()...)
	rec.AddAttrs(attrs...)
	rec.AddAttrs(l.opts.Metrics(ctx)...)
	if dropped > 0 {
		rec.AddAttrs(slog.Int("lines_dropped", dropped))
	}
	withTrail := (in.Err != nil || l.Level() <= slog.LevelDebug) && l.opts.Debug()
	if withTrail {
		steps, missing := r.trailJSON()
		rec.AddAttrs(slog.Any("trail", steps), slog.Int("trail_missing", missing))
	}
	i := &item{at: rec.Time, level: level, id: core.CorrelationID(ctx), line: l.render(ctx, rec), record: r}
	defer l.ring.add(i)
	if err := l.out.write(level, i.line); err != nil {
		return Written{}, core.Errorf(core.Internal, core.CauseLog, "the line could not be written: %w", err)
	}
	if i.written = true; withTrail {
		r.flushed()
	}
	return Written{Written: true}, nil
}

// outcome returns how an invocation ended.
func outcome(ctx context.Context, err error) []slog.Attr {
	attrs := make([]slog.Attr, 0, 8)
	if run := core.RunOf(ctx); run != nil {
		attrs = append(attrs,
			slog.Float64("gateway_utilization", thousandths(run.Utilization())),
			slog.Float64("duration", milliseconds(time.Since(run.Start))),
			slog.Bool("cache_hit", run.Hit()),
		)
	}
	attrs = append(attrs, slog.Bool("success", err == nil))
	if err == nil {
		return attrs
	}
	attrs = append(attrs, slog.String("cause", string(core.CauseOf(err))), slog.Any("error", err))
	if p, ok := errors.AsType[*core.Panic](err); ok {
		attrs = append(attrs, slog.String("stack", string(p.Stack)))
	}
	return attrs
}

func thousandths(f float64) float64 { return float64(int(f*1000)) / 1000 }

// milliseconds returns d in milliseconds, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
