package metrics

import (
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/hearthgate/hearthgate/function/core"
)

// The resolution of what is kept of the past: five minutes for the last hour, an
// hour for the last day. What is older is in the totals only.
const (
	fine   = 5 * time.Minute
	coarse = time.Hour

	fineSlots   = int(time.Hour / fine) // with the open one, an hour that begins inside a slot
	coarseSlots = int(24*time.Hour/coarse) + 1
)

// A tally is what was counted in some time.
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

// A slot is the tally of one piece of time, of which there are index before it
// since 1970.
type slot struct {
	index int64
	tally
}

// A series holds what is known of one operation or metric: the five minutes that
// are counted now, everything before them, and the slots of the last hour and day.
// Only the first is touched by a value; the others when its time is over. The zero
// value is empty. It is safe for concurrent use.
type series struct {
	mu     sync.Mutex
	open   slot                 // guarded by mu
	past   tally                // guarded by mu; all that was before open
	fine   []slot               // guarded by mu; in no order, at most fineSlots
	coarse []slot               // guarded by mu; in no order, at most coarseSlots
	last   float64              // guarded by mu
	causes map[core.Cause]int64 // guarded by mu; of failures; nil before the first
}

// maxCauses is how many causes of failure are told apart; the rest is "other".
const maxCauses = 16

// add counts a value that came at a time. A clock that went backwards counts into
// the slot that is open.
func (s *series) add(at time.Time, v float64, cause core.Cause, hit bool) (count int64, sum float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if index := at.Unix() / int64(fine/time.Second); index > s.open.index {
		s.roll(index)
	}
	s.open.Add(v)
	s.last = v
	if hit {
		s.open.hits++
	}
	if cause != "" {
		s.open.errors++
		s.blame(cause, 1)
	}
	return s.past.Count + s.open.Count, s.past.Sum + s.open.Sum
}

// blame counts failures under their cause. The caller holds mu.
func (s *series) blame(cause core.Cause, n int64) {
	if s.causes == nil {
		s.causes = map[core.Cause]int64{}
	}
	if _, ok := s.causes[cause]; !ok && len(s.causes) >= maxCauses {
		cause = "other"
	}
	s.causes[cause] += n
}

// roll closes the open slot and opens another. The caller holds mu.
func (s *series) roll(index int64) {
	if s.open.Count > 0 {
		s.past.merge(&s.open.tally)
		at(&s.fine, s.open.index, fineSlots).merge(&s.open.tally)
		at(&s.coarse, s.open.index/int64(coarse/fine), coarseSlots).merge(&s.open.tally)
		s.open.clear()
	}
	s.open.index = index
}

// at returns the tally of a slot, for which the oldest makes room.
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

// sum adds to t what was counted in a span.
func (s *series) sum(t *tally, w span) {
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
		if w.holds(slots[i].index) {
			t.merge(&slots[i].tally)
		}
	}
	if w.holds(s.open.index / int64(w.step/fine)) {
		t.merge(&s.open.tally)
	}
}

// failures returns a copy of the failures by their cause.
func (s *series) failures() map[core.Cause]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(map[core.Cause]int64, len(s.causes))
	for k, v := range s.causes {
		c[k] = v
	}
	return c
}

// reset empties s and returns how many values it had.
func (s *series) reset() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.past.Count + s.open.Count
	s.open, s.past, s.fine, s.coarse, s.last, s.causes = slot{}, tally{}, nil, nil, 0, nil
	return n
}

// forget lets go the slots that no question can reach any more.
func (s *series) forget(now time.Time) (slots int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	drop := func(old []slot, step, reach time.Duration) []slot {
		first := now.Add(-reach).Unix() / int64(step/time.Second)
		stale := func(o slot) bool { return o.index < first }
		if !slices.ContainsFunc(old, stale) {
			return old
		}
		for i := range old {
			if stale(old[i]) {
				slots, bytes = slots+1, bytes+old[i].bytes()+int64(unsafe.Sizeof(old[i]))
			}
		}
		return slices.Clone(slices.DeleteFunc(old, stale))
	}
	s.fine = drop(s.fine, fine, time.Hour)
	s.coarse = drop(s.coarse, coarse, 24*time.Hour)
	return slots, bytes
}

// size returns about how much memory s takes.
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
