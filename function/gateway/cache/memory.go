package cache

import (
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A memory is the uppermost level of one namespace: the most recently used entries,
// as many as its limits allow, each until it expires.
type memory struct {
	limits Limits

	mu          sync.Mutex
	entries     map[id]*entry // guarded by mu
	root        entry         // guarded by mu; of the list: next is the most recently used entry, prev the least
	peak        int           // guarded by mu; most entries since the map was made, which it has room for
	bytes       int           // guarded by mu
	counts      counts        // guarded by mu
	removedHits map[id]uint32 // guarded by mu; hits of persistent entries that were removed
	refreshable int           // guarded by mu; entries that can be refreshed
}

// lookup returns a copy of an entry, and counts a hit or a miss.
func (m *memory) lookup(k id) (entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.hitOrMiss(k); e != nil {
		return *e, true
	}
	return entry{}, false
}

// load is lookup of the value alone: an entry takes as long to copy as to find.
func (m *memory) load(k id) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.hitOrMiss(k); e != nil {
		return e.value, true
	}
	return nil, false
}

// lookupRare is lookup for namespaces that rarely have an entry: it counts no miss.
func (m *memory) lookupRare(k id) (entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.entries) == 0 {
		return entry{}, false
	}
	if e := m.hit(k); e != nil {
		return *e, true
	}
	return entry{}, false
}

// hitOrMiss returns an entry, or nil, and counts a hit or a miss. The caller holds mu.
func (m *memory) hitOrMiss(k id) *entry {
	e := m.hit(k)
	if e == nil {
		m.counts.misses++
	}
	return e
}

// hit returns an entry, or nil, and counts a hit. The caller holds mu.
func (m *memory) hit(k id) *entry {
	e := m.valid(k, time.Now().UnixNano())
	if e == nil {
		return nil
	}
	m.counts.hits++
	e.hits++
	if e.ttl == 0 {
		e.expires = e.stored + int64(m.limits.TTL(e.pastHits+e.hits))
	}
	if m.root.next != e {
		e.unlink()
		m.pushFront(e)
	}
	return e
}

// peek returns a copy of an entry, and counts nothing.
func (m *memory) peek(k id) (entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.valid(k, time.Now().UnixNano()); e != nil {
		return *e, true
	}
	return entry{}, false
}

// valid returns an entry, or nil; it removes one that has expired. The caller holds
// mu.
func (m *memory) valid(k id, now int64) *entry {
	e := m.entries[k]
	if e != nil && e.expires <= now {
		m.counts.expired++
		m.drop(e)
		return nil
	}
	return e
}

// put stores e, unless it is larger than the limit of the namespace, and reports
// whether it did.
func (m *memory) put(e entry) bool {
	e.size = sizeOf(e.id, e.value)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[id]*entry{}
		m.root.prev, m.root.next = &m.root, &m.root
	}
	m.counts.sets++
	place := m.entries[e.id]
	if place != nil {
		m.release(place)
	}
	if e.size > m.limits.Bytes {
		delete(m.entries, e.id)
		return false
	}
	if place == nil {
		place = new(entry)
		m.entries[e.id] = place
		m.peak = max(m.peak, len(m.entries))
	}
	*place = e
	m.pushFront(place)
	m.bytes += e.size
	if e.rerun.possible() {
		m.refreshable++
	}
	m.evict(m.limits.Entries, m.limits.Bytes)
	return true
}

// evict removes the least recently used entries until the rest is within limits.
// The caller holds mu.
func (m *memory) evict(entries, bytes int) {
	for len(m.entries) > entries || m.bytes > bytes {
		m.counts.evictions++
		m.drop(m.root.prev)
	}
}

// remove removes an entry and reports whether there was one.
func (m *memory) remove(k id) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.valid(k, time.Now().UnixNano())
	if e != nil {
		m.drop(e)
	}
	return e != nil
}

// removeExpired removes the entries that have expired.
func (m *memory) removeExpired() core.Reclaimed {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.held()
	for _, e := range m.entries {
		if e.expires <= now {
			m.counts.expired++
			m.drop(e)
		}
	}
	return m.reclaimed(before)
}

// compact evicts entries until the rest takes at most so many bytes, and frees the
// empty places of the map.
func (m *memory) compact(bytes int) core.Reclaimed {
	const perPlace = 32 // of the map: an id and a pointer, at its usual load
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.held()
	m.evict(m.limits.Entries, bytes)
	freed := m.reclaimed(before)
	if m.peak > 2*len(m.entries) {
		entries := make(map[id]*entry, len(m.entries))
		for k, e := range m.entries {
			entries[k] = e
		}
		freed.Bytes += int64(m.peak-len(entries)) * perPlace
		m.entries, m.peak = entries, len(entries)
	}
	return freed
}

// all returns copies of the valid entries, the most recently used first.
func (m *memory) all() []entry {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	found := make([]entry, 0, len(m.entries))
	for e := m.root.next; e != nil && e != &m.root; e = e.next {
		if e.expires > now {
			found = append(found, *e)
		}
	}
	return found
}

// stats returns what m did so far, and how much it has.
func (m *memory) stats() (c counts, entries, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts, len(m.entries), m.bytes
}

// held returns how much m has, for reclaimed to compare with. The caller holds mu.
func (m *memory) held() core.Reclaimed {
	return core.Reclaimed{Items: len(m.entries), Bytes: int64(m.bytes)}
}

func (m *memory) reclaimed(before core.Reclaimed) core.Reclaimed {
	return core.Reclaimed{Items: before.Items - len(m.entries), Bytes: before.Bytes - int64(m.bytes)}
}

// drop removes an entry, but not its hits if it is persistent. The caller holds mu.
func (m *memory) drop(e *entry) {
	delete(m.entries, e.id)
	m.release(e)
}

// release takes an entry out of everything but the map. The caller holds mu.
func (m *memory) release(e *entry) {
	e.unlink()
	m.bytes -= e.size
	if e.rerun.possible() {
		m.refreshable--
	}
	if e.hits > 0 && e.persistent {
		m.addRemovedHits(e.id, e.hits)
	}
}

func (m *memory) pushFront(e *entry) {
	e.prev, e.next = &m.root, m.root.next
	e.prev.next, e.next.prev = e, e
}
