package cloudwatch

import (
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/monitoring"
)

// A Point is the value of a series in one period.
type Point struct {
	At    time.Time // when the period began
	Value float64
}

// Points returns the values of a series in each of its periods that begin from a time on
// and before another, without those that have none. The error is that of an expression
// that is not known here, such as a search.
func (a *Account) Points(s monitoring.Series, from, to time.Time) ([]Point, error) {
	a.metrics.sort()
	return Evaluate(s, from, to, func(o monitoring.Series, at time.Time) (float64, bool) {
		return statistic(o.Statistic, a.metrics.between(key(o.Metric.Namespace, o.Metric.Name, o.Metric.Dimensions), at, at.Add(s.Period)))
	})
}

// Number returns the value of a series over a whole time, as a widget of numbers shows it,
// and whether there is one.
func (a *Account) Number(s monitoring.Series, from, to time.Time) (v float64, known bool, err error) {
	a.metrics.sort()
	return Number(s, func(o monitoring.Series) (float64, bool) {
		return statistic(o.Statistic, a.metrics.between(key(o.Metric.Namespace, o.Metric.Name, o.Metric.Dimensions), from, to))
	})
}

// Number is [Account.Number] for statistics that come from elsewhere: value returns that of
// an operand, and whether there is one.
func Number(s monitoring.Series, value func(operand monitoring.Series) (float64, bool)) (v float64, known bool, err error) {
	e, of, err := formula(s)
	if err != nil {
		return 0, false, err
	}
	v, known = e.eval(periodOf(of, value))
	return v, known, nil
}

// Operands returns the statistics of metrics that a series is computed from, each with the
// period of the series: itself, unless it is an expression.
func Operands(s monitoring.Series) []monitoring.Series {
	if s.Expression == "" {
		s.ID = "m"
		return []monitoring.Series{s}
	}
	return s.Of
}

// Evaluate is [Account.Points] for statistics that come from elsewhere: value returns that
// of an operand in the period that begins at a time, and whether there is one.
func Evaluate(s monitoring.Series, from, to time.Time, value func(operand monitoring.Series, at time.Time) (float64, bool)) ([]Point, error) {
	e, of, err := formula(s)
	if err != nil {
		return nil, err
	}
	var all []Point
	for at := from.Truncate(s.Period); at.Before(to); at = at.Add(s.Period) {
		if v, ok := e.eval(periodOf(of, func(o monitoring.Series) (float64, bool) { return value(o, at) })); ok {
			all = append(all, Point{at, v})
		}
	}
	return all, nil
}

// formula returns the expression of a series and its operands.
func formula(s monitoring.Series) (*expression, []monitoring.Series, error) {
	of, text := Operands(s), s.Expression
	if text == "" {
		text = of[0].ID
	}
	e, err := parseExpression(text)
	if err != nil {
		return nil, nil, fmt.Errorf("the series %s cannot be drawn: %w", s.Label, err)
	}
	return e, of, nil
}

// periodOf returns the values of operands in one period.
func periodOf(of []monitoring.Series, value func(monitoring.Series) (float64, bool)) period {
	in := period{map[string]float64{}, map[string]bool{}}
	for _, o := range of {
		if v, ok := value(o); ok {
			in.values[o.ID], in.exists[o.ID] = v, true
		}
	}
	return in
}

// AddAlarm adds an alarm of a stage. Those that its rule names are added before it.
func (a *Account) AddAlarm(stage string, m monitoring.Alarm) error {
	p := map[string]any{"AlarmName": m.FullName(stage), "AlarmDescription": m.Text}
	if !m.Rule.IsZero() {
		p["AlarmRule"] = ruleText(stage, m.Rule)
		return a.Add("AWS::CloudWatch::CompositeAlarm", p)
	}
	p["EvaluationPeriods"], p["DatapointsToAlarm"] = m.N, m.M
	p["Threshold"], p["ComparisonOperator"], p["TreatMissingData"] = m.When.Threshold, m.When.Operator, m.Missing
	of := m.Watches.Of
	var queries []map[string]any
	if m.Watches.Expression == "" {
		m.Watches.ID = "m"
		of = []monitoring.Series{m.Watches}
	} else {
		queries = append(queries, map[string]any{"Id": "result", "Expression": m.Watches.Expression, "ReturnData": true})
	}
	for _, o := range of {
		var dimensions []map[string]string
		for name, value := range o.Metric.Dimensions {
			dimensions = append(dimensions, map[string]string{"Name": name, "Value": value})
		}
		queries = append(queries, map[string]any{"Id": o.ID, "ReturnData": len(queries) == 0, "MetricStat": map[string]any{
			"Metric": map[string]any{"Namespace": o.Metric.Namespace, "MetricName": o.Metric.Name, "Dimensions": dimensions},
			"Period": m.Watches.Period.Seconds(), "Stat": o.Statistic,
		}})
	}
	p["Metrics"] = queries
	return a.Add("AWS::CloudWatch::Alarm", p)
}

// ruleText returns a rule as CloudWatch reads it.
func ruleText(stage string, r monitoring.Rule) string {
	if r.Alarm != "" {
		return fmt.Sprintf("ALARM(%q)", monitoring.AlarmPrefix(stage)+r.Alarm)
	}
	parts, between := r.AnyOf, " OR "
	if r.AllOf != nil {
		parts, between = r.AllOf, " AND "
	}
	text := ""
	for i, part := range parts {
		if i > 0 {
			text += between
		}
		text += ruleText(stage, part)
	}
	return "(" + text + ")"
}
