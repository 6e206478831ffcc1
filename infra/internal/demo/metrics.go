package demo

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// A Metric is what CloudWatch would have received for one metric.
type Metric struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Points int     `json:"points"`
	Min    float64 `json:"min"`
	Mean   float64 `json:"mean"`
	Max    float64 `json:"max"`
}

// A record is a line of the log that is also a metric record.
type record struct {
	AWS struct {
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

// logged returns the one line of the log that has metrics, or what is wrong if it
// is not exactly one.
func logged(lines []string) (line json.RawMessage, wrong string) {
	found := 0
	for _, l := range lines {
		var r record
		if json.Unmarshal([]byte(l), &r) == nil && len(r.AWS.CloudWatchMetrics) > 0 {
			line = json.RawMessage(l)
			found++
		}
	}
	if found != 1 {
		return line, problem("the function wrote %d lines with metrics, expected one", found)
	}
	return line, ""
}

// summary returns the metrics of all steps, in the order of config.Metrics.
func summary(steps []Step) []Metric {
	all := map[string]*Metric{}
	for _, s := range steps {
		var r record
		var values map[string]json.RawMessage
		if json.Unmarshal(s.Log, &r) != nil || json.Unmarshal(s.Log, &values) != nil {
			continue
		}
		for _, d := range r.AWS.CloudWatchMetrics {
			if d.Namespace != config.Namespace {
				continue
			}
			for _, m := range d.Metrics {
				var v float64
				if json.Unmarshal(values[m.Name], &v) != nil {
					continue
				}
				if all[m.Name] == nil {
					all[m.Name] = &Metric{Name: m.Name, Unit: m.Unit, Min: math.Inf(1), Max: math.Inf(-1)}
				}
				all[m.Name].add(v)
			}
		}
	}
	var sorted []Metric
	for _, m := range config.Metrics() {
		if got := all[m.Name]; got != nil {
			sorted = append(sorted, *got)
		}
	}
	return sorted
}

func (m *Metric) add(v float64) {
	m.Mean = (m.Mean*float64(m.Points) + v) / float64(m.Points+1)
	m.Points++
	m.Min, m.Max = min(m.Min, v), max(m.Max, v)
}

// ofEvery are the metrics of which every directive has a point. The others have one
// only if there was something to measure.
var ofEvery = []config.Metric{config.Success, config.Duration, config.BreakerOpen, config.ColdStart, config.MemoryUsed}

// incomplete returns which metrics have too few points.
func incomplete(metrics []Metric, directives int) string {
	var missing []string
	for _, m := range config.Metrics() {
		points := 0
		if i := slices.IndexFunc(metrics, func(got Metric) bool { return got.Name == m.Name }); i >= 0 {
			points = metrics[i].Points
		}
		if points == 0 && m != config.DoctorFound || points != directives && slices.Contains(ofEvery, m) {
			missing = append(missing, m.Name)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return problem("too few directives have a point of the metric %s", strings.Join(missing, " and of "))
}
