package metrics

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A recorder holds the values of the stack's metrics in one invocation.
type recorder struct {
	mu     sync.Mutex
	points []point // guarded by mu; the last value of each metric
	home   string  // guarded by mu; which the invocation was for; "" where there is only one
	put    []point // guarded by mu; every value of [Put] that no Registry has counted yet

	space struct { // of a directive's, so that they need no memory of their own
		points [8]point
		put    [4]point
	}
}

type point struct {
	metric config.Metric
	value  float64
}

type recorderKey struct{}

// WithRecorder returns a context that collects the values of the stack's metrics in one
// invocation, for [AppendEMF].
func WithRecorder(ctx context.Context) context.Context {
	r := new(recorder)
	r.points, r.put = r.space.points[:0], r.space.put[:0]
	return context.WithValue(ctx, recorderKey{}, r)
}

func recorderOf(ctx context.Context) *recorder {
	r, _ := ctx.Value(recorderKey{}).(*recorder)
	return r
}

// Put records a value of one of the stack's metrics for [AppendEMF], without the cost of an
// operation. The next [Record] with the same recorder counts it in its [Registry], too.
// Put ignores a value that [Record] rejects, and a context without a recorder. It is
// safe for concurrent use.
func Put(ctx context.Context, m config.Metric, v float64) {
	r := recorderOf(ctx)
	if r == nil || !(math.Abs(v) <= maxValue) {
		return
	}
	r.set(m, v)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put = append(r.put, point{m, v})
}

// ForHome says which home the invocation of ctx is for, where there are several: config's
// ByHome metrics are counted by home too then.
func ForHome(ctx context.Context, home string) {
	if r := recorderOf(ctx); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.home = home
	}
}

// Last returns the last value of m that was recorded in the invocation of ctx; ok is false
// if none was.
func Last(ctx context.Context, m config.Metric) (v float64, ok bool) {
	r := recorderOf(ctx)
	if r == nil {
		return 0, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.points {
		if p.metric == m {
			return p.value, true
		}
	}
	return 0, false
}

// set keeps the last value of m: a field of the log line has only one.
func (r *recorder) set(m config.Metric, v float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.points {
		if r.points[i].metric == m {
			r.points[i].value = v
			return
		}
	}
	r.points = append(r.points, point{m, v})
}

// countPut adds the values of Put to registry, once.
func (r *recorder) countPut(registry *Registry, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.put {
		m, _ := registry.metric(p.metric.Name, HistogramKind)
		m.add(now, p.value, "", false)
	}
	r.put = r.put[:0]
}

// AppendEMF appends the values that the recorder of ctx holds as the attributes that make
// a log line an Embedded Metric Format record: the values, the dimensions and the "_aws"
// object that declares them. It appends nothing if there are none. Version is the number of
// the deployed version, by which config.Success is counted too; default: it is not.
func AppendEMF(ctx context.Context, attrs []slog.Attr, stage, version string) []slog.Attr {
	r := recorderOf(ctx)
	if r == nil {
		return attrs
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.points) == 0 {
		return attrs
	}
	for _, p := range r.points {
		attrs = append(attrs, slog.Float64(p.metric.Name, p.value))
	}
	attrs = append(attrs, slog.String(config.DimensionStage, stage))
	byVersion := version != "" && slices.ContainsFunc(r.points, func(p point) bool { return p.metric == config.Success })
	if byVersion {
		attrs = append(attrs, slog.String(config.DimensionVersion, version))
	}
	if r.home != "" {
		attrs = append(attrs, slog.String(config.DimensionHome, r.home))
	}
	return append(attrs, slog.GroupAttrs("_aws",
		slog.Int64("Timestamp", time.Now().UnixMilli()),
		slog.Any("CloudWatchMetrics", declarationOf(r.points, byVersion, r.home != "")),
	))
}

// A declared is a declaration, and what it is of.
type declared struct {
	metrics           []config.Metric
	byVersion, byHome bool
	declaration       any // a json.RawMessage
}

// lastDeclared is kept because most directives record the same metrics.
var lastDeclared atomic.Pointer[declared]

// declarationOf returns the declaration of these metrics, as a json.RawMessage.
func declarationOf(points []point, byVersion, byHome bool) any {
	same := func(p point, m config.Metric) bool { return p.metric == m }
	if d := lastDeclared.Load(); d != nil && d.byVersion == byVersion && d.byHome == byHome && slices.EqualFunc(points, d.metrics, same) {
		return d.declaration
	}
	d := &declared{byVersion: byVersion, byHome: byHome, declaration: declaration(points, byVersion, byHome)}
	for _, p := range points {
		d.metrics = append(d.metrics, p.metric)
	}
	lastDeclared.Store(d)
	return d.declaration
}

// declaration returns the "CloudWatchMetrics" of the format: which fields of a record are
// metrics, in which unit and by which dimensions. Its names need no escapes in JSON.
func declaration(points []point, byVersion, byHome bool) json.RawMessage {
	b := appendMetrics([]byte("["), points, "", func(config.Metric) bool { return true })
	if byVersion {
		b = appendMetrics(append(b, ','), points, config.DimensionVersion, func(m config.Metric) bool { return m == config.Success })
	}
	if byHome {
		b = appendMetrics(append(b, ','), points, config.DimensionHome, func(m config.Metric) bool { return slices.Contains(config.ByHome[:], m) })
	}
	return append(b, ']')
}

// appendMetrics appends those of the metrics, by the stage and one dimension more.
func appendMetrics(b []byte, points []point, by string, those func(config.Metric) bool) []byte {
	b = append(b, `{"Namespace":"`+config.Namespace+`","Dimensions":[["`+config.DimensionStage...)
	if by != "" {
		b = append(append(b, `","`...), by...)
	}
	b = append(b, `"]],"Metrics":[`...)
	first := true
	for _, p := range points {
		if !those(p.metric) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendMetric(b, p.metric)
	}
	return append(b, "]}"...)
}

func appendMetric(b []byte, m config.Metric) []byte {
	b = append(append(b, `{"Name":"`...), m.Name...)
	return append(append(append(b, `","Unit":"`...), m.Unit...), `"}`...)
}
