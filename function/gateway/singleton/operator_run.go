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
	Key  string                             `json:"key" doc:"concurrent calls with the same key share one run"`
	Func func(context.Context) (any, error) `json:"func" doc:"gets the context of the call that runs it"`
}

// Check rejects an input without a key or a function.
func (in CoordinateInput) Check() error {
	if in.Func == nil {
		return errors.New("field func is missing")
	}
	return checkKey(in.Key)
}

func (s *Store) coordinate(ctx context.Context, in CoordinateInput) (any, error) {
	return s.calls.do(ctx, callID{key: in.Key}, func() (any, error) { return in.Func(ctx) })
}

// A TimeoutInput is the input of [RunWithTimeout].
type TimeoutInput struct {
	Timeout time.Duration                      `json:"timeout"`
	Func    func(context.Context) (any, error) `json:"func" doc:"must return when its context ends, which it does at the timeout"`
}

// Check rejects an input without a timeout or a function.
func (in TimeoutInput) Check() error {
	if in.Func == nil {
		return errors.New("field func is missing")
	}
	if in.Timeout <= 0 {
		return errors.New("field timeout is missing or negative")
	}
	return nil
}

// runWithTimeout returns when the function does or at the timeout, whichever comes
// first. A function that ignores its context goes on alone, and is counted until
// it returns.
func (s *Store) runWithTimeout(ctx context.Context, in TimeoutInput) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, in.Timeout)
	defer cancel()
	type result struct {
		v   any
		err error
	}
	ended := make(chan result) // without a receiver after the timeout
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
		return nil, core.Errorf(core.Unreachable, core.CauseTimeout, "the function did not return within %v: %w", in.Timeout, ctx.Err())
	}
}
