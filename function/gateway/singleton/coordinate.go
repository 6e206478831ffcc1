package singleton

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A CoordinateInput is the input of [Coordinate].
type CoordinateInput struct {
	Key  string                             `json:"key" doc:"calls of the same key share one run"`
	Func func(context.Context) (any, error) `json:"func" doc:"gets the context of the call that runs it"`
}

// Check refuses an input without a key or a function.
func (in CoordinateInput) Check() error {
	if in.Func == nil {
		return errors.New("field func is missing")
	}
	return checkKey(in.Key)
}

func (s *Store) coordinate(ctx context.Context, in CoordinateInput) (any, error) {
	return s.flights.do(ctx, flight{key: in.Key}, func() (any, error) { return in.Func(ctx) })
}

// A TimeoutInput is the input of [RunWithTimeout].
type TimeoutInput struct {
	Timeout time.Duration                      `json:"timeout"`
	Func    func(context.Context) (any, error) `json:"func" doc:"its context ends when its time is up; it should end then too"`
}

// Check refuses an input without a time or a function.
func (in TimeoutInput) Check() error {
	if in.Func == nil {
		return errors.New("field func is missing")
	}
	if in.Timeout <= 0 {
		return errors.New("field timeout is missing or negative")
	}
	return nil
}

// runWithTimeout returns when the function does or its time is up, whichever comes
// first. A function that does not look at its context goes on alone, and is
// counted until it ends.
func (s *Store) runWithTimeout(ctx context.Context, in TimeoutInput) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, in.Timeout)
	defer cancel()
	type result struct {
		v   any
		err error
	}
	ended := make(chan result) // nobody listens after the time
	go func() {
		var r result
		func() {
			defer func() {
				if p := recover(); p != nil {
					r.err = &core.Error{Kind: core.Internal, Cause: core.CausePanic, Err: &core.Panic{Value: p, Stack: debug.Stack()}}
				}
			}()
			r.v, r.err = in.Func(ctx)
		}()
		select {
		case ended <- r:
		case <-ctx.Done():
			s.abandoned.Add(-1)
		}
	}()
	select {
	case r := <-ended:
		return r.v, r.err
	case <-ctx.Done():
		s.abandoned.Add(1)
		return nil, core.Errorf(core.Unreachable, core.CauseTimeout, "it did not end within %v: %w", in.Timeout, ctx.Err())
	}
}
