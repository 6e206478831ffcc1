package metrics

import (
	"context"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A ResetInput is the input of [ResetFigures].
type ResetInput struct {
	Operation string `json:"operation,omitempty" doc:"an operation, \"cache.get\", or a gateway, \"cache\"; default: all, if no metric is named either"`
	Metric    string `json:"metric,omitempty" doc:"a metric, such as Duration; default: all, if no operation is named either"`
}

// Check refuses an operation and a metric at once.
func (in ResetInput) Check() error {
	if in.Operation != "" && in.Metric != "" {
		return errors.New("field metric is there beside operation: one of the two is wanted, or neither for all")
	}
	return nil
}

// Reset is what was forgotten.
type Reset struct {
	Operations int   `json:"operations" doc:"whose figures were forgotten"`
	Metrics    int   `json:"metrics" doc:"whose figures were forgotten; what they were declared as stays"`
	Values     int64 `json:"values" doc:"that they had"`
}

func (r *Registry) reset(_ context.Context, in ResetInput) (Reset, error) {
	operations, metrics := r.all()
	var done Reset
	if in.Metric == "" {
		names := chosen(operations, in.Operation)
		if len(names) == 0 && in.Operation != "" {
			return Reset{}, unknownOperation(in.Operation)
		}
		for _, name := range names {
			if n := operations[name].reset(); n > 0 {
				done.Operations++
				done.Values += n
			}
		}
	}
	if in.Operation != "" {
		return done, nil
	}
	if in.Metric != "" && metrics[in.Metric] == nil {
		return Reset{}, unknownMetric(in.Metric)
	}
	for name, m := range metrics {
		if in.Metric != "" && in.Metric != name {
			continue
		}
		if n := m.reset(); n > 0 {
			done.Metrics++
			done.Values += n
		}
	}
	return done, nil
}

// Cleanup lets go what is too old to be asked for.
func (r *Registry) Cleanup(context.Context) core.Reclaimed {
	var freed core.Reclaimed
	operations, metrics := r.all()
	now := time.Now()
	forget := func(s *series) {
		slots, bytes := s.forget(now)
		freed = freed.Plus(core.Reclaimed{Items: slots, Bytes: bytes})
	}
	for _, s := range operations {
		forget(s)
	}
	for _, m := range metrics {
		forget(&m.series)
	}
	return freed
}
