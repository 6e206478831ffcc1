// Package cache is the cache gateway. It serves the others by remembering what an
// operation returned, for inputs that are [Keyed].
//
//	operation  input     output
//	get        GetInput  Entry
//	set        SetInput  Stored
package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Get returns what is kept under a key.
	Get = core.Define[GetInput, Entry](core.Cache, "get",
		"Return what is kept under a key; an error of kind not_found if there is nothing, or nothing any more.")

	// Set keeps a value under a key.
	Set = core.Define[SetInput, Stored](core.Cache, "set",
		"Keep a value under a key for a time.")
)

// Keyed is implemented by an input whose result may be reused. CacheKey returns
// the key that stands for the input, and for how long the result holds.
type Keyed interface {
	CacheKey() (key string, ttl time.Duration)
}

// A Namespace holds entries of one sort, with limits and times of their own.
type Namespace string

// The namespaces.
const (
	Settings  Namespace = "settings"
	Discovery Namespace = "discovery" // the last known good one
	Response  Namespace = "response"  // results of operations; the default
	Identity  Namespace = "identity"  // who a token belongs to
	Negative  Namespace = "negative"  // what was refused, so that it is not asked again
)

// A GetInput is the input of [Get].
type GetInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"settings, discovery, response, identity or negative; default: response"`
	Key       string    `json:"key" required:"true"`
}

// Check refuses a namespace that there is not, and a key that is missing or too long.
func (in GetInput) Check() error { return checkKey(in.Namespace, in.Key) }

// An Entry is a value and how long it still holds.
type Entry struct {
	Value json.RawMessage `json:"value"`
	TTL   core.Seconds    `json:"ttl_seconds" doc:"how long the value still holds" unit:"s"`
}

// A SetInput is the input of [Set].
type SetInput struct {
	Namespace Namespace       `json:"namespace,omitempty" doc:"as of get"`
	Key       string          `json:"key" required:"true"`
	Value     json.RawMessage `json:"value" doc:"any JSON" required:"true"`
	TTL       core.Seconds    `json:"ttl_seconds,omitempty" doc:"default: 300" unit:"s"`
}

// Check refuses a key or a value that is missing or too long.
func (in SetInput) Check() error {
	switch {
	case len(in.Value) == 0:
		return errors.New("field value is missing")
	case len(in.Value) > maxValue:
		return errors.New("field value is too long: at most 1 MiB is kept")
	}
	return checkKey(in.Namespace, in.Key)
}

// Stored says what is kept after a [Set].
type Stored struct {
	Entries int `json:"entries" doc:"how many entries are kept now"`
	Bytes   int `json:"bytes" doc:"how much memory they take, keys included" unit:"B"`
}

func checkKey(ns Namespace, key string) error {
	switch {
	case !slices.Contains([]Namespace{"", Settings, Discovery, Response, Identity, Negative}, ns):
		return fmt.Errorf("field namespace is %.40q; settings, discovery, response, identity or negative is wanted", ns)
	case key == "":
		return errors.New("field key is missing")
	case len(key) > maxKey:
		return errors.New("field key is too long: at most 512 bytes are taken")
	}
	return nil
}

// Bind binds the operations of the gateway to d, served by s.
func Bind(d *core.Dispatcher, s *Store) {
	core.Handle(d, Get, s.get)
	core.Handle(d, Set, s.set)
}

// Service answers a call from s if it can, and remembers the result if not.
// Errors are not remembered.
func (s *Store) Service() core.Service {
	return core.Service{Gateway: core.Cache, Wrap: func(spec *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			in, ok := c.Input.(Keyed)
			if !ok {
				return next(ctx, c)
			}
			key, ttl := in.CacheKey()
			c.Take(core.Cache)
			id := id{Response, spec, key}
			if v, _, ok := s.lookup(id); ok {
				c.Output, c.Hit = v, true
				return nil
			}
			err := next(ctx, c)
			if err == nil {
				s.keep(id, c.Output, ttl)
			}
			return err
		}
	}}
}
