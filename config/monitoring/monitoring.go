// Package monitoring describes how a stage is monitored: its metrics, dashboards and
// alarms, as data. The stack makes CloudWatch's resources of the description, and whatever
// draws or counts them reads the same one.
package monitoring

import (
	"time"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// A Metric is a metric of CloudWatch.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
}

// NewVersion is the value of a dimension in place of the version that a deployment makes,
// whose number is not known before.
const NewVersion = "{new version}"

// A Series is what a widget draws or an alarm watches: a statistic of a metric, or an
// expression of metric math over others.
type Series struct {
	ID     string // by which an expression names it; default: none does
	Label  string // for a person; in a search it may hold CloudWatch's ${PROP(...)}
	Period time.Duration

	Metric    Metric // of a series without an expression
	Statistic string // of it, as CloudWatch spells it: "Sum", "p90"

	Expression string
	Of         []Series // what the expression is over; a search has none
}

// Metrics returns the metrics that the series reads, each as often as it is named. A
// search reads none that are known here.
func (s Series) Metrics() []Metric {
	if s.Expression == "" {
		return []Metric{s.Metric}
	}
	var all []Metric
	for _, operand := range s.Of {
		all = append(all, operand.Metrics()...)
	}
	return all
}

// Amazon's limits in CloudWatch's units, and the period of most series.
const (
	slow          = float64(alexa.SlowReply / time.Millisecond)
	timesOut      = float64(alexa.ReplyTimeout / time.Millisecond)
	amazonSuccess = 100 * alexa.MinSuccessRate // percent
	amazonPeriod  = alexa.WarningPeriod
	usualPeriod   = 5 * time.Minute
	day           = 24 * time.Hour
)
