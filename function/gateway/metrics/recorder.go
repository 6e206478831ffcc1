package metrics

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A recorder holds the values of the stack's metrics in one invocation.
type recorder struct {
	mu     sync.Mutex
	points []point // guarded by mu; the last value of each metric
	put    []point // guarded by mu; every value of [Put] that no Registry has counted yet

	space [2][10]point // of both, so that they need no memory of their own
}

type point struct {
	metric config.Metric
	value  float64
}

type recorderKey struct{}

// WithRecorder returns a context that collects the values of the stack's metrics in one
// invocation, for [EMF].
func WithRecorder(ctx context.Context) context.Context {
	r := new(recorder)
	r.points, r.put = r.space[0][:0], r.space[1][:0]
	return context.WithValue(ctx, recorderKey{}, r)
}

func recorderOf(ctx context.Context) *recorder {
	r, _ := ctx.Value(recorderKey{}).(*recorder)
	return r
}

// Put records a value of one of the stack's metrics for [EMF], without the cost of an
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

// EMF returns the values that the recorder of ctx holds as the attributes that make a
// log line an Embedded Metric Format record: the values, the dimensions and the "_aws"
// object that declares them. It returns nil if there are none. Version is the number of
// the deployed version, by which config.Success is counted too; default: it is not.
func EMF(ctx context.Context, stage, version string) []slog.Attr {
	r := recorderOf(ctx)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.points) == 0 {
		return nil
	}
	attrs := make([]slog.Attr, 0, len(r.points)+3)
	byVersion := false
	for _, p := range r.points {
		attrs = append(attrs, slog.Float64(p.metric.Name, p.value))
		byVersion = byVersion || p.metric == config.Success && version != ""
	}
	attrs = append(attrs, slog.String(config.DimensionStage, stage))
	if byVersion {
		attrs = append(attrs, slog.String(config.DimensionVersion, version))
	}
	return append(attrs, slog.Any("_aws", declaration(time.Now(), r.points, byVersion)))
}

// declaration returns the metadata of the format: which fields of a record are
// metrics, in which unit and by which dimensions. Its names need no escapes in JSON.
func declaration(now time.Time, points []point, byVersion bool) json.RawMessage {
	const most = 1024 // bytes of the ten metrics that there are
	b := append(make([]byte, 0, most), `{"Timestamp":`...)
	b = append(strconv.AppendInt(b, now.UnixMilli(), 10), `,"CloudWatchMetrics":[`...)
	b = append(b, `{"Namespace":"`+config.Namespace+`","Dimensions":[["`+config.DimensionStage+`"]],"Metrics":[`...)
	for i, p := range points {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMetric(b, p.metric)
	}
	b = append(b, "]}"...)
	if byVersion {
		b = append(b, `,{"Namespace":"`+config.Namespace+`","Dimensions":[["`+config.DimensionStage+`","`+config.DimensionVersion+`"]],"Metrics":[`...)
		b = append(appendMetric(b, config.Success), "]}"...)
	}
	return append(b, "]}"...)
}

func appendMetric(b []byte, m config.Metric) []byte {
	b = append(append(b, `{"Name":"`...), m.Name...)
	return append(append(append(b, `","Unit":"`...), m.Unit...), `"}`...)
}
