package metrics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that a person runs by name.
var (
	Increment = core.Define[IncrementInput, Counted](core.Metrics, "increment",
		"Add to a counter, which is declared if it is new, and return its value.")
	Declare = core.Define[DeclareInput, Declared](core.Metrics, "declare",
		"Declare a metric as a counter, a gauge or a histogram, with its unit, and return how many more names are available.").Failing(core.RateLimited)
	GetStats = core.Define[StatsInput, Stats](core.Metrics, "stats",
		"Return count, rate, failures by cause, minimum, mean, maximum and percentiles of each operation and metric in a time range.").Reading().Failing(core.NotFound)
	GetPercentiles = core.Define[PercentilesInput, Percentiles](core.Metrics, "percentiles",
		"Return percentiles of the durations of one operation or the values of one metric.").Reading().Failing(core.NotFound)
	GetUsage = core.Define[core.None, Usage](core.Metrics, "usage",
		"Return what this process used of each monthly limit of the free tier, and the projection for a month.").Reading()
	GetSystem = core.Define[core.None, System](core.Metrics, "system",
		"Return the current memory, garbage collections, goroutines and threads of the process.").Reading()
	GetColdStart = core.Define[core.None, ColdStart](core.Metrics, "cold_start",
		"Return the duration of the start of the process, by stage, and the number of invocations since.").Reading()
	GetExport = core.Define[ExportInput, Export](core.Metrics, "export",
		"Export the statistics as JSON, as one record of the Embedded Metric Format, or in the text format of Prometheus.").Reading().Failing(core.NotFound)
	ResetStats = core.Define[ResetInput, Reset](core.Metrics, "reset",
		"Reset the statistics of one operation or metric, or of all, and return the number of values removed; the free-tier usage is kept.").Failing(core.NotFound)
	MakeBackup = core.Define[BackupInput, Backup](core.Metrics, "backup",
		"Return a snapshot of the totals, and optionally store it for the next process.")
	Restore = core.Define[RestoreInput, Restored](core.Metrics, "restore",
		"Add the totals of a given or stored snapshot to the statistics, or replace them; each snapshot counts only once.").Failing(core.NotFound)
)

func (r *Registry) bindOperator(d *core.Dispatcher) {
	core.Handle(d, Increment, r.increment)
	core.Handle(d, Declare, r.declare)
	core.Handle(d, GetStats, r.stats)
	core.Handle(d, GetPercentiles, r.percentiles)
	core.Handle(d, GetUsage, func(context.Context, core.None) (Usage, error) { return r.Usage(), nil })
	core.Handle(d, GetSystem, r.system)
	core.Handle(d, GetColdStart, r.coldStart)
	core.Handle(d, GetExport, r.export)
	core.Handle(d, ResetStats, r.reset)
	core.Handle(d, MakeBackup, r.backup)
	core.Handle(d, Restore, r.restore)
}

// A Kind is the meaning of a metric's values.
type Kind string

// The kinds of metric.
const (
	CounterKind   Kind = "counter"   // a sum that only grows
	GaugeKind     Kind = "gauge"     // the last value
	HistogramKind Kind = "histogram" // the distribution of the values; the default
)

func checkKind(k Kind) error {
	switch k {
	case CounterKind, GaugeKind, HistogramKind:
		return nil
	case "":
		return errors.New("field kind is missing")
	}
	return fmt.Errorf("field kind is %.40q; expected counter, gauge or histogram", k)
}

// An IncrementInput is the input of [Increment].
type IncrementInput struct {
	Name string  `json:"name" doc:"of the counter" required:"true"`
	By   float64 `json:"by,omitempty" doc:"the amount; default: 1"`
}

// Check rejects an invalid name and a negative amount.
func (in IncrementInput) Check() error {
	if !(in.By >= 0 && in.By <= maxValue) {
		return fmt.Errorf("field by is %v; expected a number from 0 to 2^360, because counters only grow", in.By)
	}
	return checkName("name", in.Name)
}

// Counted is the output of [Increment].
type Counted struct {
	Value float64 `json:"value"`
}

func (r *Registry) increment(_ context.Context, in IncrementInput) (Counted, error) {
	if in.By == 0 {
		in.By = 1
	}
	m, ok := r.metric(in.Name, CounterKind)
	if ok && m.kind != CounterKind {
		return Counted{}, core.Errorf(core.Invalid, core.CauseKind, "field name is %q, which is a %s: use metrics.record", in.Name, m.kind)
	}
	_, sum := m.add(time.Now(), in.By, "", false)
	return Counted{sum}, nil
}

// A DeclareInput is the input of [Declare].
type DeclareInput struct {
	Name  string `json:"name" doc:"of the metric" required:"true"`
	Kind  Kind   `json:"kind" doc:"counter, gauge or histogram" required:"true"`
	Unit  string `json:"unit,omitempty" doc:"of its values, in one word"`
	About string `json:"about,omitempty" doc:"what it measures, in one sentence, for readers of an export"`
}

// Check rejects an invalid name or kind, and texts that are too long.
func (in DeclareInput) Check() error {
	switch {
	case len(in.Unit) > maxUnit:
		return fmt.Errorf("field unit is %d bytes long; the maximum is %d", len(in.Unit), maxUnit)
	case len(in.About) > maxAbout:
		return fmt.Errorf("field about is %d bytes long; the maximum is %d", len(in.About), maxAbout)
	}
	if err := checkName("name", in.Name); err != nil {
		return err
	}
	return checkKind(in.Kind)
}

// Limits of a metric's texts, in bytes.
const (
	maxUnit  = 40
	maxAbout = 400
)

// Declared is the output of [Declare].
type Declared struct {
	Names int `json:"names" doc:"names in use"`
	Room  int `json:"room" doc:"names still available; values of further names are recorded under \"other\""`
}

func (r *Registry) declare(_ context.Context, in DeclareInput) (Declared, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	m := r.metrics[in.Name]
	switch {
	case m == nil && len(r.metrics) >= maxMetrics:
		return Declared{}, core.Errorf(core.RateLimited, core.CauseNames, "all %d names of metrics are in use: use fewer names, not one for each object", maxMetrics)
	case m == nil:
		m = &metric{kind: in.Kind}
		r.metrics[in.Name] = m
	case m.kind != in.Kind:
		return Declared{}, core.Errorf(core.Invalid, core.CauseKind, "field kind is %s, but %q is already a %s", in.Kind, in.Name, m.kind)
	case m.published != (config.Metric{}) && in.Unit != m.published.Unit:
		return Declared{}, core.Errorf(core.Invalid, core.CauseUnit, "field unit is %q, but the stack publishes %s in %s", in.Unit, in.Name, m.published.Unit)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unit, m.about = in.Unit, in.About
	return Declared{len(r.metrics), maxMetrics - len(r.metrics)}, nil
}

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
