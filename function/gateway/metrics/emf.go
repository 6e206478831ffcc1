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

// WithSheet returns a context in which recorded metrics are kept for [Registry.EMF].
func WithSheet(ctx context.Context) context.Context {
	return context.WithValue(ctx, sheetKey{}, new(sheet))
}

func sheetOf(ctx context.Context) *sheet {
	s, _ := ctx.Value(sheetKey{}).(*sheet)
	return s
}

func (s *sheet) put(m config.Metric, v float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.points = append(s.points, point{m, v})
}

// EMF returns what the invocation of ctx recorded, as the attributes that make a
// log line an Embedded Metric Format record: the values, the dimension and the
// "_aws" object that declares them. It returns nothing if nothing was recorded.
// A metric recorded twice counts with its last value, since a field has one.
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
	d := directive{Namespace: config.Namespace, Dimensions: [1][1]string{{config.DimensionStage}}}
	for i, p := range s.points {
		if again(s.points[i+1:], p.metric) {
			continue
		}
		attrs = append(attrs, slog.Float64(p.metric.Name, p.value))
		d.Metrics = append(d.Metrics, definition{p.metric.Name, p.metric.Unit})
	}
	meta, _ := json.Marshal(aws{time.Now().UnixMilli(), [1]directive{d}}) // strings and numbers: cannot fail
	return append(attrs, slog.String(config.DimensionStage, stage), slog.Any("_aws", json.RawMessage(meta)))
}

func again(later []point, m config.Metric) bool {
	for _, p := range later {
		if p.metric == m {
			return true
		}
	}
	return false
}

// aws, directive and definition are the metadata of the format.
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
