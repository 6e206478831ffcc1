package metrics

import (
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Registry holds the numbers of a process. Its memory is bounded: histograms
// have buckets, not lists. The zero value is empty; it is safe for concurrent use.
type Registry struct {
	mu         sync.Mutex
	operations map[*core.Spec]*Operation // guarded by mu
	values     map[string]*Histogram     // guarded by mu
}

// maxValues is how many metrics of a name of their own a Registry keeps.
const maxValues = 200

// An Operation holds the numbers of one operation. It is safe for concurrent use.
type Operation struct {
	mu       sync.Mutex
	errors   int64     // guarded by mu
	hits     int64     // guarded by mu
	duration Histogram // guarded by mu; in milliseconds
}

func (r *Registry) operation(s *core.Spec) *Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.operations == nil {
		r.operations = map[*core.Spec]*Operation{}
	}
	if r.operations[s] == nil {
		r.operations[s] = new(Operation)
	}
	return r.operations[s]
}

func (o *Operation) add(d time.Duration, failed, hit bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.duration.Add(float64(d) / float64(time.Millisecond))
	if failed {
		o.errors++
	}
	if hit {
		o.hits++
	}
}

// Totals returns how many calls there were, how many failed and how many the
// cache answered, over all operations.
func (r *Registry) Totals() (calls, errors, hits int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.operations {
		o.mu.Lock()
		calls, errors, hits = calls+o.duration.Count, errors+o.errors, hits+o.hits
		o.mu.Unlock()
	}
	return calls, errors, hits
}

// observe adds a value to the metric of that name. Past maxValues names it counts
// what is new under "other", so that no caller can fill the memory.
func (r *Registry) observe(name string, value float64) Recorded {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values == nil {
		r.values = map[string]*Histogram{}
	}
	h := r.values[name]
	if h == nil && len(r.values) >= maxValues {
		name = "other"
		h = r.values[name]
	}
	if h == nil {
		h = new(Histogram)
		r.values[name] = h
	}
	h.Add(value)
	return Recorded{h.Count, h.Sum / float64(h.Count)}
}

// Value returns a copy of the numbers of the metric of that name.
func (r *Registry) Value(name string) Histogram {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.values[name]; h != nil {
		return h.clone()
	}
	return Histogram{}
}
