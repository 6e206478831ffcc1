// Package metrics is the metrics gateway: the metrics of each directive for
// CloudWatch, and statistics of everything that the process did. It serves the other
// gateways by counting and timing every operation.
//
// The metrics of an invocation are written on its log line in CloudWatch's Embedded
// Metric Format, so they cost neither a request nor a line. Everything else stays in
// the process, in histograms of bounded size: by five minutes for the last hour, by
// the hour for the last day, and in total.
package metrics

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that the application runs; those in operator.go are run by name.
var (
	Record = core.Define[RecordInput, Recorded](core.Metrics, "record",
		"Record one value of a metric, or one value each of several, and send those of the stack's metrics to CloudWatch with the line of the invocation.")
)

// Options configure a [Registry].
type Options struct {
	MemoryMB       int64         // of the function, for billed GB-seconds; default: 128
	LogBytes       func() int64  // returns the bytes written to the log so far; default: none
	ParameterCalls *atomic.Int64 // KMS requests so far, one for each encrypted parameter read; default: none
	CacheCalls     *atomic.Int64 // requests to the external cache so far; default: none
	Start          func() Start  // returns how long the start of the process took; default: unknown

	Keep func(context.Context, []byte) error   // stores a snapshot for the next process; default: fails
	Kept func(context.Context) ([]byte, error) // returns the snapshot that an earlier process stored; default: fails
}

// A Registry is the metrics gateway, as a [core.Server]. Its memory is bounded:
// histograms have a fixed number of buckets, and there are at most 200 names of
// metrics. The zero value is empty. It is safe for concurrent use.
type Registry struct {
	opts       Options
	dispatcher *core.Dispatcher // knows all operations; nil before Bind

	invocations atomic.Int64
	billed      atomic.Int64 // milliseconds
	overflows   atomic.Int64 // values recorded under [other] because all names were in use

	mu         sync.Mutex
	began      time.Time              // guarded by mu; when the process started
	since      time.Time              // guarded by mu; began, or the start of the oldest restored snapshot
	restored   Counters               // guarded by mu; usage of the restored snapshots
	includes   map[string]bool        // guarded by mu; process IDs of the restored snapshots
	operations map[*core.Spec]*series // guarded by mu; those that were called; nil until init
	metrics    map[string]*metric     // guarded by mu; nil until init
	id         string                 // guarded by mu; of the process, for its snapshots
	keepErr    error                  // guarded by mu; why the last snapshot was not stored, or nil
}

// maxMetrics is the maximum number of names in a Registry. Values of further names are
// recorded under other, so that no caller can exhaust the memory.
const (
	maxMetrics = 200
	other      = "other"
)

// New returns a Registry for a process that starts now.
func New(o Options) *Registry {
	r := &Registry{opts: o}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	return r
}

// init makes the maps and adds the stack's metrics. The caller holds mu.
func (r *Registry) init() {
	if r.metrics != nil {
		return
	}
	r.began, r.id = time.Now(), core.NewID()
	r.since = r.began
	r.operations, r.metrics, r.includes = map[*core.Spec]*series{}, map[string]*metric{}, map[string]bool{}
	for _, m := range config.Metrics() {
		published := &metric{kind: HistogramKind, published: m}
		published.unit = m.Unit
		r.metrics[m.Name] = published
	}
}

// Gateway returns [core.Metrics].
func (*Registry) Gateway() core.Gateway { return core.Metrics }

// Bind binds the operations of the gateway to d.
func (r *Registry) Bind(d *core.Dispatcher) {
	r.dispatcher = d
	core.Handle(d, Record, r.Record)
	r.bindOperator(d)
}

// Service counts and times every call, with its cause of failure and whether it was a
// cache hit.
func (r *Registry) Service() core.Service {
	return func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			c.MarkUsed(core.Metrics)
			err := next(ctx, c)
			took := float64(time.Since(c.Start)) / float64(time.Millisecond)
			r.operation(c.Spec).add(c.Start, took, core.CauseOf(err), c.Hit)
			return err
		}
	}
}

// Cleanup reclaims the slots that are older than the range of any operation.
func (r *Registry) Cleanup(context.Context) core.Reclaimed {
	var total core.Reclaimed
	now := time.Now()
	operations, metrics := r.all()
	for _, s := range operations {
		total = total.Plus(s.expire(now))
	}
	for _, m := range metrics {
		total = total.Plus(m.expire(now))
	}
	return total
}
