package metrics

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A sheet holds what one invocation recorded for CloudWatch.
type sheet struct {
	mu     sync.Mutex
	points []point // guarded by mu
}

type point struct {
	metric config.Metric
	value  float64
}

type sheetKey struct{}

// WithSheet returns a context in which recorded metrics are kept for [EMF].
func WithSheet(ctx context.Context) context.Context {
	return context.WithValue(ctx, sheetKey{}, new(sheet))
}

func sheetOf(ctx context.Context) *sheet {
	s, _ := ctx.Value(sheetKey{}).(*sheet)
	return s
}

// put keeps a value. A metric recorded twice counts with its last value, since a
// field has one.
func (s *sheet) put(m config.Metric, v float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.points {
		if s.points[i].metric == m {
			s.points[i].value = v
			return
		}
	}
	s.points = append(s.points, point{m, v})
}

// EMF returns what the invocation of ctx recorded, as the attributes that make a
// log line an Embedded Metric Format record: the values, the dimension and the
// "_aws" object that declares them. It returns nothing if nothing was recorded.
func EMF(ctx context.Context, stage string) []slog.Attr {
	s := sheetOf(ctx)
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.points) == 0 {
		return nil
	}
	attrs := make([]slog.Attr, 0, len(s.points)+2)
	for _, p := range s.points {
		attrs = append(attrs, slog.Float64(p.metric.Name, p.value))
	}
	return append(attrs, slog.String(config.DimensionStage, stage), slog.Any("_aws", declaration(time.Now(), s.points)))
}

// declaration returns the metadata of the format: which fields of a record are
// metrics, in which unit and by which dimension.
func declaration(now time.Time, points []point) json.RawMessage {
	d := directive{Namespace: config.Namespace, Dimensions: [1][1]string{{config.DimensionStage}}}
	for _, p := range points {
		d.Metrics = append(d.Metrics, definition{p.metric.Name, p.metric.Unit})
	}
	b, _ := json.Marshal(aws{now.UnixMilli(), [1]directive{d}}) // strings and numbers: cannot fail
	return b
}

type aws struct {
	Timestamp         int64
	CloudWatchMetrics [1]directive
}

type directive struct {
	Namespace  string
	Dimensions [1][1]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }
