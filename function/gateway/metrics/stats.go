package metrics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A StatsInput is the input of [GetStats].
type StatsInput struct {
	Operation string `json:"operation,omitempty" doc:"an operation, \"cache.get\", or a gateway, \"cache\"; default: all"`
	Metric    string `json:"metric,omitempty" doc:"a metric, such as Duration; default: all"`
	Range
}

// Check refuses a range that is none.
func (in StatsInput) Check() error { return in.Range.Check() }

// Stats are figures of a range of time.
type Stats struct {
	From       time.Time    `json:"from" doc:"when the range begins, in whole slots"`
	To         time.Time    `json:"to" doc:"when it ends"`
	Resolution core.Seconds `json:"resolution_seconds" doc:"how long a slot is; 0 when everything since the start is counted"`
	All        *Figures     `json:"all,omitempty" doc:"of the operations together, durations in ms"`
	Operations []Figures    `json:"operations" doc:"each that was called in the range, durations in ms"`
	Metrics    []Figures    `json:"metrics" doc:"each that got a value in the range, in its own unit"`
}

// Figures are what is told of an operation or a metric.
type Figures struct {
	Name   string               `json:"name,omitempty"`
	Kind   Kind                 `json:"kind,omitempty" doc:"of a metric: counter, gauge or histogram"`
	Unit   string               `json:"unit,omitempty" doc:"of its values"`
	Count  int64                `json:"count" doc:"calls, or values"`
	Rate   float64              `json:"rate" doc:"count by time, of which at least a minute is taken" unit:"1/min"`
	Errors int64                `json:"errors,omitempty" doc:"calls that failed"`
	Hits   int64                `json:"cache_hits,omitempty" doc:"calls that the cache answered"`
	Sum    float64              `json:"sum" doc:"of all values; what a counter stands at"`
	Last   *float64             `json:"last,omitempty" doc:"what a gauge stands at, whatever the range"`
	Min    float64              `json:"min"`
	Mean   float64              `json:"mean"`
	Max    float64              `json:"max"`
	P50    float64              `json:"p50" doc:"half of the values are not above it; percentiles are at most 6.25 % off"`
	P90    float64              `json:"p90"`
	P95    float64              `json:"p95"`
	P99    float64              `json:"p99"`
	Causes map[core.Cause]int64 `json:"causes,omitempty" doc:"failures by their cause, since the start whatever the range"`
}

func (r *Registry) stats(_ context.Context, in StatsInput) (Stats, error) {
	since, _ := r.sinceBegan()
	w := in.span(time.Now(), since)
	s := Stats{From: w.from, To: w.to, Resolution: core.Seconds(w.step), Operations: []Figures{}, Metrics: []Figures{}}
	minutes := w.minutes(since)
	operations, metrics := r.all()
	names := chosen(operations, in.Operation)
	if len(names) == 0 && in.Operation != "" {
		return Stats{}, unknownOperation(in.Operation)
	}
	if in.Metric != "" && metrics[in.Metric] == nil {
		return Stats{}, unknownMetric(in.Metric)
	}
	if in.Operation != "" || in.Metric == "" {
		s.add(operations, names, w, minutes)
	}
	for _, name := range chosen(metrics, in.Metric) {
		var t tally
		m := metrics[name]
		if in.Metric == "" && in.Operation != "" || in.Metric != "" && in.Metric != name {
			continue
		}
		if m.sum(&t, w); t.Count > 0 {
			s.Metrics = append(s.Metrics, m.figures(name, &t, minutes))
		}
	}
	return s, nil
}

// add puts the figures of operations into s, and those of all of them together.
func (s *Stats) add(operations map[string]*series, names []string, w span, minutes float64) {
	var all tally
	for _, name := range names {
		var t tally
		operations[name].sum(&t, w)
		all.merge(&t)
		if t.Count == 0 {
			continue
		}
		f := figures(name, &t, minutes)
		f.Unit = "ms"
		if t.errors > 0 {
			f.Causes = operations[name].failures()
		}
		s.Operations = append(s.Operations, f)
	}
	f := figures("", &all, minutes)
	f.Unit = "ms"
	s.All = &f
}

func unknownOperation(name string) error {
	return core.Errorf(core.NotFound, core.CauseUnknownOperation, "field operation is %.100q, and there is no such operation or gateway; `hearthgate op` lists them", name)
}

func unknownMetric(name string) error {
	return core.Errorf(core.NotFound, core.CauseUnknownMetric, "field metric is %.100q, and nothing was recorded under that name", name)
}

func figures(name string, t *tally, minutes float64) Figures {
	return Figures{
		Name: name, Count: t.Count, Rate: float64(t.Count) / minutes, Errors: t.errors, Hits: t.hits,
		Sum: t.Sum, Min: t.Min, Mean: t.Mean(), Max: t.Max,
		P50: t.Quantile(.5), P90: t.Quantile(.9), P95: t.Quantile(.95), P99: t.Quantile(.99),
	}
}

func (m *metric) figures(name string, t *tally, minutes float64) Figures {
	f := figures(name, t, minutes)
	unit, _, last := m.described()
	f.Kind, f.Unit = m.kind, unit
	if m.kind == GaugeKind {
		f.Last = &last
	}
	return f
}

// A PercentilesInput is the input of [GetPercentiles].
type PercentilesInput struct {
	Operation string    `json:"operation,omitempty" doc:"an operation, \"cache.get\""`
	Metric    string    `json:"metric,omitempty" doc:"or a metric, such as Duration"`
	Percents  []float64 `json:"percents,omitempty" doc:"from 0 to 100; default: 50, 90, 95, 99"`
	Range
}

// Check refuses both or neither of operation and metric, and what is no percent.
func (in PercentilesInput) Check() error {
	switch {
	case in.Operation == "" && in.Metric == "":
		return errors.New("field operation is missing, or field metric")
	case in.Operation != "" && in.Metric != "":
		return errors.New("field metric is there beside operation: one of the two is wanted")
	case len(in.Percents) > 100:
		return fmt.Errorf("field percents has %d numbers; at most 100 are taken", len(in.Percents))
	}
	for _, p := range in.Percents {
		if !(p >= 0 && p <= 100) {
			return fmt.Errorf("field percents has %v in it; 0 to 100 is wanted", p)
		}
	}
	return in.Range.Check()
}

// Percentiles are the percentiles of an operation's durations or a metric's values.
type Percentiles struct {
	Count  int64        `json:"count" doc:"values that they were taken from"`
	Unit   string       `json:"unit,omitempty" doc:"of the values"`
	From   time.Time    `json:"from"`
	To     time.Time    `json:"to"`
	Values []Percentile `json:"percentiles" doc:"at most 6.25 % off; empty when there are no values"`
}

// A Percentile is the value which a share of the values are not above.
type Percentile struct {
	Percent float64 `json:"percent"`
	Value   float64 `json:"value"`
}

func (r *Registry) percentiles(_ context.Context, in PercentilesInput) (Percentiles, error) {
	since, _ := r.sinceBegan()
	w := in.span(time.Now(), since)
	p := Percentiles{Unit: "ms", From: w.from, To: w.to, Values: []Percentile{}}
	operations, metrics := r.all()
	of := operations[in.Operation]
	switch m := metrics[in.Metric]; {
	case in.Metric != "" && m == nil:
		return Percentiles{}, unknownMetric(in.Metric)
	case in.Metric != "":
		of = &m.series
		p.Unit, _, _ = m.described()
	case of == nil:
		return Percentiles{}, unknownOperation(in.Operation)
	}
	var t tally
	of.sum(&t, w)
	p.Count = t.Count
	if len(in.Percents) == 0 {
		in.Percents = []float64{50, 90, 95, 99}
	}
	for _, percent := range in.Percents {
		if t.Count > 0 {
			p.Values = append(p.Values, Percentile{percent, t.Quantile(percent / 100)})
		}
	}
	return p, nil
}
