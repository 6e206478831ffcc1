package cache

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"
)

// usage is how often keys were hit, which is saved for later processes.
type usage struct {
	loaded bool      // what earlier processes saved
	saved  time.Time // last
	hits   int64     // of all namespaces, when it was saved
}

// A keyUsage is a key and how often it was hit.
type keyUsage struct {
	ns Namespace
	id
	hits uint32
}

// A usageRecord is a keyUsage on the levels below memory.
type usageRecord struct {
	Namespace Namespace `json:"n"`
	Op        string    `json:"o,omitempty"`
	Key       string    `json:"k"`
	Hits      uint32    `json:"h"`
}

const (
	maxUsageRecords = 256
	usageSaveEvery  = time.Minute // at most
)

// usageID is the only key of the namespace usageCounts.
var usageID = id{key: "keys"}

// addRemovedHits adds to the hits of an entry that was removed. When there are too
// many to remember, older ones count half. The caller holds mu.
func (m *memory) addRemovedHits(k id, hits uint32) {
	const most = 512
	if m.removedHits == nil {
		m.removedHits = map[id]uint32{}
	}
	m.removedHits[k] += hits
	for len(m.removedHits) > most {
		for k, n := range m.removedHits {
			if n /= 2; n == 0 {
				delete(m.removedHits, k)
			} else {
				m.removedHits[k] = n
			}
		}
	}
}

// forgetHits forgets how often an entry was hit that no level has.
func (m *memory) forgetHits(k id) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.removedHits, k)
}

// hitsOfRemoved returns how often an entry was hit that was removed.
func (m *memory) hitsOfRemoved(k id) uint32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.removedHits[k]
}

// persistentHits returns how often each persistent entry was hit.
func (m *memory) persistentHits() map[id]uint32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	hits := make(map[id]uint32, len(m.removedHits)+len(m.entries))
	for k, n := range m.removedHits {
		hits[k] = n
	}
	for k, e := range m.entries {
		if e.persistent {
			hits[k] += e.hits
		}
	}
	return hits
}

// ranking returns the keys that were hit, the most used first.
func (s *Store) ranking() []*keyUsage {
	var keys []*keyUsage
	for _, ns := range Namespaces() {
		for k, n := range s.memoryOf(ns).persistentHits() {
			if n > 0 {
				keys = append(keys, &keyUsage{ns, k, n})
			}
		}
	}
	slices.SortFunc(keys, func(a, b *keyUsage) int {
		return cmp.Or(-cmp.Compare(a.hits, b.hits), cmp.Compare(a.ns, b.ns), cmp.Compare(a.id.String(), b.id.String()))
	})
	return keys
}

// saveUsage saves how often keys were hit to the levels below memory.
func (s *Store) saveUsage(ctx context.Context) {
	ranking := s.ranking()
	records := make([]usageRecord, 0, maxUsageRecords)
	for _, u := range ranking[:min(len(ranking), maxUsageRecords)] {
		records = append(records, usageRecord{u.ns, u.operation(), u.key, u.hits})
	}
	value, err := json.Marshal(records)
	if err != nil {
		return
	}
	now := time.Now()
	s.writeThrough(ctx, usageCounts, entry{id: usageID, value: json.RawMessage(value), stored: now.UnixNano(), ttl: 30 * 24 * time.Hour}, "")
	hits := s.allHits()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.saved, s.usage.hits = now, hits
}

// loadUsage loads once how often earlier processes hit keys. Each process halves it,
// so that recent use outweighs old.
func (s *Store) loadUsage(ctx context.Context) {
	s.mu.Lock()
	first := !s.usage.loaded
	s.usage.loaded = true
	s.mu.Unlock()
	if !first {
		return
	}
	e, _, ok := s.lookupLower(ctx, usageCounts, usageID, false)
	value, _ := e.value.(json.RawMessage)
	var records []usageRecord
	if !ok || json.Unmarshal(value, &records) != nil {
		return
	}
	for _, r := range records[:min(len(records), maxUsageRecords)] {
		k, ok := s.idFor(r.Op, r.Key)
		if !ok || checkNamespace(r.Namespace) != nil || r.Hits == 0 {
			continue
		}
		m := s.memoryOf(r.Namespace)
		m.mu.Lock()
		m.addRemovedHits(k, (r.Hits+1)/2)
		m.mu.Unlock()
	}
}

// idFor returns an id by the name of its operation, and false if no keyed operation
// has the name.
func (s *Store) idFor(op, key string) (id, bool) {
	if op == "" {
		return id{key: key}, true
	}
	if s.dispatcher == nil {
		return id{}, false
	}
	spec := s.dispatcher.Spec(op)
	return id{spec, key}, spec != nil && spec.In.Implements(reflect.TypeFor[Keyed]())
}

// usageIsDue reports whether keys were hit since their usage was saved, and it is
// time to save it again.
func (s *Store) usageIsDue() bool {
	s.memoryOf(Response)
	if !s.hasLower() {
		return false
	}
	hits := s.allHits()
	s.mu.Lock()
	defer s.mu.Unlock()
	return hits != s.usage.hits && time.Since(s.usage.saved) >= usageSaveEvery
}

// allHits returns how many lookups have hit, in every namespace.
func (s *Store) allHits() (n int64) {
	for _, ns := range Namespaces() {
		n += s.Lookups(ns).Hits
	}
	return n
}
