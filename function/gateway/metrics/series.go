package metrics

import (
	"maps"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/hearthgate/hearthgate/function/core"
)

// The resolution of the past: five minutes for the last hour, an hour for the last
// day. Older values are in the totals only.
const (
	fine   = 5 * time.Minute
	coarse = time.Hour

	fineSlots   = int(time.Hour / fine) // and the open one, for an hour that starts within a slot
	coarseSlots = int(24*time.Hour/coarse) + 1
)

// A tally holds the counts of a period.
type tally struct {
	Histogram
	errors int64
	hits   int64
}

func (t *tally) merge(o *tally) {
	t.Histogram.merge(&o.Histogram)
	t.errors += o.errors
	t.hits += o.hits
}

func (t *tally) clear() {
	t.Histogram.clear()
	t.errors, t.hits = 0, 0
}

// A slot is the tally of a period of fixed length, numbered from 1970.
type slot struct {
	index int64
	tally
}

// A series holds the values of one operation or metric: the current five minutes,
// everything before them, and the slots of the last hour and day. A value changes only
// the current slot, which is added to the others when its time is over. The zero value
// is empty. It is safe for concurrent use.
type series struct {
	mu     sync.Mutex
	open   slot                 // guarded by mu
	past   tally                // guarded by mu; everything before open
	fine   []slot               // guarded by mu; unordered, at most fineSlots
	coarse []slot               // guarded by mu; unordered, at most coarseSlots
	last   float64              // guarded by mu
	causes map[core.Cause]int64 // guarded by mu; failures by cause; nil before the first
}

// maxCauses is the maximum number of causes; failures of further ones count as "other".
const maxCauses = 16

// add counts a value and returns the totals. When the clock has gone backwards, the
// value counts into the current slot.
func (s *series) add(at time.Time, v float64, cause core.Cause, hit bool) (count int64, sum float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if index := at.Unix() / int64(fine/time.Second); index > s.open.index {
		s.rotate(index)
	}
	s.open.Add(v)
	s.last = v
	if hit {
		s.open.hits++
	}
	if cause != "" {
		s.open.errors++
		s.addCause(cause, 1)
	}
	return s.past.Count + s.open.Count, s.past.Sum + s.open.Sum
}

// addCause counts failures by cause. The caller holds mu.
func (s *series) addCause(cause core.Cause, n int64) {
	if s.causes == nil {
		s.causes = map[core.Cause]int64{}
	}
	if _, ok := s.causes[cause]; !ok && len(s.causes) >= maxCauses {
		cause = "other"
	}
	s.causes[cause] += n
}

// rotate closes the open slot and opens another. The caller holds mu.
func (s *series) rotate(index int64) {
	if s.open.Count > 0 {
		s.past.merge(&s.open.tally)
		at(&s.fine, s.open.index, fineSlots).merge(&s.open.tally)
		at(&s.coarse, s.open.index/int64(coarse/fine), coarseSlots).merge(&s.open.tally)
		s.open.clear()
	}
	s.open.index = index
}

// at returns the tally of a slot. A new slot replaces the oldest when there are limit.
func at(slots *[]slot, index int64, limit int) *tally {
	i := slices.IndexFunc(*slots, func(s slot) bool { return s.index == index })
	switch {
	case i >= 0:
	case len(*slots) < limit:
		i = len(*slots)
		*slots = append(*slots, slot{index: index})
	default:
		i = 0
		for j, s := range *slots {
			if s.index < (*slots)[i].index {
				i = j
			}
		}
		(*slots)[i].clear()
		(*slots)[i].index = index
	}
	return &(*slots)[i].tally
}

// sum adds the values in a window to t.
func (s *series) sum(t *tally, w window) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slots := s.fine
	switch w.step {
	case 0:
		t.merge(&s.past)
		t.merge(&s.open.tally)
		return
	case coarse:
		slots = s.coarse
	}
	for i := range slots {
		if w.contains(slots[i].index) {
			t.merge(&slots[i].tally)
		}
	}
	if w.contains(s.open.index / int64(w.step/fine)) {
		t.merge(&s.open.tally)
	}
}

// causesOfFailure returns the number of failures by cause.
func (s *series) causesOfFailure() map[core.Cause]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.causes)
}

// reset empties s and returns the number of values it had.
func (s *series) reset() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.past.Count + s.open.Count
	s.open, s.past, s.fine, s.coarse, s.last, s.causes = slot{}, tally{}, nil, nil, 0, nil
	return n
}

// expire drops the slots that are older than any [Range].
func (s *series) expire(now time.Time) (freed core.Reclaimed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	drop := func(old []slot, step, kept time.Duration) []slot {
		first := now.Add(-kept).Unix() / int64(step/time.Second)
		stale := func(o slot) bool { return o.index < first }
		if !slices.ContainsFunc(old, stale) {
			return old
		}
		for i := range old {
			if stale(old[i]) {
				freed = freed.Plus(core.Reclaimed{Items: 1, Bytes: old[i].bytes() + int64(unsafe.Sizeof(old[i]))})
			}
		}
		return slices.Clone(slices.DeleteFunc(old, stale))
	}
	s.fine = drop(s.fine, fine, time.Hour)
	s.coarse = drop(s.coarse, coarse, 24*time.Hour)
	return freed
}

// size returns the approximate memory of s in bytes.
func (s *series) size() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int64(unsafe.Sizeof(*s)) + s.open.bytes() + s.past.bytes()
	for _, slots := range [][]slot{s.fine, s.coarse} {
		n += int64(cap(slots)) * int64(unsafe.Sizeof(slot{}))
		for i := range slots {
			n += slots[i].bytes()
		}
	}
	return n
}
