// Package singleton is the singleton gateway: one of each, made once. It serves
// the others by letting at most one of several identical calls run at a time.
//
//	operation  input      output
//	get        GetInput   any
package singleton

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Get returns the one thing of a key.
var Get = core.Define[GetInput, any](core.Singleton, "get",
	"Return the one thing that a key stands for, making it at the first call.")

// A GetInput is the input of [Get].
type GetInput struct {
	Key  string                             `json:"key"`
	Make func(context.Context) (any, error) `json:"make" doc:"makes the thing; an error is returned and not remembered"`
}

// Bind binds the operations of the gateway to d, served by s.
func Bind(d *core.Dispatcher, s *Store) {
	core.Handle(d, Get, s.get)
}

// Of runs [Get] and returns the thing as a T. It is an error of kind Internal if
// the key holds something else.
func Of[T any](ctx context.Context, d *core.Dispatcher, key string, make func(context.Context) (T, error)) (T, error) {
	v, err := core.Do(ctx, d, Get, GetInput{key, func(ctx context.Context) (any, error) { return make(ctx) }})
	t, ok := v.(T)
	if err == nil && !ok {
		err = core.Errorf(core.Internal, "wrong_type", "the key %q holds a %T, not a %T", key, v, t)
	}
	return t, err
}
