package cache

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Bounds of what is taken.
const (
	maxKey   = 512
	maxValue = 1 << 20
)

// Options configure a [Store].
type Options struct {
	Limits map[Namespace]Limits // default: [Namespace.Defaults] of each

	Dir       string // a folder of the store's own, for the files of the second level; default: there are none
	DiskBytes int64  // of all files together; default: 32 MiB, of the 512 that /tmp has

	Table  Table                                                    // the third level; default: there is none
	Budget time.Duration                                            // how long the table may take of a call; default: 300 ms, for the first call shakes hands with a share of a core
	Guard  func(context.Context, func(context.Context) error) error // runs what asks the table, or refuses to; default: runs it

	// Seal and Open encrypt what leaves memory. Without them, or while they return
	// [ErrNoKey], the namespaces settings, identity and negative stay in memory, and
	// of the others only what Clean takes for free of secrets leaves it.
	Seal, Open func([]byte) ([]byte, error)
	Clean      func([]byte) bool // default: nothing is free of secrets

	Problem      func(string) // is told, once a level, what is wrong with it; default: nobody
	RefreshAhead func() bool  // whether entries may be made again before they end; default: they may
}

// A Level is a place where entries are kept.
type Level string

// The levels, uppermost first.
const (
	Memory   Level = "memory"
	Disk     Level = "disk"
	External Level = "external"
)

// A Store keeps entries on up to three levels. The zero value keeps them in memory
// only. It is safe for concurrent use.
//
// The memory level is a list and a map of its own, after a look at two libraries:
// in the function's binary maypok86/otter v2 is 508 KB more and 0.4 ms of a cold
// start, and does its work in goroutines, which in a function may not outlive the
// invocation, so that its bounds hold only after a while; jellydator/ttlcache v3
// is 62 KB, and knows no time to live that depends on use. This is 200 lines, and
// exact.
type Store struct {
	opts Options
	once sync.Once
	mem  [numNamespaces]memory
	disk disk
	ext  external
	code codec

	mu         sync.Mutex
	specs      map[string]*core.Spec // guarded by mu; of the operations served, by name
	refreshers []refresher           // guarded by mu
	use        use                   // guarded by mu
}

// New returns an empty Store.
func New(o Options) *Store { return &Store{opts: o} }

// space returns the memory of a namespace.
func (s *Store) space(ns Namespace) *memory {
	s.once.Do(s.fill)
	return &s.mem[ns.index()]
}

func (s *Store) fill() {
	for _, ns := range Namespaces() {
		l, ok := s.opts.Limits[ns]
		if !ok {
			l = ns.Defaults()
		}
		s.mem[ns.index()].limits = l
	}
	s.disk.dir, s.disk.most, s.disk.rest = s.opts.Dir, cmp.Or(s.opts.DiskBytes, 32<<20), time.Minute
	s.ext.table, s.ext.budget, s.ext.rest = s.opts.Table, cmp.Or(s.opts.Budget, 300*time.Millisecond), 10*time.Second
	s.ext.guard = s.opts.Guard
	s.disk.tell, s.ext.tell = s.opts.Problem, s.opts.Problem
	s.code = codec{s.opts.Seal, s.opts.Open, s.opts.Clean}
}

// find returns a copy of what is kept under an id, and the level that had it. What
// a lower level had is left in memory.
func (s *Store) find(ctx context.Context, ns Namespace, k id) (entry, Level, bool) {
	ns = cmp.Or(ns, Response)
	m := s.space(ns)
	if e, ok := m.lookup(k); ok {
		return e, Memory, true
	}
	e, level, ok := s.below(ctx, ns, k, true)
	if ok {
		e.hits = 1
		m.keep(e)
	}
	return e, level, ok
}

// peek is find for those who only look: it counts nothing and leaves nothing in memory.
func (s *Store) peek(ctx context.Context, ns Namespace, k id) (entry, Level, bool) {
	ns = cmp.Or(ns, Response)
	if e, ok := s.space(ns).peek(k); ok {
		return e, Memory, true
	}
	return s.below(ctx, ns, k, false)
}

// below looks for an id on the levels below memory.
func (s *Store) below(ctx context.Context, ns Namespace, k id, count bool) (entry, Level, bool) {
	m := s.space(ns)
	if s.disk.dir == "" && s.ext.table == nil {
		return entry{}, "", false
	}
	name := ns.name(k)
	r := s.fromDisk(ns, name)
	e, ok := s.revive(r, ns, k)
	if count {
		s.disk.note(ns, ok)
	}
	if ok {
		return e, Disk, true
	}
	r, b := s.fromTable(ctx, ns, name)
	if e, ok = s.revive(r, ns, k); ok {
		s.disk.save(ns, name, b, r.ends(m.limits.Max))
	}
	if count && s.ext.table != nil && ns.asksTable() {
		s.ext.note(ns, func(c *counts) {
			if ok {
				c.hits++
			} else {
				c.misses++
			}
		})
	}
	return e, External, ok
}

// fromDisk returns the record in a file, or nil. What cannot be read goes.
func (s *Store) fromDisk(ns Namespace, name string) *record {
	b, ok, err := s.disk.load(ns, name)
	var r *record
	if ok && err == nil {
		r, err = s.code.decode(b, ns)
	}
	switch {
	case err == nil || errors.Is(err, ErrNoKey):
		return r
	case !errors.Is(err, errSealed):
		s.disk.spoiled("a file of the cache counts as missing and was removed: " + reason(err))
	}
	s.disk.remove(name)
	return nil
}

// fromTable returns the record in the table, and its bytes, or nil.
func (s *Store) fromTable(ctx context.Context, ns Namespace, name string) (*record, []byte) {
	b, ok := s.ext.load(ctx, ns, name)
	if !ok {
		return nil, nil
	}
	r, err := s.code.decode(b, ns)
	switch {
	case err == nil || errors.Is(err, ErrNoKey):
		return r, b
	case !errors.Is(err, errSealed):
		s.ext.spoiled("an item of the cache's table counts as missing and was removed: " + err.Error())
	}
	s.ext.save(ctx, ns, name, nil, 0)
	return nil, nil
}

// revive makes an entry of a record, if it is of that id and still holds. One that
// lives by its use goes on with the uses that are known.
func (s *Store) revive(r *record, ns Namespace, k id) (entry, bool) {
	if r == nil || r.Key != k.key || r.Op != opOf(k) {
		return entry{}, false
	}
	m := s.space(ns)
	e := entry{id: k, value: r.Value, stored: r.Stored, ttl: r.TTL, lasts: true, credit: m.usedBefore(k)}
	e.ends = e.stored + int64(cmp.Or(e.ttl, m.limits.Life(e.credit)))
	if e.ends <= time.Now().UnixNano() {
		return entry{}, false
	}
	if k.spec != nil {
		v := reflect.New(k.spec.Out)
		if json.Unmarshal(r.Value, v.Interface()) != nil {
			return entry{}, false // of another version of the program
		}
		e.value = v.Elem().Interface()
	}
	return e, true
}

func opOf(k id) string {
	if k.spec == nil {
		return ""
	}
	return k.spec.String()
}

// keep keeps a value in memory and, if it lasts, below, and returns the levels
// that have it now. A ttl of 0 stands for one that depends on use.
func (s *Store) keep(ctx context.Context, ns Namespace, e entry) []Level {
	ns = cmp.Or(ns, Response)
	m := s.space(ns)
	e.ttl = min(e.ttl, m.limits.Max)
	e.stored = time.Now().UnixNano()
	e.ends = e.stored + int64(cmp.Or(e.ttl, m.limits.Life(e.credit)))
	var levels []Level
	if m.keep(e) {
		levels = append(levels, Memory)
	}
	if e.lasts {
		levels = append(levels, s.sink(ctx, ns, e, "")...)
	}
	return levels
}

// sink copies an entry to the levels below memory, or to that one of them, and
// returns those that took it.
func (s *Store) sink(ctx context.Context, ns Namespace, e entry, only Level) (levels []Level) {
	m := s.space(ns)
	if s.disk.dir == "" && s.ext.table == nil {
		return nil
	}
	value, ok := e.value.(json.RawMessage)
	if !ok {
		var err error
		if value, err = json.Marshal(e.value); err != nil {
			return nil
		}
	}
	r := &record{Namespace: ns, Op: opOf(e.id), Key: e.key, Value: value, Stored: e.stored, TTL: e.ttl}
	name, ends := ns.name(e.id), r.ends(m.limits.Max)
	b, err := s.code.encode(r)
	if err != nil {
		// What was there before must not come back in its place.
		s.disk.remove(name)
		if ns.inClear() || s.code.seal != nil {
			s.ext.save(ctx, ns, name, nil, 0)
		}
		return nil
	}
	if only != External && s.disk.save(ns, name, b, ends) {
		levels = append(levels, Disk)
	}
	if only != Disk && s.ext.save(ctx, ns, name, b, ends) {
		levels = append(levels, External)
	}
	return levels
}

// forget drops an id on every level, and returns those that had it. The table does
// not say whether it had.
func (s *Store) forget(ctx context.Context, ns Namespace, k id) (levels []Level) {
	ns = cmp.Or(ns, Response)
	name := ns.name(k)
	if s.space(ns).forget(k) {
		levels = append(levels, Memory)
	}
	if s.disk.remove(name) {
		levels = append(levels, Disk)
	}
	s.ext.save(ctx, ns, name, nil, 0)
	return levels
}

// A Shelf is one namespace of a [Store], for Go values that never leave memory.
type Shelf struct {
	store *Store
	ns    Namespace
}

// Shelf returns the shelf of a namespace.
func (s *Store) Shelf(ns Namespace) Shelf { return Shelf{s, ns} }

// Load returns what is kept under key, and whether there is anything.
func (s Shelf) Load(key string) (any, bool) {
	e, ok := s.store.space(s.ns).lookup(id{key: key})
	return e.value, ok
}

// Keep keeps v under key for a time; 0 stands for one that depends on its use.
func (s Shelf) Keep(key string, v any, ttl time.Duration) {
	s.store.keep(context.Background(), s.ns, entry{id: id{key: key}, value: v, ttl: ttl})
}
