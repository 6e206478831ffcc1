// Package metrics is the metrics gateway: numbers that cost nothing. It serves
// the others by counting and timing every operation.
//
//	operation  input        output
//	record     RecordInput  Recorded
//
// What an invocation records goes on its log line as CloudWatch's Embedded Metric
// Format, so that a metric costs neither a call nor a line of its own.
package metrics

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Record records one value.
var Record = core.Define[RecordInput, Recorded](core.Metrics, "record",
	"Record one value of a metric, and send it to CloudWatch with the invocation's line if it is one of the stack's metrics.")

// A RecordInput is the input of [Record].
type RecordInput struct {
	Name  string  `json:"name" doc:"of the metric, such as Duration"`
	Value float64 `json:"value" doc:"in the metric's unit"`
}

// Check refuses a metric without a name and a value that is no number.
func (in RecordInput) Check() error {
	switch {
	case in.Name == "":
		return fmt.Errorf("field name is missing")
	case len(in.Name) > 255:
		return fmt.Errorf("field name is %d bytes long; at most 255 are taken", len(in.Name))
	case math.IsNaN(in.Value) || math.IsInf(in.Value, 0):
		return fmt.Errorf("field value is %v, which is not a number", in.Value)
	}
	return nil
}

// Recorded is what is known of a metric after a value was recorded.
type Recorded struct {
	Count int64   `json:"count" doc:"values since the process started"`
	Mean  float64 `json:"mean" doc:"in the metric's unit"`
}

// Bind binds the operations of the gateway to d, served by r.
func Bind(d *core.Dispatcher, r *Registry) {
	core.Handle(d, Record, r.record)
}

// Service counts and times every call, with its outcome and whether the cache
// answered it.
func (r *Registry) Service() core.Service {
	return core.Service{Gateway: core.Metrics, Wrap: func(s *core.Spec, next core.Handler) core.Handler {
		stats := r.operation(s)
		return func(ctx context.Context, c *core.Call) error {
			c.Take(core.Metrics)
			err := next(ctx, c)
			stats.add(time.Since(c.Start), err != nil, c.Hit)
			return err
		}
	}}
}

func (r *Registry) record(ctx context.Context, in RecordInput) (Recorded, error) {
	if m, ok := known(in.Name); ok {
		if s := sheetOf(ctx); s != nil {
			s.put(m, in.Value)
		}
	}
	return r.observe(in.Name, in.Value), nil
}

func known(name string) (config.Metric, bool) {
	for _, m := range config.Metrics() {
		if m.Name == name {
			return m, true
		}
	}
	return config.Metric{}, false
}
