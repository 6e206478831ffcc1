package cache

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Options configure a [Store].
type Options struct {
	Limits map[Namespace]Limits // default: [Namespace.Defaults] of each

	Dir       string // folder for the files of the disk level, used by the store alone; default: no disk level
	DiskBytes int64  // of all files together; default: 32 MiB, of the 512 that /tmp has

	Table  Table                                                    // the external level; default: none
	Budget time.Duration                                            // timeout of a call to the table; default: 300 ms, which leaves the first call time for a TLS handshake on a fraction of a CPU
	Guard  func(context.Context, func(context.Context) error) error // runs each call to the table, or rejects it; default: runs it

	// Seal and Open encrypt what leaves memory. Without them, or while they return
	// [ErrNoKey], the namespaces settings, identity and negative stay in memory, and
	// values of the others leave it only if Clean returns true for them.
	Seal, Open func([]byte) ([]byte, error)
	Clean      func([]byte) bool // reports whether a text is free of secrets; default: always false

	Problem      func(string) // called with the first problem of each level, in a sentence; default: not reported
	RefreshAhead func() bool  // reports whether results may be refreshed before they expire; default: always true
}

// A Level is a place where entries are stored.
type Level string

// The levels, uppermost first.
const (
	Memory   Level = "memory"
	Disk     Level = "disk"
	External Level = "external"
)

// A Store caches values on up to three levels. The zero value is ready for use and
// has the memory level only. A Store is safe for concurrent use.
//
// The memory level is our own list and map, not a library: maypok86/otter v2 adds
// 508 KB to the function's binary and 0.4 ms to a cold start, and enforces its
// bounds late, in goroutines that may not outlive an invocation; jellydator/ttlcache
// v3 adds 62 KB, and has no time to live that depends on use. Ours is 250 lines, and
// exact.
type Store struct {
	opts  Options
	once  sync.Once
	mem   [numNamespaces]memory
	disk  disk
	table tableLevel
	codec codec

	dispatcher *core.Dispatcher // knows the operations by name; nil before Bind

	mu    sync.Mutex
	usage usage // guarded by mu
}

// New returns an empty Store.
func New(o Options) *Store { return &Store{opts: o} }

// memoryOf returns the memory of a namespace.
func (s *Store) memoryOf(ns Namespace) *memory {
	s.once.Do(s.setUp)
	return &s.mem[ns.index()]
}

func (s *Store) setUp() {
	for _, ns := range Namespaces() {
		l, ok := s.opts.Limits[ns]
		if !ok {
			l = ns.Defaults()
		}
		s.mem[ns.index()].limits = l
	}
	o := s.opts
	s.disk.dir, s.disk.maxBytes = o.Dir, cmp.Or(o.DiskBytes, 32<<20)
	s.disk.cooldown, s.disk.report = time.Minute, o.Problem
	s.table.table, s.table.timeout, s.table.guard = o.Table, cmp.Or(o.Budget, 300*time.Millisecond), o.Guard
	s.table.cooldown, s.table.report = 10*time.Second, o.Problem
	s.codec = codec{o.Seal, o.Open, o.Clean}
}

// lookup returns a copy of an entry, and the level that had it. An entry of a lower
// level is copied to memory.
func (s *Store) lookup(ctx context.Context, ns Namespace, k id) (entry, Level, bool) {
	ns = cmp.Or(ns, Response)
	m := s.memoryOf(ns)
	if e, ok := m.lookup(k); ok {
		return e, Memory, true
	}
	e, level, ok := s.lookupLower(ctx, ns, k, true)
	if ok {
		e.hits = 1
		m.put(e)
	}
	return e, level, ok
}

// peek is lookup without side effects: it counts nothing and copies nothing.
func (s *Store) peek(ctx context.Context, ns Namespace, k id) (entry, Level, bool) {
	ns = cmp.Or(ns, Response)
	if e, ok := s.memoryOf(ns).peek(k); ok {
		return e, Memory, true
	}
	return s.lookupLower(ctx, ns, k, false)
}

// put stores an entry in memory and, if it is persistent, on the levels below, and
// returns the levels that have it now. A ttl of 0 depends on use.
func (s *Store) put(ctx context.Context, ns Namespace, e entry) []Level {
	ns = cmp.Or(ns, Response)
	m := s.memoryOf(ns)
	e.ttl = min(e.ttl, m.limits.Max)
	e.stored = time.Now().UnixNano()
	e.expires = e.stored + int64(cmp.Or(e.ttl, m.limits.TTL(e.pastHits)))
	var levels []Level
	if m.put(e) {
		levels = append(levels, Memory)
	}
	if e.persistent {
		levels = append(levels, s.writeThrough(ctx, ns, e, "")...)
	}
	return levels
}

// remove removes an entry from every level, and returns those that had it. The
// table does not say whether it had.
func (s *Store) remove(ctx context.Context, ns Namespace, k id) (levels []Level) {
	ns = cmp.Or(ns, Response)
	name := ns.name(k)
	if s.memoryOf(ns).remove(k) {
		levels = append(levels, Memory)
	}
	if s.disk.remove(name) {
		levels = append(levels, Disk)
	}
	s.table.save(ctx, ns, name, nil, 0)
	return levels
}

// Cleanup removes what has expired, in memory and on disk, and returns how much
// that was.
func (s *Store) Cleanup(context.Context) core.Reclaimed {
	var freed core.Reclaimed
	for _, ns := range Namespaces() {
		freed = freed.Plus(s.memoryOf(ns).removeExpired())
	}
	return freed.Plus(s.disk.removeExpired())
}

// A NamespaceCache caches Go values in one namespace of a [Store], in memory only.
type NamespaceCache struct {
	store *Store
	ns    Namespace
}

// Namespace returns the cache of a namespace.
func (s *Store) Namespace(ns Namespace) NamespaceCache { return NamespaceCache{s, ns} }

// Load returns the value of key, and whether there is one.
func (c NamespaceCache) Load(key string) (any, bool) {
	return c.store.memoryOf(c.ns).load(id{key: key})
}

// Keep stores the value of key for a time, at most the maximum of the namespace. A
// ttl of 0 stands for one that grows with use.
func (c NamespaceCache) Keep(key string, v any, ttl time.Duration) {
	c.store.put(context.Background(), c.ns, entry{id: id{key: key}, value: v, ttl: ttl})
}
