package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/hearthgate/hearthgate/function/core"
)

// A BulkGetInput is the input of [BulkGet].
type BulkGetInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"as of get"`
	Keys      []string  `json:"keys" doc:"at most 1000" required:"true"`
}

// Check rejects an empty or too long list, and keys that [GetInput] rejects.
func (in BulkGetInput) Check() error {
	if err := checkBulk("keys", len(in.Keys)); err != nil {
		return err
	}
	for i, key := range in.Keys {
		if err := checkKey(in.Namespace, fmt.Sprintf("keys[%d]", i), key); err != nil {
			return err
		}
	}
	return nil
}

// Found has the values of several keys.
type Found struct {
	Entries map[string]Entry `json:"entries" doc:"by key"`
	Missing []string         `json:"missing" doc:"keys without a value that JSON can show, in the order of the input"`
}

// A BulkSetInput is the input of [BulkSet].
type BulkSetInput struct {
	Namespace Namespace                  `json:"namespace,omitempty" doc:"as of get"`
	Entries   map[string]json.RawMessage `json:"entries" doc:"values by key, at most 1000" required:"true"`
	TTL       core.Seconds               `json:"ttl_seconds,omitempty" doc:"as of set" unit:"s"`
}

// Check rejects an empty or too long list, and entries that [SetInput] rejects.
func (in BulkSetInput) Check() error {
	if err := errors.Join(checkBulk("entries", len(in.Entries)), checkTTL(in.TTL)); err != nil {
		return err
	}
	for key, value := range in.Entries {
		if err := checkKey(in.Namespace, "entries", key); err != nil {
			return err
		}
		if err := checkValue(fmt.Sprintf("entries.%.60s", key), value); err != nil {
			return err
		}
	}
	return nil
}

// BulkStored says which levels have the values of a [BulkSet].
type BulkStored struct {
	Levels map[Level]int `json:"levels" doc:"how many of the values each level has now"`
	Size
}

func (s *Store) bulkGet(ctx context.Context, in BulkGetInput) (Found, error) {
	f := Found{Entries: map[string]Entry{}, Missing: []string{}}
	for _, key := range in.Keys {
		e, err := s.get(ctx, GetInput{in.Namespace, key})
		if err != nil {
			f.Missing = append(f.Missing, key)
			continue
		}
		f.Entries[key] = e
	}
	return f, nil
}

func (s *Store) bulkSet(ctx context.Context, in BulkSetInput) (BulkStored, error) {
	out := BulkStored{Levels: map[Level]int{}}
	keys := make([]string, 0, len(in.Entries))
	for key := range in.Entries {
		keys = append(keys, key)
	}
	slices.Sort(keys) // so that the same ones are evicted if there is no room for all
	for _, key := range keys {
		for _, level := range s.putJSON(ctx, SetInput{in.Namespace, key, in.Entries[key], in.TTL}) {
			out.Levels[level]++
		}
	}
	var err error
	out.Size, err = s.size(ctx, NamespaceInput{in.Namespace})
	return out, err
}

func checkBulk(field string, n int) error {
	const maxBulk = 1000
	switch {
	case n == 0:
		return fmt.Errorf("field %s is missing", field)
	case n > maxBulk:
		return fmt.Errorf("field %s has %d; the maximum is %d", field, n, maxBulk)
	}
	return nil
}
