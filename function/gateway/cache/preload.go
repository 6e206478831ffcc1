package cache

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A PreloadInput is the input of [Preload].
type PreloadInput struct {
	Most   int          `json:"most,omitempty" doc:"how many keys to load; default: 64"`
	Within core.Seconds `json:"within_seconds,omitempty" doc:"how long it may take; default: 0.1" unit:"s"`
}

// Check refuses negative figures.
func (in PreloadInput) Check() error {
	switch {
	case in.Most < 0:
		return errors.New("field most is negative")
	case in.Within < 0:
		return errors.New("field within_seconds is negative")
	}
	return nil
}

// Preloaded is what a [Preload] did.
type Preloaded struct {
	Known    int          `json:"known" doc:"keys whose use was counted"`
	Loaded   int          `json:"loaded" doc:"keys that are in memory now and were not before"`
	There    int          `json:"there" doc:"keys that were in memory already"`
	Gone     int          `json:"gone" doc:"keys that no level has any more"`
	Duration core.Seconds `json:"duration_seconds" doc:"how long it took" unit:"s"`
}

func (s *Store) preload(ctx context.Context, in PreloadInput) (Preloaded, error) {
	start := time.Now()
	within := cmp.Or(in.Within.Duration(), 100*time.Millisecond)
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	s.loadUse(ctx)
	ranking := s.ranking()
	p := Preloaded{Known: len(ranking)}
	for _, u := range ranking[:min(len(ranking), cmp.Or(in.Most, 64))] {
		if ctx.Err() != nil {
			break
		}
		m := s.space(u.ns)
		if _, there := m.peek(u.id); there {
			p.There++
		} else if e, _, ok := s.below(ctx, u.ns, u.id, false); ok && m.keep(e) {
			p.Loaded++
		} else {
			m.disremember(u.id)
			p.Gone++
		}
	}
	p.Duration = core.Seconds(time.Since(start))
	return p, nil
}

// Use is how often keys were used, which outlives the process.
type use struct {
	loaded bool
	saved  time.Time
	hits   int64 // of all namespaces when it was saved
}

// A used key, and how often it was.
type usedKey struct {
	ns Namespace
	id
	hits uint32
}

// usedRecord is a usedKey below memory.
type usedRecord struct {
	Namespace Namespace `json:"n"`
	Op        string    `json:"o,omitempty"`
	Key       string    `json:"k"`
	Hits      uint32    `json:"h"`
}

const maxUsed = 256 // keys whose use is told to the processes to come

// known returns how often each key was hit whose values may be below memory.
func (m *memory) known() map[id]uint32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := make(map[id]uint32, len(m.past)+len(m.entries))
	for k, n := range m.past {
		known[k] = n
	}
	for k, e := range m.entries {
		if e.lasts {
			known[k] += e.hits
		}
	}
	return known
}

// ranking returns the keys that were hit, the most used first.
func (s *Store) ranking() []usedKey {
	var keys []usedKey
	for _, ns := range Namespaces() {
		for k, n := range s.space(ns).known() {
			if n > 0 {
				keys = append(keys, usedKey{ns, k, n})
			}
		}
	}
	slices.SortFunc(keys, func(a, b usedKey) int {
		return cmp.Or(-cmp.Compare(a.hits, b.hits), cmp.Compare(a.ns, b.ns), cmp.Compare(a.id.String(), b.id.String()))
	})
	return keys
}

// usedID is the one key of the namespace used.
var usedID = id{key: "keys"}

// saveUse writes down how often keys were used, for the processes to come.
func (s *Store) saveUse(ctx context.Context) {
	ranking := s.ranking()
	records := make([]usedRecord, 0, maxUsed)
	for _, u := range ranking[:min(len(ranking), maxUsed)] {
		records = append(records, usedRecord{u.ns, opOf(u.id), u.key, u.hits})
	}
	value, err := json.Marshal(records)
	if err != nil {
		return
	}
	now := time.Now()
	s.sink(ctx, used, entry{id: usedID, value: json.RawMessage(value), stored: now.UnixNano(), ttl: 30 * 24 * time.Hour}, "")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.use.saved, s.use.hits = now, s.allHits()
}

// loadUse reads, once, how often the processes before this one used keys. Each
// process halves it, so that what was used long ago does not outweigh what is used
// now.
func (s *Store) loadUse(ctx context.Context) {
	s.mu.Lock()
	first := !s.use.loaded
	s.use.loaded = true
	s.mu.Unlock()
	if !first {
		return
	}
	e, _, ok := s.below(ctx, used, usedID, false)
	value, _ := e.value.(json.RawMessage)
	var records []usedRecord
	if !ok || json.Unmarshal(value, &records) != nil {
		return
	}
	for _, r := range records[:min(len(records), maxUsed)] {
		k, ok := s.idFor(r.Op, r.Key)
		if !ok || checkNamespace(r.Namespace) != nil || r.Hits == 0 {
			continue
		}
		m := s.space(r.Namespace)
		m.mu.Lock()
		m.remember(k, (r.Hits+1)/2)
		m.mu.Unlock()
	}
}

// allHits returns how many look-ups found something, on whatever level.
func (s *Store) allHits() (n int64) {
	for _, ns := range Namespaces() {
		c, _, _ := s.space(ns).now()
		n += c.hits
		if s.disk.dir != "" {
			n += s.disk.did(ns).hits
		}
		if s.ext.table != nil {
			n += s.ext.did(ns).hits
		}
	}
	return n
}
