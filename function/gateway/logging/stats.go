package logging

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Stats are what was written since the process started.
type Stats struct {
	Since       time.Time        `json:"since" doc:"when the process started"`
	Level       slog.Level       `json:"level" doc:"below which lines are held back"`
	Invocations int64            `json:"invocations" doc:"whose line was made"`
	Lines       map[string]int64 `json:"lines" doc:"written, by their level"`
	Bytes       int64            `json:"bytes" doc:"written" unit:"B"`
	Held        int64            `json:"held" doc:"lines that were held back"`
	Dropped     int64            `json:"dropped" doc:"lines of invocations that wrote too many"`
	Lost        int64            `json:"lost" doc:"lines that could not be written"`
	Secrets     int64            `json:"secrets" doc:"that were taken out of lines"`
	Kept        int              `json:"kept" doc:"lines that search sees"`
	KeptBytes   int              `json:"kept_bytes" doc:"memory that they take, with the operations of their invocations" unit:"B"`
	Oldest      *time.Time       `json:"oldest,omitempty" doc:"when the first of them was made; absent when there are none"`
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

// Health says how the log is doing.
func (l *Log) Health() core.Health {
	s, _ := l.stats(context.Background(), core.None{})
	h := core.Healthy(map[string]any{
		"level": s.Level, "lines": s.Lines, "bytes": s.Bytes, "held": s.Held, "dropped": s.Dropped,
		"lost": s.Lost, "secrets": s.Secrets, "kept": s.Kept, "kept_bytes": s.KeptBytes,
	})
	if s.Lost > 0 {
		l.out.mu.Lock()
		h.Deduct(40, fmt.Sprintf("%d lines are lost, the last one because: %v", s.Lost, l.out.reason))
		l.out.mu.Unlock()
	}
	if s.Dropped > 0 {
		h.Deduct(10, fmt.Sprintf("%d lines were dropped: an invocation may write %d beside its own", s.Dropped, l.opts.Lines))
	}
	if s.Level <= slog.LevelDebug && l.opts.Debug() {
		h.Deduct(5, "the level is DEBUG: every invocation writes its operations, which are paid for as any line is")
	}
	return h
}
