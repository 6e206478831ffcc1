package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A GetInput is the input of [Get].
type GetInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"settings, discovery, response, identity or negative; default: response"`
	Key       string    `json:"key" doc:"at most 512 bytes" required:"true"`
}

// Check refuses a namespace that there is not, and a key that is missing or too long.
func (in GetInput) Check() error { return checkKey(in.Namespace, "key", in.Key) }

func (in GetInput) id() id { return id{key: in.Key} }

// An Entry is a value and how long it still holds.
type Entry struct {
	Value json.RawMessage `json:"value" doc:"as it was set"`
	TTL   core.Seconds    `json:"ttl_seconds" doc:"how long the value still holds" unit:"s"`
	Level Level           `json:"level" doc:"where it was found: memory, disk or external"`
}

// A SetInput is the input of [Set].
type SetInput struct {
	Namespace Namespace       `json:"namespace,omitempty" doc:"as of get"`
	Key       string          `json:"key" doc:"at most 512 bytes" required:"true"`
	Value     json.RawMessage `json:"value" doc:"any JSON, at most 1 MiB" required:"true"`
	TTL       core.Seconds    `json:"ttl_seconds,omitempty" doc:"how long it holds, at most the namespace's maximum; default: the longer the more it is used, from the namespace's minimum to its maximum" unit:"s"`
}

// Check refuses a key or a value that is missing or too long.
func (in SetInput) Check() error {
	if err := checkValue("value", in.Value); err != nil {
		return err
	}
	return errors.Join(checkKey(in.Namespace, "key", in.Key), checkTTL(in.TTL))
}

// Stored says what is kept after a [Set].
type Stored struct {
	Levels  []Level      `json:"levels" doc:"those that have the value now"`
	TTL     core.Seconds `json:"ttl_seconds" doc:"how long it holds if it is not used" unit:"s"`
	Entries int          `json:"entries" doc:"how many entries the namespace has in memory now"`
	Bytes   int          `json:"bytes" doc:"how much memory they take, keys included" unit:"B"`
}

// A DeleteInput is the input of [Delete].
type DeleteInput struct{ GetInput }

// Deleted says what a [Delete] forgot.
type Deleted struct {
	Deleted bool    `json:"deleted" doc:"whether there was something in memory or on disk"`
	Levels  []Level `json:"levels" doc:"where it was; the external level does not say"`
}

// An ExistsInput is the input of [Exists].
type ExistsInput struct{ GetInput }

// A Presence says whether there is an entry.
type Presence struct {
	Exists bool  `json:"exists" doc:"whether there is something, on whatever level"`
	Level  Level `json:"level,omitempty" doc:"the uppermost that has it"`
}

// An ExpireInput is the input of [Expire].
type ExpireInput struct {
	Namespace Namespace    `json:"namespace,omitempty" doc:"as of get"`
	Key       string       `json:"key" doc:"at most 512 bytes" required:"true"`
	TTL       core.Seconds `json:"ttl_seconds,omitempty" doc:"from now on, at most the namespace's maximum; default: 0, at once" unit:"s"`
}

// Check refuses a key that is missing or too long.
func (in ExpireInput) Check() error {
	return errors.Join(checkKey(in.Namespace, "key", in.Key), checkTTL(in.TTL))
}

// A TTLInput is the input of [TTL].
type TTLInput struct{ GetInput }

// A Life is how long an entry holds.
type Life struct {
	TTL   core.Seconds `json:"ttl_seconds" doc:"how long it still holds" unit:"s"`
	Hits  uint32       `json:"hits" doc:"how often it was found since it was stored"`
	ByUse bool         `json:"by_use" doc:"whether it holds longer the more it is used"`
}

func (s *Store) get(ctx context.Context, in GetInput) (Entry, error) {
	e, level, ok := s.find(ctx, in.Namespace, in.id())
	if !ok {
		return Entry{}, missing(in.Key)
	}
	value, ok := e.value.(json.RawMessage)
	if !ok {
		return Entry{}, core.Errorf(core.Forbidden, core.CauseInGoOnly, "what is kept under %q is a value of the program's own, which never leaves it", in.Key)
	}
	return Entry{value, core.Seconds(e.left(time.Now().UnixNano())), level}, nil
}

func (s *Store) set(ctx context.Context, in SetInput) (Stored, error) {
	levels := s.put(ctx, in)
	m := s.space(in.Namespace)
	e, _ := m.peek(id{key: in.Key})
	m.mu.Lock()
	defer m.mu.Unlock()
	return Stored{levels, core.Seconds(max(0, e.left(time.Now().UnixNano()))), len(m.entries), m.bytes}, nil
}

func (s *Store) put(ctx context.Context, in SetInput) []Level {
	return s.keep(ctx, in.Namespace, entry{id: id{key: in.Key}, value: in.Value, ttl: in.TTL.Duration(), lasts: true})
}

func (s *Store) delete(ctx context.Context, in DeleteInput) (Deleted, error) {
	levels := s.forget(ctx, in.Namespace, in.id())
	return Deleted{len(levels) > 0, levels}, nil
}

func (s *Store) exists(ctx context.Context, in ExistsInput) (Presence, error) {
	_, level, ok := s.peek(ctx, in.Namespace, in.id())
	if !ok {
		level = ""
	}
	return Presence{ok, level}, nil
}

func (s *Store) expire(ctx context.Context, in ExpireInput) (Life, error) {
	k := id{key: in.Key}
	e, _, ok := s.peek(ctx, in.Namespace, k)
	if !ok {
		return Life{}, missing(in.Key)
	}
	if in.TTL == 0 {
		s.forget(ctx, in.Namespace, k)
		return Life{Hits: e.hits + e.credit}, nil
	}
	e.ttl, e.credit, e.hits = in.TTL.Duration(), e.credit+e.hits, 0
	s.keep(ctx, in.Namespace, e)
	return s.ttl(ctx, TTLInput{GetInput{in.Namespace, in.Key}})
}

func (s *Store) ttl(ctx context.Context, in TTLInput) (Life, error) {
	e, _, ok := s.peek(ctx, in.Namespace, in.id())
	if !ok {
		return Life{}, missing(in.Key)
	}
	return Life{core.Seconds(e.left(time.Now().UnixNano())), e.hits + e.credit, e.ttl == 0}, nil
}

func missing(key string) error {
	return core.Errorf(core.NotFound, core.CauseNotCached, "nothing is kept under %q, or nothing any more", key)
}

func checkKey(ns Namespace, field, key string) error {
	switch err := checkNamespace(ns); {
	case err != nil:
		return err
	case key == "":
		return fmt.Errorf("field %s is missing", field)
	case len(key) > maxKey:
		return fmt.Errorf("field %s is too long: at most %d bytes are taken", field, maxKey)
	}
	return nil
}

func checkValue(field string, value json.RawMessage) error {
	switch {
	case len(value) == 0:
		return fmt.Errorf("field %s is missing", field)
	case len(value) > maxValue:
		return fmt.Errorf("field %s is too long: at most 1 MiB is kept", field)
	}
	return nil
}

func checkTTL(ttl core.Seconds) error {
	if ttl < 0 {
		return errors.New("field ttl_seconds is negative")
	}
	return nil
}
