// Package singleton is the singleton gateway: one of each, made once. It serves
// the others by letting at most one of several identical calls run at a time.
//
//	operation         input            output
//	get               GetInput         any
//	coordinate        CoordinateInput  any
//	run_with_timeout  TimeoutInput     any
//	status            core.None      Status
//	reset             ResetInput       Closed
//	cleanup           CleanupInput     Closed
//	memory            core.None      Memory
//	optimize          OptimizeInput    Optimized
//
// A thing belongs to the store. What has a Close method is closed when it is let
// go: when nobody asked for it for a long time, or on reset. So ask for it each
// time it is needed, and do not hold on to it.
package singleton

import (
	"context"
	"errors"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Get returns the one thing of a key.
	Get = core.Define[GetInput, any](core.Singleton, "get",
		"Return the one thing that a key stands for, making it at the first call.")

	// Coordinate runs a function unless it runs already.
	Coordinate = core.Define[CoordinateInput, any](core.Singleton, "coordinate",
		"Run a function, or wait for the one of the same key that runs already, and return what that returns.")

	// RunWithTimeout runs a function for a limited time.
	RunWithTimeout = core.Define[TimeoutInput, any](core.Singleton, "run_with_timeout",
		"Run a function and return what it returns, or after a time an error of kind unreachable.")

	// GetStatus returns what there is.
	GetStatus = core.Define[core.None, Status](core.Singleton, "status",
		"Return the things that there are, when each was made and last asked for, and what runs.")

	// Reset lets things go.
	Reset = core.Define[ResetInput, Closed](core.Singleton, "reset",
		"Let go of a thing, or of all of them, and return which were closed; the next call makes them anew.")

	// CleanUp lets go of what nobody needs.
	CleanUp = core.Define[CleanupInput, Closed](core.Singleton, "cleanup",
		"Let go of the things that nobody asked for in a while, and return which were closed.")

	// GetMemory returns how much memory the process takes.
	GetMemory = core.Define[core.None, Memory](core.Singleton, "memory",
		"Return the memory that the process takes, against what it may take, and its goroutines.")

	// Optimize gives memory back.
	Optimize = core.Define[OptimizeInput, Optimized](core.Singleton, "optimize",
		"Bring the memory of the process back to its budget, if it is above, and return what that freed.")
)

// A GetInput is the input of [Get].
type GetInput struct {
	Key  string                             `json:"key"`
	Make func(context.Context) (any, error) `json:"make" doc:"makes the thing; an error is returned and not remembered"`
}

// Check refuses an input without a key or a function.
func (in GetInput) Check() error {
	if in.Make == nil {
		return errors.New("field make is missing")
	}
	return checkKey(in.Key)
}

// Gateway returns [core.Singleton].
func (*Store) Gateway() core.Gateway { return core.Singleton }

// Bind binds the operations of the gateway to d.
func (s *Store) Bind(d *core.Dispatcher) {
	core.Handle(d, Get, s.get)
	core.Handle(d, Coordinate, s.coordinate)
	core.Handle(d, RunWithTimeout, s.runWithTimeout)
	core.Handle(d, GetStatus, s.status)
	core.Handle(d, Reset, s.reset)
	core.Handle(d, CleanUp, s.cleanup)
	core.Handle(d, GetMemory, s.memory)
	core.Handle(d, Optimize, s.optimize)
}

// Of runs [Get] and returns the thing as a T. It is an error of kind Internal if
// the key holds something else.
func Of[T any](ctx context.Context, d *core.Dispatcher, key string, make func(context.Context) (T, error)) (T, error) {
	v, err := core.Do(ctx, d, Get, GetInput{key, func(ctx context.Context) (any, error) { return make(ctx) }})
	return as[T](key, v, err)
}

// Once runs [Coordinate] and returns what came of it as a T. It is an error of kind
// Internal if the function that ran returned something else.
func Once[T any](ctx context.Context, d *core.Dispatcher, key string, run func(context.Context) (T, error)) (T, error) {
	v, err := core.Do(ctx, d, Coordinate, CoordinateInput{key, func(ctx context.Context) (any, error) { return run(ctx) }})
	return as[T](key, v, err)
}

func as[T any](key string, v any, err error) (T, error) {
	t, ok := v.(T)
	if err == nil && !ok {
		err = core.Errorf(core.Internal, core.CauseWrongType, "the key %q holds a %T, not a %T", key, v, t)
	}
	return t, err
}
