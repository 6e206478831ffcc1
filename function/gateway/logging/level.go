package logging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A threshold is a level that may be another for a time. The zero value is info.
type threshold struct {
	mu         sync.Mutex
	base       slog.Level  // guarded by mu
	other      slog.Level  // guarded by mu; until then
	until      time.Time   // guarded by mu
	configured *slog.Level // guarded by mu; what the settings said last
}

// now returns the level that holds now, the one that comes after it, and when; a
// zero time if none does.
func (t *threshold) now() (level, next slog.Level, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.until.IsZero() && time.Now().Before(t.until) {
		return t.other, t.base, t.until
	}
	return t.base, t.base, time.Time{}
}

// set sets the level, for d if that is not 0.
func (t *threshold) set(level slog.Level, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d > 0 {
		t.other, t.until = level, time.Now().Add(d)
		return
	}
	t.base, t.until = level, time.Time{}
}

// Level returns the level below which lines are held back.
func (l *Log) Level() slog.Level {
	level, _, _ := l.level.now()
	return level
}

// Configure sets the level that the settings have, if it is another than before:
// what an operator has set since then stays.
func (l *Log) Configure(level slog.Level) {
	t := &l.level
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.configured == nil || *t.configured != level {
		t.configured, t.base = &level, level
	}
}

// A SetLevelInput is the input of [SetLevel].
type SetLevelInput struct {
	Level *slog.Level  `json:"level" doc:"DEBUG, INFO, WARN or ERROR" required:"true"`
	For   core.Seconds `json:"for_seconds,omitempty" doc:"after which it goes back to what it was, at most a day; default: it stays until the process ends or the settings change" unit:"s"`
}

// Check refuses a level that there is not.
func (in SetLevelInput) Check() error {
	switch {
	case in.Level == nil:
		return errors.New("field level is missing")
	case in.For.Duration() > 24*time.Hour:
		return fmt.Errorf("field for_seconds is %v; at most a day, 86400, is taken", in.For.Duration().Seconds())
	}
	return checkLevel(*in.Level)
}

func checkLevel(level slog.Level) error {
	switch level {
	case slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError:
		return nil
	}
	return fmt.Errorf("field level is %v; DEBUG, INFO, WARN or ERROR is wanted", level)
}

// A LevelView is the level, and what comes after it.
type LevelView struct {
	Level  slog.Level   `json:"level" doc:"lines below it are held back; the line of an invocation is always written"`
	Before *slog.Level  `json:"before,omitempty" doc:"what it was until now, if it was set"`
	Next   slog.Level   `json:"next" doc:"what it goes back to; the level itself if it stays"`
	For    core.Seconds `json:"for_seconds,omitempty" doc:"when that will be; absent if it stays"`
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
