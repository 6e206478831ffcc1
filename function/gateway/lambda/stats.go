package lambda

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

const (
	recentAnswers = 200 // how many answers to Alexa the figures of the health report are about
	maxCauses     = 32  // how many causes of failures are counted separately
)

// InvocationStats counts how the events of a process were answered, in bounded memory.
// The zero value is empty; it is safe for concurrent use.
type InvocationStats struct {
	mu       sync.Mutex
	kinds    map[alexa.Kind]int64          // guarded by mu; events by their kind
	failed   map[alexa.Kind]int64          // guarded by mu; those of them that failed
	recent   []answer                      // guarded by mu; answers to Alexa, a ring once it is full
	next     int                           // guarded by mu; where the ring goes on
	causes   map[string]*wire.FailureCount // guarded by mu
	use      float64                       // guarded by mu; sum of the utilizations
	measured int64                         // guarded by mu; how many
}

type answer struct {
	took      time.Duration
	err       bool
	unhurried bool
}

// An Outcome is how one event was answered.
type Outcome struct {
	Kind        alexa.Kind // alexa.KindDirective and so on; "" for what is no event
	Took        time.Duration
	Utilization float64 // of the services, 0 to 1
	Err         error
	Unhurried   bool // how long it took is no sign of a slow function
}

// Note enters an outcome. What it says of a failure must hold no secret.
func (s *InvocationStats) Note(o Outcome, said string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kinds == nil {
		s.kinds, s.failed, s.causes = map[alexa.Kind]int64{}, map[alexa.Kind]int64{}, map[string]*wire.FailureCount{}
	}
	s.kinds[o.Kind]++
	s.use += o.Utilization
	s.measured++
	if o.Err != nil {
		s.failed[o.Kind]++
	}
	if o.Kind != alexa.KindDirective && o.Kind != alexa.KindSkill {
		return
	}
	if o.Err != nil {
		s.blame(string(core.CauseOf(o.Err)), said)
	}
	if a := (answer{o.Took, o.Err != nil, o.Unhurried}); len(s.recent) < recentAnswers {
		s.recent = append(s.recent, a)
	} else {
		s.recent[s.next] = a
		s.next = (s.next + 1) % recentAnswers
	}
}

// blame counts a failure of an answer; the caller holds mu.
func (s *InvocationStats) blame(cause, said string) {
	f := s.causes[cause]
	if f == nil && len(s.causes) >= maxCauses {
		cause = "other"
		f = s.causes[cause]
	}
	if f == nil {
		f = &wire.FailureCount{Cause: cause}
		s.causes[cause] = f
	}
	f.Count++
	f.Last, f.Said = time.Now().UTC(), said
}

// Empty reports whether no event was answered yet.
func (s *InvocationStats) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.measured == 0
}

// Events returns how many events of a kind were answered, and how many of them
// with a failure.
func (s *InvocationStats) Events(kind alexa.Kind) (all, failed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kinds[kind], s.failed[kind]
}

// Utilization returns the mean of the utilizations, 0 before the first.
func (s *InvocationStats) Utilization() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.use / float64(max(1, s.measured))
}

// Failures returns the causes that answers failed for, the latest first.
func (s *InvocationStats) Failures() []wire.FailureCount {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []wire.FailureCount{}
	for _, f := range slices.SortedFunc(maps.Values(s.causes), func(x, y *wire.FailureCount) int {
		return cmp.Or(y.Last.Compare(x.Last), cmp.Compare(x.Cause, y.Cause))
	}) {
		all = append(all, *f)
	}
	return all
}

// recently returns how the last answers to Alexa were: how many, how many failed,
// and how long those took that are in a hurry, shortest first.
func (s *InvocationStats) recently() (all, failed int, took []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.recent {
		if a.err {
			failed++
		}
		if !a.unhurried {
			took = append(took, a.took)
		}
	}
	slices.Sort(took)
	return len(s.recent), failed, took
}
