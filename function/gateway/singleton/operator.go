package singleton

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that a person runs by name. The application uses only the service;
// those with a function in their input are for Go code.
var (
	Get = core.Define[GetInput, any](core.Singleton, "get",
		"Return the instance of a key; the first call creates it.")
	Coordinate = core.Define[CoordinateInput, any](core.Singleton, "coordinate",
		"Run a function, or wait for the running one with the same key, and return its result.")
	RunWithTimeout = core.Define[TimeoutInput, any](core.Singleton, "run_with_timeout",
		"Run a function and return its result, or at the timeout an error of kind unreachable.")
	GetStatus = core.Define[core.None, Status](core.Singleton, "status",
		"Return the instances, when each was created and last used, and the running calls.").Reading()
	Reset = core.Define[ResetInput, Released](core.Singleton, "reset",
		"Release one instance or all of them, and return which were closed; the next call creates them again.")
	CleanUp = core.Define[CleanupInput, Released](core.Singleton, "cleanup",
		"Release the instances that have been idle for a while, and return which were closed.")
	GetMemory = core.Define[core.None, Memory](core.Singleton, "memory",
		"Return the memory of the process, its limit and the number of goroutines.").Reading()
	Optimize = core.Define[OptimizeInput, Optimized](core.Singleton, "optimize",
		"Reduce the memory of the process to its budget if it is above, and return what that freed.")
)

// Bind binds the operations of the gateway to d.
func (s *Store) Bind(d *core.Dispatcher) {
	core.Handle(d, Get, s.get)
	core.Handle(d, Coordinate, s.coordinate)
	core.Handle(d, RunWithTimeout, s.runWithTimeout)
	core.Handle(d, GetStatus, s.status)
	core.Handle(d, Reset, s.reset)
	core.Handle(d, CleanUp, s.cleanup)
	core.Handle(d, GetMemory, func(context.Context, core.None) (Memory, error) { return s.measure(), nil })
	core.Handle(d, Optimize, s.optimize)
}

// A GetInput is the input of [Get].
type GetInput struct {
	Key  string                             `json:"key"`
	Make func(context.Context) (any, error) `json:"make" doc:"creates the instance; its error is returned and not cached"`
}

// Check rejects an input without a key or a function.
func (in GetInput) Check() error {
	if in.Make == nil {
		return errors.New("field make is missing")
	}
	return checkKey(in.Key)
}

// A Status is what a [Store] holds and does.
type Status struct {
	Instances []Instance `json:"things" doc:"the instances, by key"`
	Created   int64      `json:"made" doc:"instances created since the process started"`
	Closed    int64      `json:"closed" doc:"of them, those that were closed"`
	Running   int        `json:"running" doc:"calls that identical ones would wait for"`
	Ran       int64      `json:"led" doc:"calls that ran"`
	Joined    int64      `json:"joined" doc:"calls that waited for an identical one and returned its result"`
	Abandoned int64      `json:"abandoned" doc:"functions that still run after their timeout"`
}

// An Instance describes the instance of a key.
type Instance struct {
	Key      string       `json:"key"`
	Type     string       `json:"type" doc:"its Go type"`
	Created  time.Time    `json:"made" doc:"when it was created"`
	Idle     core.Seconds `json:"idle_seconds" doc:"time since its last use"`
	Uses     int64        `json:"uses" doc:"how often it was requested"`
	Closable bool         `json:"closable" doc:"whether it is closed when it is released"`
}

func (s *Store) status(context.Context, core.None) (Status, error) {
	st := Status{Instances: []Instance{}, Abandoned: s.abandoned.Load()}
	st.Running, st.Ran, st.Joined = s.calls.counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Created, st.Closed = s.created, s.closed
	for _, key := range slices.Sorted(maps.Keys(s.instances)) {
		i := s.instances[key]
		_, closable := i.value.(io.Closer)
		st.Instances = append(st.Instances, Instance{i.key, fmt.Sprintf("%T", i.value), i.created.UTC(), core.Seconds(time.Since(i.used)), i.uses, closable})
	}
	return st, nil
}

// A ResetInput is the input of [Reset].
type ResetInput struct {
	Key string `json:"key,omitempty" doc:"of the instance; default: all of them"`
}

// Check rejects a key that is too long.
func (in ResetInput) Check() error {
	if in.Key == "" {
		return nil
	}
	return checkKey(in.Key)
}

// A CleanupInput is the input of [CleanUp].
type CleanupInput struct {
	Idle core.Seconds `json:"idle_seconds,omitempty" doc:"minimum time since the last use; default: 600"`
}

// Released says which instances a [Reset] or [CleanUp] released.
type Released struct {
	Keys     []string `json:"keys" doc:"of the released instances"`
	Closed   int      `json:"closed" doc:"of them, those with a Close method"`
	Problems []string `json:"problems,omitempty" doc:"a sentence for each instance that could not be closed"`
	Left     int      `json:"left" doc:"instances that stay"`
}

func (s *Store) reset(_ context.Context, in ResetInput) (Released, error) {
	r := s.release(func(i *instance) bool { return in.Key == "" || i.key == in.Key })
	if in.Key != "" && len(r.Keys) == 0 {
		return r, core.Errorf(core.NotFound, core.CauseUnknownKey, "key %q has no instance: the first request creates it", in.Key)
	}
	return r, nil
}

func (s *Store) cleanup(_ context.Context, in CleanupInput) (Released, error) {
	return s.releaseIdle(cmp.Or(in.Idle.Duration(), maxIdle)), nil
}

// An OptimizeInput is the input of [Optimize].
type OptimizeInput struct {
	Budget int64 `json:"budget_bytes,omitempty" doc:"most memory that the process may take; default: a quarter of its limit" unit:"B"`
}

// Check rejects a negative budget.
func (in OptimizeInput) Check() error {
	if in.Budget < 0 {
		return fmt.Errorf("field budget_bytes is %d: it must not be negative", in.Budget)
	}
	return nil
}

// An Optimized is what [Optimize] did.
type Optimized struct {
	Above  bool           `json:"above" doc:"whether the process was above its budget, so that memory was freed"`
	Before Memory         `json:"before"`
	After  Memory         `json:"after"`
	Freed  core.Reclaimed `json:"freed" doc:"idle instances that were released, and memory that the system got back"`
}

// optimize stops the program for some milliseconds while it collects garbage.
func (s *Store) optimize(ctx context.Context, in OptimizeInput) (Optimized, error) {
	o := Optimized{Before: s.measure()}
	o.Above = o.Before.Resident > cmp.Or(in.Budget, o.Before.Limit/4)
	if o.Above {
		o.Freed = s.Cleanup(ctx)
		debug.FreeOSMemory()
	}
	o.After = s.measure()
	o.Freed.Bytes = max(0, o.Before.Resident-o.After.Resident)
	return o, nil
}

func checkKey(key string) error {
	const maxKey = 128
	switch {
	case key == "":
		return errors.New("field key is missing")
	case len(key) > maxKey:
		return fmt.Errorf("field key is %d bytes long: the maximum is %d", len(key), maxKey)
	}
	return nil
}
