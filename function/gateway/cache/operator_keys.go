package cache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hearthgate/hearthgate/config/glob"
)

// A KeysInput is the input of [Keys].
type KeysInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	Pattern   string    `json:"pattern,omitempty" doc:"* matches any characters, ? any one; default: *"`
}

// Check rejects an unknown namespace, and a pattern that is too long.
func (in KeysInput) Check() error {
	return errors.Join(checkNamespace(in.Namespace), checkPattern(in.Pattern))
}

// A Listing has the keys that match.
type Listing struct {
	Keys []ListedKey `json:"keys" doc:"by namespace and key, at most 1000"`
	More int         `json:"more" doc:"how many more match"`
}

// A ListedKey is one key.
type ListedKey struct {
	Namespace Namespace `json:"namespace"`
	Key       string    `json:"key" doc:"that of a cached result begins with the operation's name"`
	Levels    []Level   `json:"levels" doc:"of memory and disk, those that have it"`
}

// A ClearInput is the input of [Clear].
type ClearInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	Pattern   string    `json:"pattern" doc:"as of keys; * for every key" required:"true"`
}

// Check rejects an input without a pattern, so that nothing is cleared by accident.
func (in ClearInput) Check() error {
	if in.Pattern == "" {
		return errors.New("field pattern is missing: * matches every key")
	}
	return errors.Join(checkNamespace(in.Namespace), checkPattern(in.Pattern))
}

// Cleared says what a [Clear] removed. An item of the table is removed too if this
// process knows its key, from memory, disk or the saved usage.
type Cleared struct {
	Entries   int `json:"entries" doc:"that were in memory"`
	DiskFiles int `json:"disk_files" doc:"that were on disk"`
}

func (s *Store) keys(_ context.Context, in KeysInput) (Listing, error) {
	const most = 1000
	var found []ListedKey
	for _, ns := range slices.Sorted(slices.Values(in.Namespace.orAll())) {
		levels := s.levelsByKey(ns, cmp.Or(in.Pattern, "*"))
		for _, key := range slices.Sorted(maps.Keys(levels)) {
			found = append(found, ListedKey{ns, key, levels[key]})
		}
	}
	n := min(len(found), most)
	return Listing{append([]ListedKey{}, found[:n]...), len(found) - n}, nil
}

// levelsByKey returns the keys of a namespace that match, with the levels of each.
func (s *Store) levelsByKey(ns Namespace, pattern string) map[string][]Level {
	levels := map[string][]Level{}
	for _, e := range s.memoryOf(ns).all() {
		if key := e.id.String(); match(pattern, key) {
			levels[key] = append(levels[key], Memory)
		}
	}
	names, _ := s.disk.names(ns)
	for _, name := range names {
		if r := s.readDisk(ns, name); r != nil && match(pattern, r.String()) {
			levels[r.String()] = append(levels[r.String()], Disk)
		}
	}
	return levels
}

func (s *Store) clear(ctx context.Context, in ClearInput) (Cleared, error) {
	var c Cleared
	for _, ns := range in.Namespace.orAll() {
		s.clearNamespace(ctx, ns, in.Pattern, &c)
	}
	return c, nil
}

func (s *Store) clearNamespace(ctx context.Context, ns Namespace, pattern string, c *Cleared) {
	for _, e := range s.memoryOf(ns).all() {
		if match(pattern, e.id.String()) {
			c.Entries++
			if slices.Contains(s.remove(ctx, ns, e.id), Disk) {
				c.DiskFiles++
			}
		}
	}
	names, _ := s.disk.names(ns)
	for _, name := range names {
		if r := s.readDisk(ns, name); pattern == "*" || r != nil && match(pattern, r.String()) {
			if s.disk.remove(name) {
				c.DiskFiles++
			}
			s.table.save(ctx, ns, name, nil, 0)
		}
	}
	for k := range s.memoryOf(ns).persistentHits() {
		if match(pattern, k.String()) {
			s.table.save(ctx, ns, ns.name(k), nil, 0)
		}
	}
}

// match reports whether the whole of key matches pattern: * stands for any bytes, ? for
// one.
func match(pattern, key string) bool { return glob.Match([]byte(pattern), []byte(key)) }

func checkPattern(pattern string) error {
	if len(pattern) > maxKey {
		return fmt.Errorf("field pattern is too long: the maximum is %d bytes", maxKey)
	}
	return nil
}
