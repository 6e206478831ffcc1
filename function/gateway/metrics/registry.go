package metrics

import (
	"maps"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// A metric is a series with a name.
type metric struct {
	series
	kind      Kind
	unit      string        // guarded by mu
	about     string        // guarded by mu
	published config.Metric // as CloudWatch knows it; zero for a metric that stays in the process
}

// described returns the unit of m, its description and its last value.
func (m *metric) described() (unit, about string, last float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.unit, m.about, m.last
}

// operation returns the series of an operation.
func (r *Registry) operation(s *core.Spec) *series {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	if r.operations[s] == nil {
		r.operations[s] = new(series)
	}
	return r.operations[s]
}

// metric returns the metric of that name. It creates one of that kind when the name is
// new. When all names are in use it returns the metric [other], and false.
func (r *Registry) metric(name string, kind Kind) (m *metric, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	if m := r.metrics[name]; m != nil {
		return m, true
	}
	ok = len(r.metrics) < maxMetrics
	if !ok {
		r.overflows.Add(1)
		name, kind = other, HistogramKind
	}
	if r.metrics[name] == nil {
		r.metrics[name] = &metric{kind: kind}
	}
	return r.metrics[name], ok
}

// all returns the operations that were called by their full names, and the metrics by
// theirs.
func (r *Registry) all() (map[string]*series, map[string]*metric) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	operations := make(map[string]*series, len(r.operations))
	for s, o := range r.operations {
		operations[s.String()] = o
	}
	return operations, maps.Clone(r.metrics)
}

// known returns what all does, with every operation that may yet be called.
func (r *Registry) known() (map[string]*series, map[string]*metric) {
	if r.dispatcher != nil {
		for _, s := range r.dispatcher.Specs() {
			if s.Gateway.Uses().Has(core.Metrics) {
				r.operation(s)
			}
		}
	}
	return r.all()
}

// selected returns the operations that are named operation or belong to the gateway of
// that name, and the metric of that name; everything if both names are "". An unknown
// name is an error of kind [core.NotFound].
func (r *Registry) selected(operation, metricName string) (map[string]*series, map[string]*metric, error) {
	operations, metrics := r.known()
	if operation == "" && metricName == "" {
		return operations, metrics, nil
	}
	maps.DeleteFunc(operations, func(n string, _ *series) bool { return n != operation && !strings.HasPrefix(n, operation+".") })
	maps.DeleteFunc(metrics, func(n string, _ *metric) bool { return n != metricName })
	switch {
	case operation != "" && len(operations) == 0:
		return nil, nil, unknownOperation(operation)
	case metricName != "" && len(metrics) == 0:
		return nil, nil, unknownMetric(metricName)
	}
	return operations, metrics, nil
}

func unknownOperation(name string) error {
	return core.Errorf(core.NotFound, core.CauseUnknownOperation, "field operation is %.100q, which is not an operation or gateway; `hearthgate op` lists them", name)
}

func unknownMetric(name string) error {
	return core.Errorf(core.NotFound, core.CauseUnknownMetric, "field metric is %.100q, which has no values and is not declared", name)
}

// Totals returns the number of calls, failed calls and cache hits of all operations.
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

// Value returns a copy of the histogram of a metric, since the start. It is empty when
// the name is unknown.
func (r *Registry) Value(name string) Histogram {
	r.mu.Lock()
	m := r.metrics[name]
	r.mu.Unlock()
	var t tally
	if m != nil {
		m.sum(&t, window{})
	}
	return t.Histogram
}

// Invoked counts an invocation of duration d. Lambda bills whole milliseconds.
func (r *Registry) Invoked(d time.Duration) {
	r.invocations.Add(1)
	r.billed.Add(int64((d + time.Millisecond - 1) / time.Millisecond))
}

// times returns when the first counted value can be from, and when the process started.
func (r *Registry) times() (since, began time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	return r.since, r.began
}
