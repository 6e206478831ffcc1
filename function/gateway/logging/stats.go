package logging

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Stats counts since the process started.
type Stats struct {
	Since       time.Time        `json:"since" doc:"start of the process"`
	Level       slog.Level       `json:"level" doc:"lines below it are held back"`
	Invocations int64            `json:"invocations" doc:"invocations that ended"`
	Lines       map[string]int64 `json:"lines" doc:"written, by level"`
	Bytes       int64            `json:"bytes" doc:"written" unit:"B"`
	Held        int64            `json:"held" doc:"lines that were held back"`
	Dropped     int64            `json:"dropped" doc:"lines beyond the limit of an invocation"`
	Lost        int64            `json:"lost" doc:"lines whose write failed"`
	Secrets     int64            `json:"secrets" doc:"secrets that were redacted"`
	Kept        int              `json:"kept" doc:"lines that search sees"`
	KeptBytes   int              `json:"kept_bytes" doc:"their memory, with the operations of their invocations" unit:"B"`
	Oldest      *time.Time       `json:"oldest,omitempty" doc:"time of the first of them; absent without any"`
}

func (l *Log) stats(context.Context, core.None) (Stats, error) {
	c := &l.count
	s := Stats{
		Since: l.began, Level: l.Level(), Invocations: c.invocations.Load(), Lines: map[string]int64{},
		Held: c.held.Load(), Dropped: c.dropped.Load(), Secrets: c.secrets.Load(),
	}
	var oldest time.Time
	if s.Kept, s.KeptBytes, oldest = l.ring.kept(); s.Kept > 0 {
		s.Oldest = &oldest
	}
	o := &l.out
	o.mu.Lock()
	defer o.mu.Unlock()
	for n, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		s.Lines[level.String()] = o.lines[n]
	}
	s.Bytes, s.Lost = o.bytes, o.lost
	return s, nil
}

// Health deducts points for lines that were lost or dropped, and for level DEBUG.
func (l *Log) Health() core.Health {
	s, _ := l.stats(context.Background(), core.None{})
	h := core.Healthy(map[string]any{
		"level": s.Level, "lines": s.Lines, "bytes": s.Bytes, "held": s.Held, "dropped": s.Dropped,
		"lost": s.Lost, "secrets": s.Secrets, "kept": s.Kept, "kept_bytes": s.KeptBytes,
	})
	if s.Lost > 0 {
		l.out.mu.Lock()
		h.Deduct(40, fmt.Sprintf("%d lines were lost; the last write failed with: %v", s.Lost, l.out.reason))
		l.out.mu.Unlock()
	}
	if s.Dropped > 0 {
		h.Deduct(10, fmt.Sprintf("%d lines were dropped: the limit is %d separate lines an invocation", s.Dropped, l.opts.Lines))
	}
	if s.Level <= slog.LevelDebug && l.opts.Debug() {
		h.Deduct(5, "the level is DEBUG: the line of every invocation has its operations, which cost as much as any line")
	}
	return h
}
