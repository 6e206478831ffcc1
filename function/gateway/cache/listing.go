package cache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

const maxListed = 1000

// A KeysInput is the input of [Keys].
type KeysInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	Pattern   string    `json:"pattern,omitempty" doc:"* stands for any characters, ? for any one; default: *"`
}

// Check refuses a namespace that there is not, and a pattern that is too long.
func (in KeysInput) Check() error {
	return errors.Join(checkNamespace(in.Namespace), checkPattern(in.Pattern))
}

// A Listing is what is kept under keys that match.
type Listing struct {
	Keys []Listed `json:"keys" doc:"by namespace and key, at most 1000"`
	More int      `json:"more" doc:"how many more match"`
}

// A Listed is one key.
type Listed struct {
	Namespace Namespace `json:"namespace"`
	Key       string    `json:"key" doc:"that of a remembered result has the operation's name in front"`
	Levels    []Level   `json:"levels" doc:"of memory and disk, which have it"`
}

// A SizeInput is the input of [GetSize].
type SizeInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
}

// Check refuses a namespace that there is not.
func (in SizeInput) Check() error { return checkNamespace(in.Namespace) }

// A Size is how much is kept.
type Size struct {
	Entries   int   `json:"entries" doc:"in memory"`
	Bytes     int   `json:"bytes" doc:"that they take in memory, keys included" unit:"B"`
	DiskFiles int   `json:"disk_files" doc:"of entries on disk"`
	DiskBytes int64 `json:"disk_bytes" doc:"that they take on disk" unit:"B"`
}

// A ClearInput is the input of [Clear].
type ClearInput struct {
	Namespace Namespace `json:"namespace,omitempty" doc:"default: all"`
	Pattern   string    `json:"pattern" doc:"as of keys; * for every key" required:"true"`
}

// Check refuses an input without a pattern: nothing is cleared by accident.
func (in ClearInput) Check() error {
	if in.Pattern == "" {
		return errors.New("field pattern is missing: * is every key")
	}
	return errors.Join(checkNamespace(in.Namespace), checkPattern(in.Pattern))
}

// Cleared says what a [Clear] forgot. An item of the table goes too if this process
// knows its key, from memory, disk or the counts of use.
type Cleared struct {
	Entries   int `json:"entries" doc:"that were in memory"`
	DiskFiles int `json:"disk_files" doc:"that were on disk"`
}

func (s *Store) keys(_ context.Context, in KeysInput) (Listing, error) {
	var found []Listed
	for _, ns := range in.Namespace.orAll() {
		levels := s.levels(ns, cmp.Or(in.Pattern, "*"))
		for key, on := range levels {
			found = append(found, Listed{ns, key, on})
		}
	}
	slices.SortFunc(found, func(a, b Listed) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Key, b.Key))
	})
	n := min(len(found), maxListed)
	return Listing{append([]Listed{}, found[:n]...), len(found) - n}, nil
}

// levels returns the keys of a namespace that match, with the levels that have each.
func (s *Store) levels(ns Namespace, pattern string) map[string][]Level {
	levels := map[string][]Level{}
	for _, e := range s.space(ns).all() {
		if key := e.id.String(); match(pattern, key) {
			levels[key] = append(levels[key], Memory)
		}
	}
	names, _ := s.disk.names(ns)
	for _, name := range names {
		if r := s.fromDisk(ns, name); r != nil && match(pattern, r.text()) {
			levels[r.text()] = append(levels[r.text()], Disk)
		}
	}
	return levels
}

func (s *Store) size(_ context.Context, in SizeInput) (Size, error) {
	var sum Size
	for _, ns := range in.Namespace.orAll() {
		m := s.space(ns)
		m.mu.Lock()
		sum.Entries += len(m.entries)
		sum.Bytes += m.bytes
		m.mu.Unlock()
		names, bytes := s.disk.names(ns)
		sum.DiskFiles += len(names)
		sum.DiskBytes += bytes
	}
	return sum, nil
}

func (s *Store) clear(ctx context.Context, in ClearInput) (Cleared, error) {
	var c Cleared
	for _, ns := range in.Namespace.orAll() {
		for _, e := range s.space(ns).all() {
			if match(in.Pattern, e.id.String()) {
				c.Entries++
				c.DiskFiles += count(s.forget(ctx, ns, e.id), Disk)
			}
		}
		names, _ := s.disk.names(ns)
		for _, name := range names {
			r := s.fromDisk(ns, name)
			if in.Pattern == "*" || r != nil && match(in.Pattern, r.text()) {
				c.DiskFiles += btoi(s.disk.remove(name))
				s.ext.save(ctx, ns, name, nil, 0)
			}
		}
		for k := range s.space(ns).known() {
			if match(in.Pattern, k.String()) {
				s.ext.save(ctx, ns, ns.name(k), nil, 0)
			}
		}
	}
	return c, nil
}

// text returns the key as operators see it.
func (r *record) text() string {
	if r.Op == "" {
		return r.Key
	}
	return r.Op + " " + r.Key
}

// orAll returns ns, or every namespace if there is none.
func (ns Namespace) orAll() []Namespace {
	if ns == "" {
		return Namespaces()
	}
	return []Namespace{ns}
}

// match reports whether text is what pattern stands for. Its time grows with the
// product of their lengths, no faster.
func match(pattern, text string) bool {
	p, t, star, from := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

func checkPattern(pattern string) error {
	if len(pattern) > maxKey {
		return fmt.Errorf("field pattern is too long: at most %d bytes are taken", maxKey)
	}
	return nil
}

func count(levels []Level, level Level) int { return btoi(slices.Contains(levels, level)) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
