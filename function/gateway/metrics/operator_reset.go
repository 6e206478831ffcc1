package metrics

import (
	"context"
	"errors"
)

// A ResetInput is the input of [ResetStats].
type ResetInput struct {
	Operation string `json:"operation,omitempty" doc:"an operation, \"cache.get\", or a gateway, \"cache\"; default: all, unless metric is present"`
	Metric    string `json:"metric,omitempty" doc:"a metric, such as Duration; default: all, unless operation is present"`
}

// Check rejects both an operation and a metric.
func (in ResetInput) Check() error {
	if in.Operation != "" && in.Metric != "" {
		return errors.New("field metric is present beside operation: expected one of the two, or neither for all")
	}
	return nil
}

// Reset is the output of [ResetStats].
type Reset struct {
	Operations int   `json:"operations" doc:"operations that had values"`
	Metrics    int   `json:"metrics" doc:"metrics that had values; their declarations are kept"`
	Values     int64 `json:"values" doc:"values removed"`
}

func (r *Registry) reset(_ context.Context, in ResetInput) (done Reset, err error) {
	operations, metrics, err := r.selected(in.Operation, in.Metric)
	if err != nil {
		return done, err
	}
	for _, o := range operations {
		if n := o.reset(); n > 0 {
			done.Operations++
			done.Values += n
		}
	}
	for _, m := range metrics {
		if n := m.reset(); n > 0 {
			done.Metrics++
			done.Values += n
		}
	}
	return done, nil
}
