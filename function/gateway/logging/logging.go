// Package logging is the logging gateway: one line that says it all. It serves
// the others by keeping a short record of every call for that line.
//
//	operation  input          output
//	begin      BeginInput     *Record
//	write      WriteInput     Written
//	end        EndInput       Written
//	set_level  SetLevelInput  LevelView
//	level      core.None     LevelView
//	search     SearchInput    Found
//	export     ExportInput    Exported
//	flush      FlushInput     Flushed
//	stats      core.None     Stats
//
// An invocation begins a [Record], which travels in the context. Calls are noted
// in it, and nothing is written until the invocation ends: then one line holds
// all of it, the notes of the calls only when it failed or at level debug. What
// was written and what was held back stays for a while in the memory of the
// process, where an operator can search it.
package logging

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Begin opens the record of an invocation; [With] puts it into a context.
	Begin = core.Define[BeginInput, *Record](core.Logging, "begin",
		"Open the record of an invocation.").InGo("it opens the record of the invocation that calls it")

	// Write writes one line of its own.
	Write = core.Define[WriteInput, Written](core.Logging, "write",
		"Write one line to the log; it is held back if its level is below the one that is set, and dropped if the invocation has written too many.")

	// End writes the line of an invocation.
	End = core.Define[EndInput, Written](core.Logging, "end",
		"Write the one line of the invocation, which is log record and metric at once.").InGo("it closes the record of the invocation that calls it")

	// SetLevel sets the level.
	SetLevel = core.Define[SetLevelInput, LevelView](core.Logging, "set_level",
		"Set the level below which lines are held back, for a time if one is given, and return the one before.")

	// GetLevel returns the level.
	GetLevel = core.Define[core.None, LevelView](core.Logging, "level",
		"Return the level below which lines are held back, and when it goes back to another.")

	// Search finds records.
	Search = core.Define[SearchInput, Found](core.Logging, "search",
		"Return the last records of this process that match: lines of invocations, lines of their own and, at level DEBUG, every operation.")

	// GetExport returns records as a text.
	GetExport = core.Define[ExportInput, Exported](core.Logging, "export",
		"Return the records of this process that match as one text, a record a line: JSON, or for a person to read.")

	// Flush writes what is held back.
	Flush = core.Define[FlushInput, Flushed](core.Logging, "flush",
		"Write the records that are held back, those of operations among them, to the log, and return how many that were.").Failing(core.Forbidden)

	// GetStats returns what was written.
	GetStats = core.Define[core.None, Stats](core.Logging, "stats",
		"Return how many lines and bytes were written, held back, dropped and lost since the process started, and what is kept of them.")
)

// Gateway returns [core.Logging].
func (*Log) Gateway() core.Gateway { return core.Logging }

// Bind binds the operations of the gateway to d.
func (l *Log) Bind(d *core.Dispatcher) {
	core.Handle(d, Begin, l.begin)
	core.Handle(d, Write, l.write)
	core.Handle(d, End, l.End)
	core.Handle(d, SetLevel, l.setLevel)
	core.Handle(d, GetLevel, l.getLevel)
	core.Handle(d, Search, l.search)
	core.Handle(d, GetExport, l.export)
	core.Handle(d, Flush, l.flush)
	core.Handle(d, GetStats, l.stats)
}

// Service notes every call in the record of its invocation.
func (l *Log) Service() core.Service {
	return func(s *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			r := recordOf(ctx)
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
