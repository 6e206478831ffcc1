// Package cache is the cache gateway: three levels of memory. It serves the others
// by caching the results of operations whose input is [Keyed].
//
// The levels are process memory; files in a folder, which outlive the process; and
// a table, which outlives the machine. A lookup goes down them until one has the
// value, and copies it to those above. Folder and table are optional: see [Options].
// Their failures are bounded by a timeout, followed by a cooldown, and logged once a
// level.
package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that the application runs. The others stand in operator.go.
var (
	Get = core.Define[GetInput, Entry](core.Cache, "get",
		"Return the value of a key, from the first level that has it; an error of kind not_found if there is none or it has expired.").Reading()
	Set = core.Define[SetInput, Stored](core.Cache, "set",
		"Store the value of a key, on every level that may have it, and return on which it is.")
	Preload = core.Define[PreloadInput, Preloaded](core.Cache, "preload",
		"Load the most used keys, counting this process and earlier ones, from the levels below into memory within a time limit, and return how many.")
)

// Gateway returns [core.Cache].
func (*Store) Gateway() core.Gateway { return core.Cache }

// Bind binds the operations of the gateway to d.
func (s *Store) Bind(d *core.Dispatcher) {
	s.dispatcher = d
	core.Handle(d, Get, s.get)
	core.Handle(d, Set, s.set)
	core.Handle(d, Preload, s.preload)
	s.bindOperator(d)
}

// A GetInput is the input of the operations that take one key.
type GetInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"settings, discovery, response, identity or negative; default: response"`
	Key       string    `json:"key" doc:"at most 512 bytes" required:"true"`
}

// Check rejects an unknown namespace, and a key that is missing or too long.
func (in GetInput) Check() error { return checkKey(in.Namespace, "key", in.Key) }

func (in GetInput) id() id { return id{key: in.Key} }

// An Entry is a value and how long it is valid.
type Entry struct {
	Value json.RawMessage `json:"value" doc:"as it was set"`
	TTL   core.Seconds    `json:"ttl_seconds" doc:"time until it expires" unit:"s"`
	Level Level           `json:"level" doc:"where it was found: memory, disk or external"`
}

func (s *Store) get(ctx context.Context, in GetInput) (Entry, error) {
	e, level, ok := s.lookup(ctx, in.Namespace, in.id())
	if !ok {
		return Entry{}, notCached(in.Key)
	}
	value, ok := e.value.(json.RawMessage)
	if !ok {
		return Entry{}, core.Errorf(core.Forbidden, core.CauseInGoOnly, "key %q holds a Go value, which only the program itself can read", in.Key)
	}
	return Entry{value, core.Seconds(e.ttlLeft(time.Now().UnixNano())), level}, nil
}

func notCached(key string) error {
	return core.Errorf(core.NotFound, core.CauseNotCached, "key %q is not cached, or has expired", key)
}

// A SetInput is the input of [Set].
type SetInput struct {
	Namespace Namespace       `json:"namespace,omitempty" doc:"as of get"`
	Key       string          `json:"key" doc:"at most 512 bytes" required:"true"`
	Value     json.RawMessage `json:"value" doc:"any JSON, at most 1 MiB" required:"true"`
	TTL       core.Seconds    `json:"ttl_seconds,omitempty" doc:"time until it expires, at most the namespace's maximum; default: grows with use, from the namespace's minimum to its maximum" unit:"s"`
}

// Check rejects a key or a value that is missing or too long, and a negative TTL.
func (in SetInput) Check() error {
	if err := checkValue("value", in.Value); err != nil {
		return err
	}
	return errors.Join(checkKey(in.Namespace, "key", in.Key), checkTTL(in.TTL))
}

// Stored says what a [Set] stored.
type Stored struct {
	Levels  []Level      `json:"levels" doc:"those that have the value now"`
	TTL     core.Seconds `json:"ttl_seconds" doc:"time until it expires if it is not used" unit:"s"`
	Entries int          `json:"entries" doc:"how many entries the namespace has in memory now"`
	Bytes   int          `json:"bytes" doc:"how much memory they take, keys included" unit:"B"`
}

func (s *Store) set(ctx context.Context, in SetInput) (Stored, error) {
	levels := s.putJSON(ctx, in)
	m := s.memoryOf(in.Namespace)
	e, _ := m.peek(id{key: in.Key})
	_, entries, bytes := m.stats()
	return Stored{levels, core.Seconds(max(0, e.ttlLeft(time.Now().UnixNano()))), entries, bytes}, nil
}

func (s *Store) putJSON(ctx context.Context, in SetInput) []Level {
	return s.put(ctx, in.Namespace, entry{id: id{key: in.Key}, value: in.Value, ttl: in.TTL.Duration(), persistent: true})
}

const (
	maxKey   = 512
	maxValue = 1 << 20
)

func checkKey(ns Namespace, field, key string) error {
	switch err := checkNamespace(ns); {
	case err != nil:
		return err
	case key == "":
		return fmt.Errorf("field %s is missing", field)
	case len(key) > maxKey:
		return fmt.Errorf("field %s is too long: the maximum is %d bytes", field, maxKey)
	}
	return nil
}

func checkValue(field string, value json.RawMessage) error {
	switch {
	case len(value) == 0:
		return fmt.Errorf("field %s is missing", field)
	case len(value) > maxValue:
		return fmt.Errorf("field %s is too long: the maximum is 1 MiB", field)
	}
	return nil
}

func checkTTL(ttl core.Seconds) error {
	if ttl < 0 {
		return errors.New("field ttl_seconds is negative")
	}
	return nil
}
