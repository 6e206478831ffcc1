package metrics

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Options configure a [Registry].
type Options struct {
	MemoryMB       int64        // of the function, to bill by; default: 128
	LogBytes       func() int64 // written to the log so far; default: none
	ParameterCalls func() int64 // of KMS so far, one each encrypted parameter that was read; default: none
	CacheCalls     func() int64 // made to the external cache so far; default: none
	Start          func() Start // what the start of the process took; default: not known

	Keep func(context.Context, []byte) error   // keeps a snapshot for the next process; default: it says that nothing can
	Kept func(context.Context) ([]byte, error) // returns the snapshot that a former process kept; default: as Keep
}

// A Registry holds the numbers of a process. Its memory is bounded: histograms
// have buckets, not lists, and there are so many names and no more. The zero value
// is empty; it is safe for concurrent use.
type Registry struct {
	opts Options

	invocations atomic.Int64
	billed      atomic.Int64 // milliseconds
	overflows   atomic.Int64 // values whose name there was no room for

	mu         sync.Mutex
	began      time.Time              // guarded by mu; when the process started
	since      time.Time              // guarded by mu; began, or when what was restored began
	before     Counters               // guarded by mu; used by former processes
	operations map[*core.Spec]*series // guarded by mu
	metrics    map[string]*metric     // guarded by mu
	id         string                 // guarded by mu; of the process, for its snapshots
	restored   map[string]bool        // guarded by mu; processes whose snapshots are in the figures
	unkept     error                  // guarded by mu; why the last snapshot was not kept, or nil
}

// maxMetrics is how many names a Registry keeps, and other is where the values of
// further ones go, so that no caller can fill the memory.
const (
	maxMetrics = 200
	other      = "other"
)

// A metric is a series with a name of its own.
type metric struct {
	series
	kind   Kind
	unit   string        // guarded by mu
	about  string        // guarded by mu
	stacks config.Metric // what CloudWatch knows it as; zero for one that stays here
}

// described returns the unit of m, what it counts, and its last value.
func (m *metric) described() (unit, about string, last float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.unit, m.about, m.last
}

// New returns a Registry of a process that starts now.
func New(o Options) *Registry {
	r := &Registry{opts: o}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake()
	return r
}

// wake makes the maps, with the stack's metrics in them. The caller holds mu.
func (r *Registry) wake() {
	if r.metrics != nil {
		return
	}
	r.began, r.id = time.Now(), core.NewID()
	r.since = r.began
	r.operations, r.metrics, r.restored = map[*core.Spec]*series{}, map[string]*metric{}, map[string]bool{}
	for _, m := range config.Metrics() {
		known := &metric{kind: HistogramKind, stacks: m}
		known.unit = m.Unit
		r.metrics[m.Name] = known
	}
}

func (r *Registry) operation(s *core.Spec) *series {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake()
	if r.operations[s] == nil {
		r.operations[s] = new(series)
	}
	return r.operations[s]
}

// metric returns the metric of that name, made as a kind if it is new, or the one
// for all others, which is not its own, if there is no room.
func (r *Registry) metric(name string, kind Kind) (m *metric, own bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake()
	if m := r.metrics[name]; m != nil {
		return m, true
	}
	own = len(r.metrics) < maxMetrics
	if !own {
		r.overflows.Add(1)
		name, kind = other, HistogramKind
	}
	if r.metrics[name] == nil {
		r.metrics[name] = &metric{kind: kind}
	}
	return r.metrics[name], own
}

// all returns the operations by their names, and the metrics.
func (r *Registry) all() (map[string]*series, map[string]*metric) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake()
	operations := make(map[string]*series, len(r.operations))
	for s, o := range r.operations {
		operations[s.String()] = o
	}
	return operations, maps.Clone(r.metrics)
}

// chosen returns, sorted, the names of m that are name, or belong to the gateway
// of that name; all of them if it is "".
func chosen[V any](m map[string]V, name string) []string {
	names := slices.Sorted(maps.Keys(m))
	return slices.DeleteFunc(names, func(n string) bool {
		return name != "" && n != name && !strings.HasPrefix(n, name+".")
	})
}

// Totals returns how many calls there were, how many failed and how many the
// cache answered, over all operations.
func (r *Registry) Totals() (calls, errors, hits int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.operations {
		o.mu.Lock()
		calls += o.past.Count + o.open.Count
		errors += o.past.errors + o.open.errors
		hits += o.past.hits + o.open.hits
		o.mu.Unlock()
	}
	return calls, errors, hits
}

// Value returns a copy of the numbers of the metric of that name.
func (r *Registry) Value(name string) Histogram {
	r.mu.Lock()
	m := r.metrics[name]
	r.mu.Unlock()
	var t tally
	if m != nil {
		m.sum(&t, span{})
	}
	return t.Histogram
}

// Invoked counts an invocation, which took d, to be billed by the millisecond.
func (r *Registry) Invoked(d time.Duration) {
	r.invocations.Add(1)
	r.billed.Add(int64((d + time.Millisecond - 1) / time.Millisecond))
}

// sinceBegan returns when what is counted began, and when the process did.
func (r *Registry) sinceBegan() (since, began time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wake()
	return r.since, r.began
}
