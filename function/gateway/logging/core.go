package logging

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/hearthgate/hearthgate/function/core"
)

// Options configure a [Log].
type Options struct {
	Output  io.Writer                         // default: standard output
	Metrics func(context.Context) []slog.Attr // the metrics of an invocation, to go on its line; default: none
	Scrub   func(string) (string, int)        // takes secrets out of a text; default: every error is hidden
}

// A Log writes lines of JSON, each with one call of Write. The names of its
// fields are those of AWS (lambdacontext); its own handler does not do, because
// it writes text unless an environment variable says otherwise, and to standard
// output only.
type Log struct {
	opts  Options
	level slog.LevelVar
	json  slog.Handler
}

// New returns a Log at level info.
func New(o Options) *Log {
	if o.Output == nil {
		o.Output = os.Stdout
	}
	if o.Metrics == nil {
		o.Metrics = func(context.Context) []slog.Attr { return nil }
	}
	if o.Scrub == nil {
		o.Scrub = func(string) (string, int) { return "[hidden]", 1 }
	}
	l := &Log{opts: o}
	l.json = slog.NewJSONHandler(o.Output, &slog.HandlerOptions{
		Level:       slog.LevelDebug,
		ReplaceAttr: l.replace,
	})
	return l
}

// SetLevel sets the level below which [Write] writes nothing. The line of an
// invocation is always written, for it carries the metrics.
func (l *Log) SetLevel(level slog.Level) { l.level.Set(level) }

// replace renames the fields as AWS has them and takes secrets out of errors and
// foreign values.
func (l *Log) replace(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 {
		a = lambdacontext.ReplaceAttr(groups, a)
	}
	if err, ok := a.Value.Any().(error); ok {
		text, _ := l.opts.Scrub(err.Error())
		return slog.String(a.Key, text)
	}
	return a
}

func (l *Log) begin(_ context.Context, in BeginInput) (*Record, error) {
	return &Record{Subject: in.Subject}, nil
}

func (l *Log) write(ctx context.Context, in WriteInput) (Written, error) {
	if in.Level < l.level.Level() {
		return Written{}, nil
	}
	text, _ := l.opts.Scrub(in.Message)
	rec := slog.NewRecord(time.Now(), in.Level, text, 0)
	for k, v := range in.Fields {
		rec.AddAttrs(l.field(k, v))
	}
	return Written{true}, l.emit(ctx, rec)
}

// field returns a foreign value as an attribute without secrets: it is scrubbed
// as the JSON of an object, so that the name of the field counts too.
func (l *Log) field(key string, value any) slog.Attr {
	return slog.Any(key, scrubbed{key, value, l.opts.Scrub})
}

func (l *Log) end(ctx context.Context, in EndInput) (Written, error) {
	r := recordOf(ctx)
	if r == nil {
		return Written{}, core.Errorf(core.Internal, "no_record", "there is no invocation to end: begin one and put its record into the context")
	}
	if !r.end() {
		return Written{}, nil
	}
	level := slog.LevelInfo
	if in.Err != nil {
		level = slog.LevelError
	}
	rec := slog.NewRecord(time.Now(), level, r.Subject, 0)
	if run := core.RunOf(ctx); run != nil {
		rec.AddAttrs(
			slog.String("correlation_id", run.ID),
			slog.String("gateway_chain", run.Chain()),
			slog.Float64("gateway_utilization", float64(int(run.Utilization()*1000))/1000),
			slog.Float64("duration", float64(time.Since(run.Start).Microseconds())/1000),
			slog.Bool("cache_hit", run.Hit()),
		)
	}
	rec.AddAttrs(slog.Bool("success", in.Err == nil))
	if in.Err != nil {
		rec.AddAttrs(slog.String("cause", core.CauseOf(in.Err)), slog.Any("error", in.Err))
		if p, ok := errors.AsType[*core.Panic](in.Err); ok {
			rec.AddAttrs(slog.String("stack", string(p.Stack)))
		}
	}
	rec.AddAttrs(r.attrs...)
	rec.AddAttrs(in.Attrs...)
	rec.AddAttrs(l.opts.Metrics(ctx)...)
	if in.Err != nil || l.level.Level() <= slog.LevelDebug {
		rec.AddAttrs(slog.Any("trail", r.lines()))
	}
	return Written{true}, l.emit(ctx, rec)
}

// end marks r as ended and reports whether it was not before.
func (r *Record) end() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.ended
	r.ended = true
	return !was
}

func (l *Log) emit(ctx context.Context, rec slog.Record) error {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		rec.AddAttrs(slog.String("requestId", lc.AwsRequestID))
	}
	return l.json.Handle(ctx, rec)
}
