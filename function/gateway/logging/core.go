package logging

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/hearthgate/hearthgate/function/core"
)

// Options configure a [Log].
type Options struct {
	Output  io.Writer                         // default: standard output
	Metrics func(context.Context) []slog.Attr // the metrics of an invocation, to go on its line; default: none
	Facts   func() []slog.Attr                // of the process, to go on the line of an invocation; default: none
	Scrub   func(string) (string, int)        // takes secrets out of a text; default: every text is hidden
	Debug   func() bool                       // whether what is below level info may be written; default: always
	Lines   int                               // that an invocation may write beside its own; default: 50
}

// A Log writes lines of JSON, each with one call of Write. The names of its
// fields are those of AWS (lambdacontext); its own handler does not do, because
// it writes text unless an environment variable says otherwise, and to standard
// output only. It is safe for concurrent use.
type Log struct {
	opts  Options
	began time.Time
	level threshold
	out   output
	ring  ring
	count counters
}

// counters is what a Log counts.
type counters struct {
	invocations atomic.Int64
	held        atomic.Int64 // lines below the level
	dropped     atomic.Int64 // lines of invocations that wrote too many
	secrets     atomic.Int64 // taken out
}

// New returns a Log at level info.
func New(o Options) *Log {
	if o.Output == nil {
		o.Output = os.Stdout
	}
	if o.Metrics == nil {
		o.Metrics = func(context.Context) []slog.Attr { return nil }
	}
	if o.Facts == nil {
		o.Facts = func() []slog.Attr { return nil }
	}
	if o.Scrub == nil {
		o.Scrub = func(string) (string, int) { return "[hidden]", 1 }
	}
	if o.Debug == nil {
		o.Debug = func() bool { return true }
	}
	if o.Lines <= 0 {
		o.Lines = 50
	}
	return &Log{opts: o, began: time.Now(), out: output{w: o.Output}}
}

// scrub takes secrets out of a text.
func (l *Log) scrub(text string) string {
	text, n := l.opts.Scrub(text)
	l.count.secrets.Add(int64(n))
	return text
}

// common returns the attributes that every line of an invocation carries.
func (l *Log) common(ctx context.Context) []slog.Attr {
	run := core.RunOf(ctx)
	if run == nil {
		return nil
	}
	return []slog.Attr{slog.String("correlation_id", run.ID), slog.String("gateway_chain", run.Chain())}
}

// render returns rec as a line that CloudWatch takes.
func (l *Log) render(ctx context.Context, rec slog.Record) []byte {
	const most = 250_000 // bytes of a line; the metrics of one that is longer are lost
	if id := RequestID(ctx); id != "" {
		rec.AddAttrs(slog.String("requestId", id))
	}
	for longest := 16 << 10; ; longest /= 8 {
		var line bytes.Buffer
		// A handler has a lock of its own: one for each line, and none waits.
		h := slog.NewJSONHandler(&line, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: l.replacing(longest)})
		_ = h.Handle(ctx, rec) // into memory: cannot fail
		if line.Len() <= most || longest == 0 {
			return line.Bytes()
		}
	}
}

// replacing returns what renames the fields as AWS has them, takes secrets out of
// every text and foreign value, and cuts texts that are too long.
func (l *Log) replacing(longest int) func([]string, slog.Attr) slog.Attr {
	return func(groups []string, a slog.Attr) slog.Attr {
		a = lambdacontext.ReplaceAttr(groups, a)
		switch a.Value.Kind() {
		case slog.KindString:
			return slog.String(a.Key, cut(l.scrub(a.Value.String()), longest))
		case slog.KindAny:
			switch v := a.Value.Any().(type) {
			case error:
				return slog.String(a.Key, cut(l.scrub(v.Error()), longest))
			case slog.Level, scrubbed, told:
			default:
				if a.Key != "_aws" { // the log's own, as it has to be
					return slog.Any(a.Key, scrubbed{a.Key, v, l.scrub})
				}
			}
		}
		return a
	}
}

// cut returns a text, or as much of it as there is room for and how much is missing.
func cut(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	for longest > 0 && !utf8.RuneStart(text[longest]) {
		longest--
	}
	return fmt.Sprintf("%s... (%d bytes more)", text[:longest], len(text)-longest)
}
