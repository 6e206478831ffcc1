// Package logging is the logging gateway: one line that says it all. It serves
// the others by keeping a short record of every call for that line.
//
//	operation  input       output
//	begin      BeginInput  *Record
//	write      WriteInput  Written
//	end        EndInput    Written
//
// An invocation begins a [Record], which travels in the context. Calls are noted
// in it, and nothing is written until the invocation ends: then one line holds
// all of it, the notes of the calls only when it failed or at level debug.
package logging

import (
	"context"
	"log/slog"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Begin opens the record of an invocation; [With] puts it into a context.
	Begin = core.Define[BeginInput, *Record](core.Logging, "begin",
		"Open the record of an invocation.").InGo("it opens the record of the invocation that calls it")

	// Write writes one line of its own.
	Write = core.Define[WriteInput, Written](core.Logging, "write",
		"Write one line to the log, unless its level is below the one that is set.")

	// End writes the line of an invocation.
	End = core.Define[EndInput, Written](core.Logging, "end",
		"Write the one line of the invocation, which is log record and metric at once.").InGo("it closes the record of the invocation that calls it")
)

// A BeginInput is the input of [Begin].
type BeginInput struct {
	Subject string `json:"subject" doc:"what the invocation is about: Alexa.PowerController.TurnOn"`
}

// A WriteInput is the input of [Write].
type WriteInput struct {
	Level   slog.Level     `json:"level" doc:"DEBUG, INFO, WARN or ERROR; default: INFO"`
	Message string         `json:"message" doc:"what happened"`
	Fields  map[string]any `json:"fields,omitempty" doc:"what belongs to it; secrets are replaced"`
}

// An EndInput is the input of [End].
type EndInput struct {
	Err   error       `json:"-"` // what the invocation failed with, or nil
	Attrs []slog.Attr `json:"-"` // what else belongs on the line
}

// Written says whether a line was written.
type Written struct {
	Written bool `json:"written" doc:"false when the level is below the one that is set"`
}

// Bind binds the operations of the gateway to d, served by l.
func Bind(d *core.Dispatcher, l *Log) {
	core.Handle(d, Begin, l.begin)
	core.Handle(d, Write, l.write)
	core.Handle(d, End, l.end)
}

// Service notes every call in the record of its invocation.
func (l *Log) Service() core.Service {
	return core.Service{Gateway: core.Logging, Wrap: func(s *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			r := recordOf(ctx)
			if r == nil {
				return next(ctx, c)
			}
			c.Take(core.Logging)
			err := next(ctx, c)
			r.note(c, err)
			return err
		}
	}}
}
