// Package logging is the logging gateway: it writes one line of JSON an invocation,
// which is log record and CloudWatch metric at once. It serves the other gateways by
// adding each of their calls to the record of the invocation.
//
// An invocation begins a [Record], which travels in the context. Its line is written
// when it ends, with the calls only if it failed or at level debug. What was written,
// and what was below the level, stays in memory for a while, for an operator to search.
package logging

import (
	"context"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// The operations that every invocation runs. [With] puts the record that Begin
// returns into the context.
var (
	Begin = core.Define[BeginInput, *Record](core.Logging, "begin",
		"Open the record of an invocation.").InGo("it opens the record of the invocation that calls it")
	Write = core.Define[WriteInput, Written](core.Logging, "write",
		"Write a separate line to the log; below the level in effect it is held back, and beyond the limit of the invocation it is dropped.")
	End = core.Define[EndInput, Written](core.Logging, "end",
		"Write the line of the invocation, which is log record and metric at once.").InGo("it closes the record of the invocation that calls it")
)

// Options configure a [Log].
type Options struct {
	Output       io.Writer                                      // default: standard output
	Version      string                                         // of the function, for the line of an invocation; default: the line has none
	Metrics      func(context.Context, []slog.Attr) []slog.Attr // appends the metrics of an invocation, for its line; default: none
	ProcessAttrs func([]slog.Attr) []slog.Attr                  // appends attributes of the process, for the line of an invocation; default: none
	Redact       func(string) (string, int)                     // returns a text without secrets and their number; default: every text is hidden
	Debug        func() bool                                    // reports whether lines below level info may be written; default: always
	Lines        int                                            // limit of separate lines an invocation; default: 50
}

// A Log writes lines of JSON, each with one call of Write. The names of its fields are
// those of AWS (lambdacontext). The handler of lambdacontext is not used, because it
// writes text unless an environment variable says otherwise, and to standard output
// only. A Log is safe for concurrent use. Make one with [New].
type Log struct {
	opts   Options
	began  time.Time
	level  threshold
	out    output
	ring   ring
	drafts sync.Pool // of *draft
	count  counters
}

type counters struct {
	invocations atomic.Int64
	held        atomic.Int64 // lines below the level
	dropped     atomic.Int64 // lines beyond the limit of an invocation
	secrets     atomic.Int64 // redacted
}

// New returns a Log at level info.
func New(o Options) *Log {
	if o.Output == nil {
		o.Output = os.Stdout
	}
	if o.Metrics == nil {
		o.Metrics = func(_ context.Context, attrs []slog.Attr) []slog.Attr { return attrs }
	}
	if o.ProcessAttrs == nil {
		o.ProcessAttrs = func(attrs []slog.Attr) []slog.Attr { return attrs }
	}
	if o.Redact == nil {
		o.Redact = func(string) (string, int) { return hidden, 1 }
	}
	if o.Debug == nil {
		o.Debug = func() bool { return true }
	}
	if o.Lines <= 0 {
		o.Lines = 50
	}
	return &Log{opts: o, began: time.Now(), out: output{w: o.Output}}
}

// Gateway returns [core.Logging].
func (*Log) Gateway() core.Gateway { return core.Logging }

// Bind binds the operations of the gateway to d.
func (l *Log) Bind(d *core.Dispatcher) {
	core.Handle(d, Begin, l.begin)
	core.Handle(d, Write, l.write)
	core.Handle(d, End, l.End)
	l.bindOperator(d)
}

// Service adds every call to the record of its invocation.
func (l *Log) Service() core.Service {
	return func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			r := invocationOf(ctx)
			if r == nil {
				return next(ctx, c)
			}
			c.MarkUsed(core.Logging)
			err := next(ctx, c)
			r.note(c, err)
			return err
		}
	}
}
