package simulator

import (
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/cloudwatch"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/logquery"
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

// Alarms returns the alarms as they are now; none for a deployed function, whose own are in
// CloudWatch.
func (s *Session) Alarms(now time.Time) ([]AlarmState, error) {
	if s.Deployed() {
		return nil, nil
	}
	account, faster := s.measured()
	return evaluate(account, config.NewStage(simulated), faster(s.began), faster(now))
}

// Monitoring returns the dashboard and the alarms as they are now; none for a deployed
// function, whose own are in CloudWatch. Searches for versions are left out: only
// CloudWatch can do those.
func (s *Session) Monitoring(now time.Time) (m Monitoring, err error) {
	if s.Deployed() {
		return m, nil
	}
	stage := config.NewStage(simulated)
	account, faster := s.measured()
	began, end := faster(s.began), faster(now)
	if m.Alarms, err = evaluate(account, stage, began, end); err != nil {
		return m, err
	}
	const least = time.Hour
	d := monitoring.HomeDashboard(stage, "")
	m.From, m.To = began, end
	if end.Sub(began) > d.Span {
		m.From = end.Add(-d.Span)
	} else if end.Sub(began) < least {
		m.To = began.Add(least)
	}
	var lines []logquery.Line
	for _, t := range s.Turns() {
		if at := faster(t.At); t.Log != nil && !at.Before(m.From) {
			lines = append(lines, logquery.Line{At: at, Text: t.Log})
		}
	}
	return m, m.show(d, source{
		lines:  lines,
		points: func(s monitoring.Series) ([]cloudwatch.Point, error) { return account.Points(s, m.From, end) },
		number: func(s monitoring.Series, since time.Duration) (float64, bool, error) {
			return account.Number(s, end.Add(-since), end)
		},
	})
}

// measured returns the metrics of the session in its faster time, and what a time of ours is
// there: it begins with an hour.
func (s *Session) measured() (account *cloudwatch.Account, faster func(time.Time) time.Time) {
	began := s.began.Truncate(time.Hour)
	faster = func(at time.Time) time.Time { return began.Add(at.Sub(s.began) * Speed) }
	account = cloudwatch.New()
	for _, t := range s.Turns() {
		measure(account, simulated, faster(t.At), t)
	}
	return account, faster
}

// Minutes returns how long a time the charts show, of the faster time.
func (m Monitoring) Minutes() int { return int(m.To.Sub(m.From).Minutes()) }

// simulated is the stage of the function of a session.
const simulated = "simulator"

// evaluate finds the state of each alarm. An alarm over others is added after them.
func evaluate(account *cloudwatch.Account, stage config.Stage, from, to time.Time) (states []AlarmState, err error) {
	alarms := monitoring.Alarms(stage, "")
	for _, over := range []bool{false, true} {
		for _, a := range alarms {
			if a.Rule.IsZero() == over {
				continue
			}
			if err := account.AddAlarm(stage.Name, a); err != nil {
				return nil, err
			}
		}
	}
	const most = 24 * time.Hour // what was before is over
	if to.Sub(from) > most {
		from = to.Add(-most)
	}
	account.Run(from, to)
	for _, a := range alarms {
		states = append(states, AlarmState{a, account.State(a.FullName(stage.Name))})
	}
	return states, nil
}
