package simulator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/cloudwatch"
)

// ReadMonitoring returns the alarms of a deployed stage as they are now, and its graphs over
// the time that its dashboard shows. It asks CloudWatch once, which costs [MonitoringCost].
func ReadMonitoring(ctx context.Context, a *awsaccount.Account, s config.Stage, now time.Time) (Monitoring, error) {
	d := monitoring.HomeDashboard(s, "")
	m := Monitoring{From: now.Add(-d.Span).Truncate(time.Hour), To: now.Truncate(time.Minute)}
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
	wanted := statisticsOf(d)
	found, err := a.Statistics(ctx, wanted, m.From, m.To)
	if err != nil {
		return m, err
	}
	values := map[string]float64{}
	for i, points := range found {
		for _, p := range points {
			values[valueKey(wanted[i], p.At)] = p.Value
		}
	}
	return m, m.draw(d, func(series monitoring.Series) ([]cloudwatch.Point, error) {
		return cloudwatch.Evaluate(series, m.From, m.To, func(o monitoring.Series, at time.Time) (float64, bool) {
			v, ok := values[valueKey(statisticOf(o, series.Period), at)]
			return v, ok
		})
	})
}

// MonitoringCost returns what [ReadMonitoring] costs for a stage, in USD: CloudWatch counts
// metrics.
func MonitoringCost(s config.Stage) float64 {
	const perMetric = 0.00001
	metrics := map[string]bool{}
	for _, w := range statisticsOf(monitoring.HomeDashboard(s, "")) {
		metrics[w.Namespace+" "+w.Metric] = true
	}
	return perMetric * float64(len(metrics))
}

// statisticsOf returns the statistics that the graphs of a dashboard are computed from, each
// once.
func statisticsOf(d monitoring.Dashboard) []awsaccount.Statistic {
	all := map[awsaccount.Statistic]bool{}
	for _, w := range d.Widgets() {
		if !draws(w) {
			continue
		}
		for _, series := range slices.Concat(w.Left, w.Right) {
			if searches(series) {
				continue
			}
			for _, o := range cloudwatch.Operands(series) {
				all[statisticOf(o, series.Period)] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(x, y awsaccount.Statistic) int {
		return strings.Compare(fmt.Sprint(x), fmt.Sprint(y))
	})
}

// statisticOf returns an operand of a series as CloudWatch is asked for it.
func statisticOf(o monitoring.Series, period time.Duration) awsaccount.Statistic {
	s := awsaccount.Statistic{Namespace: o.Metric.Namespace, Metric: o.Metric.Name, Name: o.Statistic, Period: period}
	for name, value := range o.Metric.Dimensions { // each has one
		s.Dimension, s.Value = name, value
	}
	return s
}

func valueKey(s awsaccount.Statistic, at time.Time) string { return fmt.Sprint(s, at.UTC()) }
