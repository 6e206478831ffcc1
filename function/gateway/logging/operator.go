package logging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// The operations that a person runs by name.
var (
	SetLevel = core.Define[SetLevelInput, LevelView](core.Logging, "set_level",
		"Set the level below which lines are held back, for a time if one is given, and return the previous one.")
	GetLevel = core.Define[core.None, LevelView](core.Logging, "level",
		"Return the level below which lines are held back, and when it changes back.").Reading()
	Search = core.Define[SearchInput, Found](core.Logging, "search",
		"Return the last records of this process that match: lines of invocations, separate lines and, at level DEBUG, every operation.").Reading()
	GetExport = core.Define[ExportInput, Exported](core.Logging, "export",
		"Return the records of this process that match as one text, one record a line: JSON, or text for a person to read.").Reading()
	Flush = core.Define[FlushInput, Flushed](core.Logging, "flush",
		"Write the records that are held back, operations included, to the log, and return their number.").Failing(core.Forbidden)
	GetStats = core.Define[core.None, Stats](core.Logging, "stats",
		"Return the lines and bytes that were written, held back, dropped and lost since the process started, and what is kept of them.").Reading()
)

func (l *Log) bindOperator(d *core.Dispatcher) {
	core.Handle(d, SetLevel, l.setLevel)
	core.Handle(d, GetLevel, l.getLevel)
	core.Handle(d, Search, l.search)
	core.Handle(d, GetExport, l.export)
	core.Handle(d, Flush, l.flush)
	core.Handle(d, GetStats, l.stats)
}

// A SetLevelInput is the input of [SetLevel].
type SetLevelInput struct {
	Level *slog.Level  `json:"level" doc:"DEBUG, INFO, WARN or ERROR" required:"true"`
	For   core.Seconds `json:"for_seconds,omitempty" doc:"time after which the level changes back, at most a day; default: it stays until the process ends or the settings change" unit:"s"`
}

// Check rejects an unknown level and a time of more than a day.
func (in SetLevelInput) Check() error {
	switch {
	case in.Level == nil:
		return errors.New("field level is missing")
	case in.For.Duration() > 24*time.Hour:
		return fmt.Errorf("field for_seconds is %v; at most a day, 86400, is allowed", in.For.Duration().Seconds())
	}
	return checkLevel(*in.Level)
}

// A LevelView is the level in effect, and the one after it.
type LevelView struct {
	Level  slog.Level   `json:"level" doc:"lines below it are held back; the line of an invocation is always written"`
	Before *slog.Level  `json:"before,omitempty" doc:"the previous one, if it was set now"`
	Next   slog.Level   `json:"next" doc:"the one after it; the level itself if it stays"`
	For    core.Seconds `json:"for_seconds,omitempty" doc:"time until the next one; absent if the level stays"`
	Debug  bool         `json:"debug" doc:"whether debug lines are written at all: not when they would cost money"`
}

func (l *Log) setLevel(_ context.Context, in SetLevelInput) (LevelView, error) {
	before := l.Level()
	l.level.set(*in.Level, in.For.Duration())
	v := l.view()
	v.Before = &before
	return v, nil
}

func (l *Log) getLevel(context.Context, core.None) (LevelView, error) { return l.view(), nil }

func (l *Log) view() LevelView {
	level, next, until := l.level.now()
	v := LevelView{Level: level, Next: next, Debug: l.opts.Debug()}
	if !until.IsZero() {
		v.For = core.Seconds(time.Until(until))
	}
	return v
}

// A FlushInput is the input of [Flush].
type FlushInput struct {
	CorrelationID string `json:"correlation_id,omitempty" doc:"of the invocation whose records to write; default: all that have ended"`
	Limit         int    `json:"limit,omitempty" doc:"number of the last ones to write, up to 1000; default: 100"`
}

// Check rejects a limit out of range.
func (in FlushInput) Check() error { return checkRange(in.CorrelationID, in.Limit) }

func checkRange(correlationID string, limit int) error {
	switch {
	case limit < 0 || limit > 1000:
		return fmt.Errorf("field limit is %d; expected 1 to 1000", limit)
	case len(correlationID) > 200:
		return fmt.Errorf("field correlation_id is %d bytes long; at most 200 are allowed", len(correlationID))
	}
	return nil
}

// Flushed is the output of [Flush].
type Flushed struct {
	Lines int `json:"lines" doc:"lines that were held back and are in the log now"`
	Bytes int `json:"bytes" doc:"their length" unit:"B"`
	Left  int `json:"left" doc:"lines that are still held back"`
}

func (l *Log) flush(_ context.Context, in FlushInput) (Flushed, error) {
	if !l.opts.Debug() {
		return Flushed{}, core.Errorf(core.Forbidden, core.CauseCost, "debug lines would cost money now, so they stay held back: logging.search with level DEBUG shows them for free")
	}
	everything := slog.LevelDebug
	items, _ := l.find(SearchInput{CorrelationID: in.CorrelationID, Level: &everything}, 1<<20)
	var held []*item
	for _, i := range items {
		if !i.written {
			held = append(held, i)
		}
	}
	if in.Limit == 0 {
		in.Limit = 100
	}
	f := Flushed{Left: max(0, len(held)-in.Limit)}
	for _, i := range held[f.Left:] {
		if err := l.out.write(i.level, i.line); err != nil {
			return f, core.Errorf(core.Internal, core.CauseLog, "writing failed after %d lines: %w", f.Lines, err)
		}
		l.ring.mark(i)
		f.Lines++
		f.Bytes += len(i.line)
	}
	return f, nil
}
