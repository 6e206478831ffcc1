package cache

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A memory is the first level of one namespace: the entries used last, as many as
// its limits allow, each until its time has come.
type memory struct {
	limits Limits

	mu      sync.Mutex
	entries map[id]*entry // guarded by mu
	ends    entry         // guarded by mu; next is the entry used last, prev the one to go first
	most    int           // guarded by mu; entries since the map was made, which it has room for
	bytes   int           // guarded by mu
	counts  counts        // guarded by mu
	past    map[id]uint32 // guarded by mu; hits of entries that are gone
	renewed int           // guarded by mu; how many entries know how to be made again
}

// An id names an entry: one of [Set], or the result of an operation.
type id struct {
	spec *core.Spec // nil for Set
	key  string
}

// String returns the id as operators see it: the key, after the operation if it is
// a result of one.
func (k id) String() string {
	if k.spec == nil {
		return k.key
	}
	return k.spec.String() + " " + k.key
}

// An entry is guarded by the mu of its memory, once it is kept.
type entry struct {
	id
	value  any
	size   int
	stored int64         // of the wall clock, which goes on while the process is frozen, in ns since 1970
	ends   int64         // likewise
	ttl    time.Duration // 0: by use
	hits   uint32        // since it was stored, or came from below
	credit uint32        // hits before that, which make it live longer
	lasts  bool          // it may be on the levels below
	again  renewal       // makes its value again

	prev, next *entry
}

// counts are what a level did for a namespace.
type counts struct {
	hits, misses, sets, evictions, expired int64
}

// left returns how long e still holds.
func (e *entry) left(now int64) time.Duration { return time.Duration(e.ends - now) }

// lookup returns a copy of the entry, and counts a hit or a miss.
func (m *memory) lookup(k id) (entry, bool) {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.live(k, now)
	if e == nil {
		m.counts.misses++
		return entry{}, false
	}
	m.counts.hits++
	e.hits++
	if e.ttl == 0 {
		e.ends = e.stored + int64(m.limits.Life(e.credit+e.hits))
	}
	if m.ends.next != e {
		e.unlink()
		m.first(e)
	}
	return *e, true
}

// peek returns a copy of the entry, and counts nothing.
func (m *memory) peek(k id) (entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.live(k, time.Now().UnixNano()); e != nil {
		return *e, true
	}
	return entry{}, false
}

// live returns the entry, or nil; one whose time has come goes. The caller holds mu.
func (m *memory) live(k id, now int64) *entry {
	e := m.entries[k]
	if e != nil && e.ends <= now {
		m.counts.expired++
		m.drop(e)
		return nil
	}
	return e
}

// keep keeps e, unless it is larger than all that may be kept, and reports whether
// it did.
func (m *memory) keep(e entry) bool {
	e.size = size(e.id, e.value)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[id]*entry{}
		m.ends.prev, m.ends.next = &m.ends, &m.ends
	}
	m.counts.sets++
	if old := m.entries[e.id]; old != nil {
		m.drop(old)
	}
	if e.size > m.limits.Bytes {
		return false
	}
	kept := &e
	m.entries[e.id] = kept
	m.most = max(m.most, len(m.entries))
	m.first(kept)
	m.bytes += e.size
	m.count(kept, 1)
	m.shrink(m.limits.Entries, m.limits.Bytes)
	return true
}

// shrink lets the entries go that were not used for longest, until there are at
// most so many. The caller holds mu.
func (m *memory) shrink(entries, bytes int) {
	for len(m.entries) > entries || m.bytes > bytes {
		m.counts.evictions++
		m.drop(m.ends.prev)
	}
}

// forget drops an entry and reports whether there was one.
func (m *memory) forget(k id) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.live(k, time.Now().UnixNano())
	if e != nil {
		m.drop(e)
	}
	return e != nil
}

// sweep drops every entry whose time has come.
func (m *memory) sweep() core.Reclaimed {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.freed()
	for _, e := range m.entries {
		if e.ends <= now {
			m.counts.expired++
			m.drop(e)
		}
	}
	return m.since(before)
}

// squeeze shrinks the entries to so many bytes, and gives back the room that the
// map has for more than there are.
func (m *memory) squeeze(bytes int) core.Reclaimed {
	const perPlace = 32 // of the map: an id and a pointer, at its usual load
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.freed()
	m.shrink(m.limits.Entries, bytes)
	freed := m.since(before)
	if m.most > 2*len(m.entries) {
		entries := make(map[id]*entry, len(m.entries))
		for k, e := range m.entries {
			entries[k] = e
		}
		freed.Bytes += int64(m.most-len(entries)) * perPlace
		m.entries, m.most = entries, len(entries)
	}
	return freed
}

// all returns copies of the entries that still hold, the one used last first.
func (m *memory) all() []entry {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	found := make([]entry, 0, len(m.entries))
	for e := m.ends.next; e != nil && e != &m.ends; e = e.next {
		if e.ends > now {
			found = append(found, *e)
		}
	}
	return found
}

// freed returns what is held, for [memory.since] to compare with. The caller holds mu.
func (m *memory) freed() core.Reclaimed {
	return core.Reclaimed{Items: len(m.entries), Bytes: int64(m.bytes)}
}

func (m *memory) since(before core.Reclaimed) core.Reclaimed {
	return core.Reclaimed{Items: before.Items - len(m.entries), Bytes: before.Bytes - int64(m.bytes)}
}

// drop forgets an entry, but not how often it was used. The caller holds mu.
func (m *memory) drop(e *entry) {
	e.unlink()
	delete(m.entries, e.id)
	m.bytes -= e.size
	m.count(e, -1)
	if e.hits > 0 && e.lasts {
		m.remember(e.id, e.hits)
	}
}

// remember adds to the hits of an entry that is gone. When there are too many to
// remember, the older ones weigh half. The caller holds mu.
func (m *memory) remember(k id, hits uint32) {
	const most = 512
	if m.past == nil {
		m.past = map[id]uint32{}
	}
	m.past[k] += hits
	for len(m.past) > most {
		for k, n := range m.past {
			if n /= 2; n == 0 {
				delete(m.past, k)
			} else {
				m.past[k] = n
			}
		}
	}
}

// disremember forgets how often an entry was hit that no level has any more.
func (m *memory) disremember(k id) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.past, k)
}

// usedBefore returns how often an entry that is gone was hit.
func (m *memory) usedBefore(k id) uint32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.past[k]
}

func (m *memory) count(e *entry, n int) {
	if e.again.can() {
		m.renewed += n
	}
}

func (m *memory) first(e *entry) {
	e.prev, e.next = &m.ends, m.ends.next
	e.prev.next, e.next.prev = e, e
}

func (e *entry) unlink() { e.prev.next, e.next.prev = e.next, e.prev }

// size returns about how many bytes an entry takes.
func size(k id, v any) int {
	const overhead = 220 // of the entry and its place in the map
	const ofGo = 256     // of a value of the program's own, which says nothing of its size
	if b, ok := v.(json.RawMessage); ok {
		return overhead + len(k.key) + len(b)
	}
	return overhead + len(k.key) + ofGo
}
