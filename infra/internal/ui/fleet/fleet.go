// Package fleet runs one command for many homes and reports them in one line each, the
// worst first.
package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Level says how a home is.
type Level int

// The levels, the worst last.
const (
	Well    Level = iota
	Notice        // it works, and someone should look at it when there is time
	Unknown       // it cannot be read how it is
	Trouble       // it does not work
)

// String returns the level in a word.
func (l Level) String() string {
	return [...]string{"well", "notice", "unknown", "trouble"}[l]
}

// MarshalText returns the level in a word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// A Summary is what a command found out about one home, or did there.
type Summary struct {
	Level Level
	Text  string // one line
	Code  int    // exit code of the command for this home alone

	Weight int // among homes of one level, that with more is worse
}

// A Home is the result of a command for one home.
type Home interface{ Summary() Summary }

// A Result is what came of a command for one home: the value, or an error.
type Result[T Home] struct {
	Stage   string
	Value   T
	Err     error // default: it succeeded
	Skipped bool  // nothing was tried, because another home failed
}

// Summary returns the result in a line. A home whose command failed is [Unknown].
func (r Result[T]) Summary() Summary {
	switch {
	case r.Skipped:
		return Summary{Level: Unknown, Text: "nothing was done, because another home failed", Code: 1}
	case r.Err != nil:
		return Summary{Level: Unknown, Text: strings.Join(strings.Fields(r.Err.Error()), " "), Code: 1}
	}
	return r.Value.Summary()
}

// A Run is a command for many homes.
type Run[T Home] struct {
	Stages   []string
	Do       func(ctx context.Context, stage string) (T, error)
	Progress func(done int, stage string) // when a home begins or ends; default: nothing

	Most     int           // homes side by side; default: 8
	Patience time.Duration // with one home, side by side; default: two minutes
}

// SideBySide runs the command for several homes at a time. A failure does not stop the
// others. The error is that of the context, if it ended before all homes did.
func (r Run[T]) SideBySide(ctx context.Context) (Report[T], error) {
	const most, patience = 8, 2 * time.Minute
	var ended sync.WaitGroup
	var mu sync.Mutex
	results, next, done := make([]Result[T], len(r.Stages)), 0, 0
	take := func() (i int, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= len(r.Stages) && ctx.Err() == nil
	}
	for range min(cmp.Or(r.Most, most), len(r.Stages)) {
		ended.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				results[i] = r.one(ctx, r.Stages[i], cmp.Or(r.Patience, patience))
				mu.Lock()
				done++
				r.progress(done, r.Stages[i])
				mu.Unlock()
			}
		})
	}
	ended.Wait()
	return sorted(results), context.Cause(ctx)
}

// one runs the command for one home, for a limited time.
func (r Run[T]) one(ctx context.Context, stage string, patience time.Duration) Result[T] {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	v, err := r.Do(limited, stage)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("there was no result within %s: %w", patience, err)
	}
	return Result[T]{Stage: stage, Value: v, Err: err}
}

// InTurn runs the command for one home after the other, and stops at the first that fails
// or is in [Trouble] afterwards. When the context ends the error says what was done.
func (r Run[T]) InTurn(ctx context.Context) (Report[T], error) {
	var results []Result[T]
	for i, stage := range r.Stages {
		r.progress(i, stage)
		v, err := r.Do(ctx, stage)
		if ctx.Err() != nil {
			return sorted(results), &ui.StoppedError{Left: left(r.Stages, i, err)}
		}
		results = append(results, Result[T]{Stage: stage, Value: v, Err: err})
		if err == nil && v.Summary().Level < Trouble {
			continue
		}
		for _, skipped := range r.Stages[i+1:] {
			results = append(results, Result[T]{Stage: skipped, Skipped: true})
		}
		break
	}
	return sorted(results), nil
}

// left says where a run in turn was stopped: at which of the stages, and with what error.
func left(stages []string, at int, err error) string {
	var parts []string
	for _, part := range []struct {
		text   string
		stages []string
	}{{"done", stages[:at]}, {"stopped at", stages[at : at+1]}, {"not begun", stages[at+1:]}} {
		if len(part.stages) > 0 {
			parts = append(parts, part.text+": "+strings.Join(part.stages, ", "))
		}
	}
	text := strings.Join(parts, "; ")
	if err != nil {
		text += ". " + strings.TrimPrefix(err.Error(), "stopped: ")
	}
	return text
}

func (r Run[T]) progress(done int, stage string) {
	if r.Progress != nil {
		r.Progress(done, stage)
	}
}

// sorted returns the results, the worst first. A home that failed stays before those that
// were skipped because of it.
func sorted[T Home](results []Result[T]) Report[T] {
	slices.SortStableFunc(results, func(x, y Result[T]) int {
		a, b := x.Summary(), y.Summary()
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Weight, a.Weight))
	})
	return results
}
