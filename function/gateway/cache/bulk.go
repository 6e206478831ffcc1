package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/hearthgate/hearthgate/function/core"
)

const maxBulk = 1000

// A BulkGetInput is the input of [BulkGet].
type BulkGetInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"as of get"`
	Keys      []string  `json:"keys" doc:"at most 1000" required:"true"`
}

// Check refuses no keys, too many, and each that [GetInput] refuses.
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

// Found is what is kept under several keys.
type Found struct {
	Entries map[string]Entry `json:"entries" doc:"by key"`
	Missing []string         `json:"missing" doc:"keys under which nothing is kept that may be seen, in the order in which they were asked for"`
}

// A BulkSetInput is the input of [BulkSet].
type BulkSetInput struct {
	Namespace Namespace                  `json:"namespace,omitempty" doc:"as of get"`
	Entries   map[string]json.RawMessage `json:"entries" doc:"values by key, at most 1000" required:"true"`
	TTL       core.Seconds               `json:"ttl_seconds,omitempty" doc:"as of set" unit:"s"`
}

// Check refuses no entries, too many, and each that [SetInput] refuses.
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

// BulkStored says where the values of a [BulkSet] are.
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
	slices.Sort(keys) // when there is no room for all, it is the same ones that stay
	for _, key := range keys {
		for _, level := range s.put(ctx, SetInput{in.Namespace, key, in.Entries[key], in.TTL}) {
			out.Levels[level]++
		}
	}
	var err error
	out.Size, err = s.size(ctx, SizeInput{in.Namespace})
	return out, err
}

func checkBulk(field string, n int) error {
	switch {
	case n == 0:
		return fmt.Errorf("field %s is missing", field)
	case n > maxBulk:
		return fmt.Errorf("field %s has %d; at most %d are taken at a time", field, n, maxBulk)
	}
	return nil
}
