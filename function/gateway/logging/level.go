package logging

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// A threshold is a level that can be overridden for a time. The zero value is info.
type threshold struct {
	mu         sync.Mutex
	base       slog.Level  // guarded by mu
	override   slog.Level  // guarded by mu; in effect before until
	until      time.Time   // guarded by mu
	configured *slog.Level // guarded by mu; the last one of the settings
}

// now returns the level in effect, and the one that follows it and when; a zero time
// if it does not end.
func (t *threshold) now() (level, next slog.Level, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.until.IsZero() && time.Now().Before(t.until) {
		return t.override, t.base, t.until
	}
	return t.base, t.base, time.Time{}
}

// set sets the level, for d if that is not 0.
func (t *threshold) set(level slog.Level, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d > 0 {
		t.override, t.until = level, time.Now().Add(d)
		return
	}
	t.base, t.until = level, time.Time{}
}

// Level returns the level below which lines are held back.
func (l *Log) Level() slog.Level {
	level, _, _ := l.level.now()
	return level
}

// Configure sets the level of the settings if it changed. Otherwise the level that an
// operator has set since stays in effect.
func (l *Log) Configure(level slog.Level) {
	t := &l.level
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.configured == nil || *t.configured != level {
		t.configured, t.base = &level, level
	}
}

func checkLevel(level slog.Level) error {
	switch level {
	case slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError:
		return nil
	}
	return fmt.Errorf("field level is %v; expected DEBUG, INFO, WARN or ERROR", level)
}
