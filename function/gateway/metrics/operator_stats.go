package metrics

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A StatsInput is the input of [GetStats].
type StatsInput struct {
	Operation string `json:"operation,omitempty" doc:"an operation, \"cache.get\", or a gateway, \"cache\"; default: all"`
	Metric    string `json:"metric,omitempty" doc:"a metric, such as Duration; default: all"`
	Range
}

// Check rejects an invalid range.
func (in StatsInput) Check() error { return in.Range.Check() }

// Stats are the statistics of a range.
type Stats struct {
	From       time.Time    `json:"from" doc:"start of the range, extended to whole slots"`
	To         time.Time    `json:"to" doc:"end of the range"`
	Resolution core.Seconds `json:"resolution_seconds" doc:"length of a slot; 0 when the range is everything since the start"`
	All        *Summary     `json:"all,omitempty" doc:"all of these operations together, durations in ms"`
	Operations []Summary    `json:"operations" doc:"each operation that was called in the range, durations in ms"`
	Metrics    []Summary    `json:"metrics" doc:"each metric that has a value in the range, in its unit"`
}

// A Summary is the statistics of one operation or metric.
type Summary struct {
	Name   string               `json:"name,omitempty"`
	Kind   Kind                 `json:"kind,omitempty" doc:"of a metric: counter, gauge or histogram"`
	Unit   string               `json:"unit,omitempty" doc:"of its values"`
	Count  int64                `json:"count" doc:"calls, or values"`
	Rate   float64              `json:"rate" doc:"count by time, at least a minute" unit:"1/min"`
	Errors int64                `json:"errors,omitempty" doc:"failed calls"`
	Hits   int64                `json:"cache_hits,omitempty" doc:"calls that were cache hits"`
	Sum    float64              `json:"sum" doc:"of all values; the value of a counter"`
	Last   *float64             `json:"last,omitempty" doc:"current value of a gauge, whatever the range"`
	Min    float64              `json:"min"`
	Mean   float64              `json:"mean"`
	Max    float64              `json:"max"`
	P50    float64              `json:"p50" doc:"median; the error of percentiles is at most 6.25 %"`
	P90    float64              `json:"p90"`
	P95    float64              `json:"p95"`
	P99    float64              `json:"p99"`
	Causes map[core.Cause]int64 `json:"causes,omitempty" doc:"failures by cause since the start, whatever the range"`
}

func (r *Registry) stats(_ context.Context, in StatsInput) (Stats, error) {
	operations, metrics, err := r.selected(in.Operation, in.Metric)
	if err != nil {
		return Stats{}, err
	}
	since, _ := r.times()
	w := in.window(time.Now(), since)
	minutes := w.minutes(since)
	s := Stats{From: w.from, To: w.to, Resolution: core.Seconds(w.step), Operations: []Summary{}, Metrics: []Summary{}}
	var all tally
	for _, name := range slices.Sorted(maps.Keys(operations)) {
		var t tally
		operations[name].sum(&t, w)
		if all.merge(&t); t.Count > 0 {
			sum := t.summary(name, "ms", minutes)
			if t.errors > 0 {
				sum.Causes = operations[name].causesOfFailure()
			}
			s.Operations = append(s.Operations, sum)
		}
	}
	if in.Operation != "" || in.Metric == "" {
		sum := all.summary("", "ms", minutes)
		s.All = &sum
	}
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		var t tally
		m := metrics[name]
		if m.sum(&t, w); t.Count > 0 {
			unit, _, last := m.described()
			sum := t.summary(name, unit, minutes)
			if sum.Kind = m.kind; m.kind == GaugeKind {
				sum.Last = &last
			}
			s.Metrics = append(s.Metrics, sum)
		}
	}
	return s, nil
}

func (t *tally) summary(name, unit string, minutes float64) Summary {
	return Summary{
		Name: name, Unit: unit, Count: t.Count, Rate: float64(t.Count) / minutes, Errors: t.errors, Hits: t.hits,
		Sum: t.Sum, Min: t.Min, Mean: t.Mean(), Max: t.Max,
		P50: t.Quantile(.5), P90: t.Quantile(.9), P95: t.Quantile(.95), P99: t.Quantile(.99),
	}
}

// A PercentilesInput is the input of [GetPercentiles].
type PercentilesInput struct {
	Operation string    `json:"operation,omitempty" doc:"an operation, \"cache.get\""`
	Metric    string    `json:"metric,omitempty" doc:"or a metric, such as Duration"`
	Percents  []float64 `json:"percents,omitempty" doc:"from 0 to 100; default: 50, 90, 95, 99"`
	Range
}

// Check rejects both or neither of operation and metric, and an invalid percentage.
func (in PercentilesInput) Check() error {
	switch {
	case in.Operation == "" && in.Metric == "":
		return errors.New("field operation is missing, and so is metric; expected one of the two")
	case in.Operation != "" && in.Metric != "":
		return errors.New("field metric is present beside operation: expected one of the two")
	case len(in.Percents) > 100:
		return fmt.Errorf("field percents has %d numbers; the maximum is 100", len(in.Percents))
	}
	for _, p := range in.Percents {
		if !(p >= 0 && p <= 100) {
			return fmt.Errorf("field percents has %v in it; expected 0 to 100", p)
		}
	}
	return in.Range.Check()
}

// Percentiles are the percentiles of an operation's durations or a metric's values.
type Percentiles struct {
	Count  int64        `json:"count" doc:"values in the range"`
	Unit   string       `json:"unit,omitempty" doc:"of the values"`
	From   time.Time    `json:"from"`
	To     time.Time    `json:"to"`
	Values []Percentile `json:"percentiles" doc:"with an error of at most 6.25 %; empty when there are no values"`
}

// A Percentile is the value that a percentage of the values does not exceed.
type Percentile struct {
	Percent float64 `json:"percent"`
	Value   float64 `json:"value"`
}

func (r *Registry) percentiles(_ context.Context, in PercentilesInput) (Percentiles, error) {
	since, _ := r.times()
	w := in.window(time.Now(), since)
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
