package simulator

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/logquery"
)

// ReadMonitoring returns what the dashboard of a deployed stage shows: its alarms as they are
// now, its numbers, and its graphs and tables over the time that it shows. It asks
// CloudWatch for the metrics, which costs [MonitoringCost], and reads the log, which is
// free: the queries run here.
func ReadMonitoring(ctx context.Context, a *awsaccount.Account, s config.Stage, now time.Time) (Monitoring, error) {
	d := monitoring.HomeDashboard(s, "")
	m := Monitoring{From: now.Add(-d.Span).Truncate(time.Hour), To: now.Truncate(time.Minute).Add(time.Minute)}
	on, err := a.Alarms(ctx, s.Name)
	if err != nil {
		return m, err
	}
	for _, alarm := range monitoring.Alarms(s, "") {
		i := slices.IndexFunc(on, func(o awsaccount.Alarm) bool { return o.Name == alarm.FullName(s.Name) })
		if i >= 0 { // else it is not deployed yet
			m.Alarms = append(m.Alarms, AlarmState{alarm, cloudwatch.State(on[i].State)})
		}
	}
	function, err := a.Function(ctx, config.FunctionName(s.Name), config.Alias)
	if err != nil {
		return m, err
	}
	found, err := a.Lines(ctx, function.LogGroup, "", m.From)
	if err != nil {
		return m, err
	}
	lines := make([]logquery.Line, len(found))
	for i, l := range found {
		lines[i] = logquery.Line{At: l.At, Text: []byte(l.Text)}
	}
	values := values{}
	if err := values.read(ctx, a, drawnStatistics(d), m.From, m.To); err != nil {
		return m, err
	}
	for _, w := range d.Widgets() {
		if w.Kind != monitoring.Numbers {
			continue
		}
		if err := values.read(ctx, a, statisticsOf(w.Left, w.Since), m.To.Add(-w.Since), m.To); err != nil {
			return m, err
		}
	}
	return m, m.show(d, source{
		lines: lines,
		points: func(series monitoring.Series) ([]cloudwatch.Point, error) {
			return cloudwatch.Evaluate(series, m.From, m.To, func(o monitoring.Series, at time.Time) (float64, bool) {
				return values.of(statisticOf(o, series.Period), at)
			})
		},
		number: func(series monitoring.Series, since time.Duration) (float64, bool, error) {
			return cloudwatch.Number(series, func(o monitoring.Series) (float64, bool) {
				return values.of(statisticOf(o, since), m.To.Add(-since))
			})
		},
	})
}

// values are those of statistics, each in the period that began at a time.
type values map[string]float64

// read adds the values of statistics from a time up to another.
func (v values) read(ctx context.Context, a *awsaccount.Account, wanted []awsaccount.Statistic, from, to time.Time) error {
	found, err := a.Statistics(ctx, wanted, from, to)
	for i, points := range found {
		for _, p := range points {
			v[valueKey(wanted[i], p.At)] = p.Value
		}
	}
	return err
}

func (v values) of(s awsaccount.Statistic, at time.Time) (value float64, ok bool) {
	value, ok = v[valueKey(s, at)]
	return value, ok
}

// MonitoringCost returns what [ReadMonitoring] costs for a stage, in USD: CloudWatch counts
// metrics, in each question.
func MonitoringCost(s config.Stage) float64 {
	const perMetric = 0.00001
	d := monitoring.HomeDashboard(s, "")
	n := metricsIn(drawnStatistics(d))
	for _, w := range d.Widgets() {
		if w.Kind == monitoring.Numbers {
			n += metricsIn(statisticsOf(w.Left, w.Since))
		}
	}
	return perMetric * float64(n)
}

// metricsIn returns how many metrics the statistics are of.
func metricsIn(all []awsaccount.Statistic) int {
	metrics := map[awsaccount.Statistic]bool{}
	for _, s := range all {
		s.Name, s.Period = "", 0
		metrics[s] = true
	}
	return len(metrics)
}

// drawnStatistics returns the statistics that the graphs of a dashboard are computed from,
// each once.
func drawnStatistics(d monitoring.Dashboard) (all []awsaccount.Statistic) {
	for _, w := range d.Widgets() {
		if draws(w) {
			all = append(all, statisticsOf(slices.Concat(w.Left, w.Right), 0)...)
		}
	}
	return once(all)
}

// statisticsOf returns the statistics that series are computed from, each once, in periods
// of that length; default: those of the series.
func statisticsOf(series []monitoring.Series, period time.Duration) (all []awsaccount.Statistic) {
	for _, s := range series {
		if searches(s) {
			continue
		}
		for _, o := range cloudwatch.Operands(s) {
			all = append(all, statisticOf(o, cmp.Or(period, s.Period)))
		}
	}
	return once(all)
}

// once returns each statistic once, in an order of their own.
func once(all []awsaccount.Statistic) []awsaccount.Statistic {
	slices.SortFunc(all, func(x, y awsaccount.Statistic) int { return strings.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
	return slices.Compact(all)
}

// statisticOf returns an operand of a series as CloudWatch is asked for it.
func statisticOf(o monitoring.Series, period time.Duration) awsaccount.Statistic {
	s := awsaccount.Statistic{Namespace: o.Metric.Namespace, Metric: o.Metric.Name, Name: o.Statistic, Period: period}
	for name, value := range o.Metric.Dimensions { // each has one, or none
		s.Dimension, s.Value = name, value
	}
	return s
}

func valueKey(s awsaccount.Statistic, at time.Time) string { return fmt.Sprint(s, at.UTC()) }
