package logging

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/hearthgate/hearthgate/function/core"
)

// A FlushInput is the input of [Flush].
type FlushInput struct {
	CorrelationID string `json:"correlation_id,omitempty" doc:"of the invocation whose records are wanted; default: all that have ended"`
	Limit         int    `json:"limit,omitempty" doc:"how many of the last are written, up to 1000; default: 100"`
}

// Check refuses a limit that is none.
func (in FlushInput) Check() error {
	switch {
	case in.Limit < 0 || in.Limit > 1000:
		return fmt.Errorf("field limit is %d; 1 to 1000 is wanted", in.Limit)
	case len(in.CorrelationID) > 200:
		return fmt.Errorf("field correlation_id is %d bytes long; at most 200 are taken", len(in.CorrelationID))
	}
	return nil
}

// Flushed is what was written.
type Flushed struct {
	Lines int `json:"lines" doc:"that were held back and are in the log now"`
	Bytes int `json:"bytes" doc:"how long they are" unit:"B"`
	Left  int `json:"left" doc:"that are still held back"`
}

func (l *Log) flush(_ context.Context, in FlushInput) (Flushed, error) {
	if !l.opts.Debug() {
		return Flushed{}, core.Errorf(core.Forbidden, core.CauseCost, "debug lines would cost money now, so they stay held back: logging.search with level DEBUG shows them for nothing")
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
			return f, core.Errorf(core.Internal, core.CauseLog, "%d lines were written, and then: %w", f.Lines, err)
		}
		l.ring.mark(i)
		f.Lines++
		f.Bytes += len(i.line)
	}
	return f, nil
}
