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
	r := invocationOf(ctx)
	if r == nil {
		return Written{}, core.Errorf(core.Internal, core.CauseNoRecord, "there is no invocation to end: run logging.begin and put its record into the context")
	}
	dropped, first := r.end()
	if !first {
		return Written{}, nil
	}
	l.count.invocations.Add(1)
	level := slog.LevelInfo
	if in.Err != nil {
		level = slog.LevelError
	}
	d := l.draft(ctx)
	defer d.release()
	d.outcome(ctx, in.Err)
	if l.opts.Version != "" {
		d.add(slog.String("version", l.opts.Version))
	}
	// Not in other lines: their writers may hold a lock that ProcessAttrs needs.
	d.attrs = l.opts.ProcessAttrs(d.attrs)
	d.attrs = r.appendNotes(d.attrs)
	d.attrs = l.opts.Metrics(ctx, d.attrs)
	if dropped > 0 {
		d.add(slog.Int("lines_dropped", dropped))
	}
	withTrail := (in.Err != nil || l.Level() <= slog.LevelDebug) && l.opts.Debug()
	if withTrail {
		steps, missing := r.trailJSON()
		d.add(slog.Any("trail", steps), slog.Int("trail_missing", missing))
	}
	i := d.item(ctx, level, r.Subject)
	i.record = r
	defer l.ring.add(i)
	if err := l.out.write(level, i.line); err != nil {
		return Written{}, core.Errorf(core.Internal, core.CauseLog, "the line could not be written: %w", err)
	}
	if i.written = true; withTrail {
		r.flushed()
	}
	return Written{Written: true}, nil
}

// outcome adds how the invocation ended.
func (d *draft) outcome(ctx context.Context, err error) {
	if run := core.RunOf(ctx); run != nil {
		d.add(
			slog.Float64("gateway_utilization", thousandths(run.Utilization())),
			slog.Float64("duration", milliseconds(run.Took())),
			slog.Bool("cache_hit", run.Hit()),
		)
	}
	d.add(slog.Bool("success", err == nil))
	if err == nil {
		return
	}
	d.add(slog.String("cause", string(core.CauseOf(err))), slog.Any("error", err))
	if p, ok := errors.AsType[*core.Panic](err); ok {
		d.add(slog.String("stack", string(p.Stack)))
	}
}

func thousandths(f float64) float64 { return float64(int(f*1000)) / 1000 }

// milliseconds returns d in milliseconds, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
