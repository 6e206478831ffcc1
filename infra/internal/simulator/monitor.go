package simulator

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/cloudwatch"
	"github.com/hearthgate/hearthgate/infra/internal/logquery"
)

// Speed is how much faster time passes for the dashboards and alarms of a session than for
// us: a second is a minute there. They look at minutes and hours, and no one waits so long.
const Speed = 60

// A Monitoring is what CloudWatch would show of a session: the alarms and graphs that the
// stack of a stage deploys, from the same descriptions.
type Monitoring struct {
	Alarms   []AlarmState
	Numbers  []Number
	Charts   []Chart
	Tables   []Table
	From, To time.Time // what the charts show, in the session's faster time
}

// An AlarmState is an alarm and how it is.
type AlarmState struct {
	monitoring.Alarm
	State cloudwatch.State
}

// A Chart is a widget with the values of its series.
type Chart struct {
	monitoring.Widget
	Left, Right []Line
}

// A Number is a series of a widget of numbers, over the widget's time.
type Number struct {
	Title, Label string
	Value        float64
	Known        bool // there was a value
}

// A Table is a widget with what its query of the log returns.
type Table struct {
	monitoring.Widget
	logquery.Result
}

// A Line is a series with its points.
type Line struct {
	Label  string
	Points []cloudwatch.Point
}

// Monitoring returns the alarms and graphs as they are now; none for a deployed function,
// whose own are in CloudWatch. Searches for versions are left out: only CloudWatch can
// do those.
func (s *Session) Monitoring(now time.Time) (Monitoring, error) {
	if s.Deployed() {
		return Monitoring{}, nil
	}
	turns := s.Turns()
	began := s.began.Truncate(time.Hour)
	faster := func(at time.Time) time.Time { return began.Add(at.Sub(s.began) * Speed) }
	stage := config.NewStage(simulated)
	account := cloudwatch.New()
	for _, t := range turns {
		measure(account, stage.Name, faster(t.At), t)
	}
	var m Monitoring
	end := faster(now)
	if err := m.evaluate(account, stage, began, end); err != nil {
		return m, err
	}
	const least = time.Hour
	m.From, m.To = began, end
	if span := monitoring.HomeDashboard(stage, "").Span; end.Sub(began) > span {
		m.From = end.Add(-span)
	} else if end.Sub(began) < least {
		m.To = began.Add(least)
	}
	var lines []logquery.Line
	for _, t := range turns {
		if at := faster(t.At); t.Log != nil && !at.Before(m.From) {
			lines = append(lines, logquery.Line{At: at, Text: t.Log})
		}
	}
	if err := m.list(monitoring.HomeDashboard(stage, ""), lines); err != nil {
		return m, err
	}
	for _, w := range monitoring.HomeDashboard(stage, "").Widgets() {
		err := m.count(w, func(s monitoring.Series) (float64, bool, error) { return account.Number(s, end.Add(-w.Since), end) })
		if err != nil {
			return m, err
		}
	}
	return m, m.draw(monitoring.HomeDashboard(stage, ""), func(s monitoring.Series) ([]cloudwatch.Point, error) {
		return account.Points(s, m.From, end)
	})
}

// Minutes returns how long a time the charts show, of the faster time.
func (m Monitoring) Minutes() int { return int(m.To.Sub(m.From).Minutes()) }

// simulated is the stage of the function of a session.
const simulated = "simulator"

// evaluate finds the state of each alarm. An alarm over others is added after them.
func (m *Monitoring) evaluate(account *cloudwatch.Account, stage config.Stage, from, to time.Time) error {
	alarms := monitoring.Alarms(stage, "")
	for _, over := range []bool{false, true} {
		for _, a := range alarms {
			if a.Rule.IsZero() == over {
				continue
			}
			if err := account.AddAlarm(stage.Name, a); err != nil {
				return err
			}
		}
	}
	const most = 24 * time.Hour // what was before is over
	if to.Sub(from) > most {
		from = to.Add(-most)
	}
	account.Run(from, to)
	for _, a := range alarms {
		m.Alarms = append(m.Alarms, AlarmState{a, account.State(a.FullName(stage.Name))})
	}
	return nil
}

// count computes the numbers of a widget; another widget has none.
func (m *Monitoring) count(w monitoring.Widget, number func(monitoring.Series) (float64, bool, error)) error {
	if w.Kind != monitoring.Numbers {
		return nil
	}
	for _, series := range w.Left {
		v, known, err := number(series)
		if err != nil {
			return err
		}
		m.Numbers = append(m.Numbers, Number{w.Title, series.Label, v, known})
	}
	return nil
}

// list runs the queries of a dashboard: tables are as they are, and graphs have a line for
// each column.
func (m *Monitoring) list(d monitoring.Dashboard, lines []logquery.Line) error {
	for _, w := range d.Widgets() {
		if len(w.Query) == 0 {
			continue
		}
		result, err := logquery.Run(w.Query, lines)
		if err != nil {
			return err
		}
		if w.Kind == monitoring.Table {
			m.Tables = append(m.Tables, Table{w, result})
			continue
		}
		c := Chart{Widget: w}
		for i, name := range result.Columns {
			if i == 0 { // the time
				continue
			}
			line := Line{Label: name}
			for _, row := range result.Rows {
				at, ok1 := row[0].(time.Time)
				if v, ok2 := row[i].(float64); ok1 && ok2 {
					line.Points = append(line.Points, cloudwatch.Point{At: at, Value: v})
				}
			}
			c.Left = append(c.Left, line)
		}
		m.Charts = append(m.Charts, c)
	}
	return nil
}

// draws reports whether the widget is one that is drawn here, of metrics.
func draws(w monitoring.Widget) bool { return w.Kind == monitoring.Graph || w.Kind == monitoring.Stack }

// searches reports whether only CloudWatch can find the metrics of a series.
func searches(s monitoring.Series) bool { return strings.Contains(s.Expression, "SEARCH(") }

// draw computes the graphs of a dashboard from the points of its series.
func (m *Monitoring) draw(d monitoring.Dashboard, points func(monitoring.Series) ([]cloudwatch.Point, error)) error {
	for _, w := range d.Widgets() {
		if !draws(w) {
			continue
		}
		c := Chart{Widget: w}
		for _, axis := range []struct {
			of   []monitoring.Series
			into *[]Line
		}{{w.Left, &c.Left}, {w.Right, &c.Right}} {
			for _, series := range axis.of {
				if searches(series) {
					continue
				}
				line, err := points(series)
				if err != nil {
					return err
				}
				*axis.into = append(*axis.into, Line{series.Label, line})
			}
		}
		if len(c.Left)+len(c.Right) > 0 {
			m.Charts = append(m.Charts, c)
		}
	}
	return nil
}

// measure puts what a turn has emitted: the metrics of its line of the log, and what Lambda
// itself counts.
func measure(account *cloudwatch.Account, stage string, at time.Time, t Turn) {
	if !t.Sent() {
		return
	}
	function := map[string]string{"FunctionName": config.FunctionName(stage)}
	failed := 0.0
	if t.crashed {
		failed = 1
	}
	for name, value := range map[string]float64{"Invocations": 1, "ConcurrentExecutions": 1, "Throttles": 0, "Errors": failed} {
		account.Put(at, "AWS/Lambda", name, function, value)
	}
	var record struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	var values map[string]json.RawMessage // of a map, unlike of a struct, keys keep their letter case
	if json.Unmarshal(t.Log, &record) != nil || json.Unmarshal(t.Log, &values) != nil {
		return
	}
	for _, group := range record.AWS.CloudWatchMetrics {
		for _, names := range group.Dimensions {
			dimensions := map[string]string{}
			for _, name := range names {
				var value string
				_ = json.Unmarshal(values[name], &value) // of another type: it is none of ours
				dimensions[name] = value
			}
			for _, metric := range group.Metrics {
				var value float64
				if json.Unmarshal(values[metric.Name], &value) == nil {
					account.Put(at, group.Namespace, metric.Name, dimensions, value)
				}
			}
		}
	}
}
