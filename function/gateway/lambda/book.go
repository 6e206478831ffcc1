package lambda

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

const (
	recentAnswers = 200 // how many answers to Alexa the figures of the health report are about
	maxCauses     = 32  // how many causes of failures are told apart
)

// A Book remembers how the events of a process were answered, in bounded memory.
// The zero value is empty; it is safe for concurrent use.
type Book struct {
	mu       sync.Mutex
	kinds    map[string]int64    // guarded by mu; events by their kind
	failed   map[string]int64    // guarded by mu; those of them that failed
	recent   []answer            // guarded by mu; answers to Alexa, a ring once it is full
	next     int                 // guarded by mu; where the ring goes on
	causes   map[string]*Failure // guarded by mu
	use      float64             // guarded by mu; sum of the utilizations
	measured int64               // guarded by mu; how many
}

type answer struct {
	took time.Duration
	err  bool
}

// A Failure is a cause that answers failed for.
type Failure struct {
	Cause string    `json:"cause" doc:"in one word, such as timeout"`
	Count int64     `json:"count" doc:"since the process started"`
	Last  time.Time `json:"last"`
	Said  string    `json:"said" doc:"what the last one said"`
}

// An Outcome is how one event was answered.
type Outcome struct {
	Kind        string // KindDirective and so on; "" for what is no event
	Took        time.Duration
	Utilization float64 // of the services, 0 to 1
	Err         error
}

// Note enters an outcome. What it says of a failure must hold no secret.
func (b *Book) Note(o Outcome, said string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kinds == nil {
		b.kinds, b.failed, b.causes = map[string]int64{}, map[string]int64{}, map[string]*Failure{}
	}
	b.kinds[o.Kind]++
	b.use += o.Utilization
	b.measured++
	if o.Err != nil {
		b.failed[o.Kind]++
	}
	if o.Kind != KindDirective && o.Kind != KindSkill {
		return
	}
	if o.Err != nil {
		b.blame(string(core.CauseOf(o.Err)), said)
	}
	if a := (answer{o.Took, o.Err != nil}); len(b.recent) < recentAnswers {
		b.recent = append(b.recent, a)
	} else {
		b.recent[b.next] = a
		b.next = (b.next + 1) % recentAnswers
	}
}

// blame counts a failure of an answer; the caller holds mu.
func (b *Book) blame(cause, said string) {
	f := b.causes[cause]
	if f == nil && len(b.causes) >= maxCauses {
		cause = "other"
		f = b.causes[cause]
	}
	if f == nil {
		f = &Failure{Cause: cause}
		b.causes[cause] = f
	}
	f.Count++
	f.Last, f.Said = time.Now().UTC(), said
}

// Empty reports whether no event was answered yet.
func (b *Book) Empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.measured == 0
}

// Events returns how many events of a kind were answered, and how many of them
// with a failure.
func (b *Book) Events(kind string) (all, failed int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kinds[kind], b.failed[kind]
}

// Utilization returns the mean of the utilizations, 0 before the first.
func (b *Book) Utilization() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.use / float64(max(1, b.measured))
}

// Failures returns the causes that answers failed for, the latest first.
func (b *Book) Failures() []Failure {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := []Failure{}
	for _, f := range b.causes {
		all = append(all, *f)
	}
	slices.SortFunc(all, func(x, y Failure) int { return cmp.Or(y.Last.Compare(x.Last), cmp.Compare(x.Cause, y.Cause)) })
	return all
}

// recently returns how the last answers to Alexa were: how many, how many failed,
// and how long they took, shortest first.
func (b *Book) recently() (all, failed int, took []time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.recent {
		if a.err {
			failed++
		}
		took = append(took, a.took)
	}
	slices.Sort(took)
	return len(took), failed, took
}
