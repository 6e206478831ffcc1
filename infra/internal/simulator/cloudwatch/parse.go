package cloudwatch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// properties are those of an alarm that are read.
type properties struct {
	AlarmName, AlarmDescription, AlarmRule           string
	AlarmActions, OKActions, InsufficientDataActions []string
	ActionsEnabled                                   *bool

	metricStat
	Statistic, ExtendedStatistic string
	Metrics                      []query

	Period                                 float64 // of a single metric, in seconds
	EvaluationPeriods, DatapointsToAlarm   int
	Threshold                              *float64
	ComparisonOperator, TreatMissingData   string
	EvaluateLowSampleCountPercentile, Unit string // not known here
	ActionsSuppressor, ThresholdMetricId   string // not known here
}

type metricStat struct {
	Namespace, MetricName string
	Dimensions            []struct{ Name, Value string }
}

type query struct {
	ID         string `json:"Id"`
	Expression string
	ReturnData *bool // default: true
	MetricStat *struct {
		Metric     metricStat
		Period     float64
		Stat, Unit string
	}
}

func (s metricStat) key() string {
	dimensions := map[string]string{}
	for _, d := range s.Dimensions {
		dimensions[d.Name] = d.Value
	}
	return key(s.Namespace, s.MetricName, dimensions)
}

// parse reads an alarm and checks it against the limits of CloudWatch.
func parse(resource string, from map[string]any) (*alarm, error) {
	var p properties
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return nil, fmt.Errorf("the alarm %v cannot be read: %w", from["AlarmName"], err)
	}
	a := &alarm{name: p.AlarmName, text: p.AlarmDescription, actions: map[State][]string{}}
	if p.ActionsEnabled == nil || *p.ActionsEnabled {
		a.actions = map[State][]string{InAlarm: p.AlarmActions, OK: p.OKActions, InsufficientData: p.InsufficientDataActions}
	}
	switch resource {
	case "AWS::CloudWatch::CompositeAlarm":
		a.rule, err = parseRule(p.AlarmRule)
	case "AWS::CloudWatch::Alarm":
		err = a.read(p)
	default:
		err = fmt.Errorf("%s is not an alarm", resource)
	}
	switch {
	case err != nil:
	case a.name == "" || len(a.name) > 255:
		err = fmt.Errorf("the name has %d characters, expected 1 to 255", len(a.name))
	case len(a.text) > 1024:
		err = fmt.Errorf("the description has %d bytes; the maximum is 1024", len(a.text))
	case p.ActionsSuppressor != "" || p.EvaluateLowSampleCountPercentile != "" || p.Unit != "" || p.ThresholdMetricId != "":
		err = fmt.Errorf("a property is used that is not known here")
	}
	if err != nil {
		return nil, fmt.Errorf("alarm %s: %w", p.AlarmName, err)
	}
	return a, nil
}

// read reads what only a metric alarm has.
func (a *alarm) read(p properties) error {
	a.n, a.m, a.missing = p.EvaluationPeriods, p.DatapointsToAlarm, p.TreatMissingData
	if a.m == 0 {
		a.m = a.n
	}
	if a.missing == "" {
		a.missing = "missing"
	}
	period, err := p.Period, error(nil)
	if len(p.Metrics) > 0 {
		period, err = a.readMath(p.Metrics)
	} else {
		statistic := p.Statistic + p.ExtendedStatistic
		a.stats = []stat{{"metric", p.metricStat.key(), statistic}}
	}
	if err != nil {
		return err
	}
	for _, s := range a.stats {
		if !isStatistic(s.statistic) {
			return fmt.Errorf("the statistic %q is not known here", s.statistic)
		}
	}
	a.period = time.Duration(period) * time.Second
	if p.Threshold == nil {
		return fmt.Errorf("there is no threshold")
	}
	if a.breaches = comparison(p.ComparisonOperator, *p.Threshold); a.breaches == nil {
		return fmt.Errorf("the comparison %q is not known here", p.ComparisonOperator)
	}
	return a.checkTimes()
}

// readMath reads the metrics of an expression, and the expression, or one metric alone,
// and returns the period of them all, in seconds.
func (a *alarm) readMath(queries []query) (period float64, err error) {
	var returned int
	for _, q := range queries {
		if q.ReturnData == nil || *q.ReturnData {
			returned++
			text := q.Expression
			if q.MetricStat != nil {
				text = q.ID
			}
			if a.expression, err = parseExpression(text); err != nil {
				return 0, err
			}
		}
		if q.MetricStat == nil {
			continue
		}
		if period != 0 && period != q.MetricStat.Period {
			return 0, fmt.Errorf("its metrics have periods of %v and %v s", period, q.MetricStat.Period)
		}
		period = q.MetricStat.Period
		a.stats = append(a.stats, stat{q.ID, q.MetricStat.Metric.key(), q.MetricStat.Stat})
	}
	if returned != 1 || len(a.stats) == 0 || len(a.stats) > 10 {
		return 0, fmt.Errorf("%d of its queries return data and %d are metrics, expected one, and 1 to 10", returned, len(a.stats))
	}
	for _, id := range a.expression.names() {
		if !slices.ContainsFunc(a.stats, func(s stat) bool { return s.id == id }) {
			return 0, fmt.Errorf("the expression names %s, which is none of its metrics", id)
		}
	}
	return period, nil
}

func (a *alarm) checkTimes() error {
	const day = 24 * time.Hour
	most := day
	if a.period >= time.Hour {
		most = 7 * day
	}
	switch {
	case a.period < time.Minute || a.period > day || a.period%time.Minute != 0:
		return fmt.Errorf("the period is %v, expected whole minutes up to a day", a.period)
	case a.n < 1 || a.m < 1 || a.m > a.n:
		return fmt.Errorf("%d of %d periods raise it", a.m, a.n)
	case time.Duration(a.n)*a.period > most:
		return fmt.Errorf("it looks at %d periods of %v; the maximum is %v in all", a.n, a.period, most)
	case !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, a.missing):
		return fmt.Errorf("missing data are treated as %q", a.missing)
	}
	return nil
}

// comparison returns what compares a value with a threshold; nil for one not known here.
func comparison(operator string, threshold float64) func(float64) bool {
	return map[string]func(float64) bool{
		"GreaterThanOrEqualToThreshold": func(v float64) bool { return v >= threshold },
		"GreaterThanThreshold":          func(v float64) bool { return v > threshold },
		"LessThanThreshold":             func(v float64) bool { return v < threshold },
		"LessThanOrEqualToThreshold":    func(v float64) bool { return v <= threshold },
	}[operator]
}
