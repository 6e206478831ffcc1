package cache

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"time"
)

// hasLower reports whether there is a level below memory.
func (s *Store) hasLower() bool { return s.disk.dir != "" || s.table.table != nil }

// lookupLower looks for an entry on the levels below memory, and copies one of the
// table to disk.
func (s *Store) lookupLower(ctx context.Context, ns Namespace, k id, count bool) (entry, Level, bool) {
	m := s.memoryOf(ns)
	if !s.hasLower() {
		return entry{}, "", false
	}
	name := ns.name(k)
	e, ok := s.restoreEntry(s.readDisk(ns, name), ns, k)
	if count {
		s.disk.countLookup(ns, ok)
	}
	if ok {
		return e, Disk, true
	}
	r, b := s.readTable(ctx, ns, name)
	if e, ok = s.restoreEntry(r, ns, k); ok {
		s.disk.save(ns, name, b, r.expires(m.limits.Max))
	}
	if count {
		s.table.countLookup(ns, ok)
	}
	return e, External, ok
}

// readDisk returns the record in a file, or nil. A file that cannot be used is
// removed.
func (s *Store) readDisk(ns Namespace, name string) *record {
	b, ok, err := s.disk.load(ns, name)
	var r *record
	if ok && err == nil {
		r, err = s.codec.decode(b, ns)
	}
	switch {
	case err == nil || errors.Is(err, ErrNoKey):
		return r
	case !errors.Is(err, errOtherKey):
		s.disk.damage("a file of the cache cannot be used and was removed: " + describe(err))
	}
	s.disk.remove(name)
	return nil
}

// readTable returns the record in the table, and its bytes, or nil. An item that
// cannot be used is removed.
func (s *Store) readTable(ctx context.Context, ns Namespace, name string) (*record, []byte) {
	b, ok := s.table.load(ctx, ns, name)
	if !ok {
		return nil, nil
	}
	r, err := s.codec.decode(b, ns)
	switch {
	case err == nil || errors.Is(err, ErrNoKey):
		return r, b
	case !errors.Is(err, errOtherKey):
		s.table.damage("an item of the cache table cannot be used and was removed: " + err.Error())
	}
	s.table.save(ctx, ns, name, nil, 0)
	return nil, nil
}

// restoreEntry returns the entry of a record, unless the record is of another id or
// has expired. If its TTL depends on use, the known hits count.
func (s *Store) restoreEntry(r *record, ns Namespace, k id) (entry, bool) {
	if r == nil || r.Key != k.key || r.Op != k.operation() {
		return entry{}, false
	}
	m := s.memoryOf(ns)
	e := entry{id: k, value: r.Value, stored: r.Stored, ttl: r.TTL, persistent: true, pastHits: m.hitsOfRemoved(k)}
	e.expires = e.stored + int64(cmp.Or(e.ttl, m.limits.TTL(e.pastHits)))
	if e.expires <= time.Now().UnixNano() {
		return entry{}, false
	}
	if k.spec != nil {
		v := reflect.New(k.spec.Out)
		if json.Unmarshal(r.Value, v.Interface()) != nil {
			return entry{}, false // written by another version of the program
		}
		e.value = v.Elem().Interface()
	}
	return e, true
}

// writeThrough copies an entry to the levels below memory, or only to one of them,
// and returns those that stored it.
func (s *Store) writeThrough(ctx context.Context, ns Namespace, e entry, only Level) (levels []Level) {
	m := s.memoryOf(ns)
	if !s.hasLower() {
		return nil
	}
	value, ok := e.value.(json.RawMessage)
	if !ok {
		var err error
		if value, err = json.Marshal(e.value); err != nil {
			return nil
		}
	}
	r := &record{Namespace: ns, Op: e.operation(), Key: e.key, Value: value, Stored: e.stored, TTL: e.ttl}
	name, expires := ns.name(e.id), r.expires(m.limits.Max)
	b, err := s.codec.encode(r)
	if err != nil {
		// An older value must not come back in place of this one.
		s.disk.remove(name)
		if ns.allowsPlain() || s.codec.seal != nil {
			s.table.save(ctx, ns, name, nil, 0)
		}
		return nil
	}
	if only != External && s.disk.save(ns, name, b, expires) {
		levels = append(levels, Disk)
	}
	if only != Disk && s.table.save(ctx, ns, name, b, expires) {
		levels = append(levels, External)
	}
	return levels
}
