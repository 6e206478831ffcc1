package monitoring

import (
	"net/url"
	"time"

	"github.com/hearthgate/hearthgate/config"
)

// A Severity is what an alarm does to a person when it is raised.
type Severity string

// The severities.
const (
	Page Severity = "page" // someone should get up for it
	Mail Severity = "mail" // someone should read it when there is time
	None Severity = "none" // it changes its state and sends nothing
)

// An Alarm is raised when a series meets a condition in M of the last N periods or, if it
// has a rule, when that holds.
type Alarm struct {
	Name     string // in the stage, and of its section in the runbook: "success"
	Severity Severity
	Text     string // of the notification, at most 1024 bytes

	Watches Series
	When    Condition
	M, N    int
	Missing Missing

	Rule Rule // over other alarms of the stage; default: none

	Rollback bool // being raised during a deployment, it rolls that back
}

// FullName returns the name of the alarm in CloudWatch, for a stage.
func (a Alarm) FullName(stage string) string { return AlarmPrefix(stage) + a.Name }

// AlarmPrefix returns what the names of a stage's alarms begin with.
func AlarmPrefix(stage string) string { return config.StackName(stage) + "-" }

// A Condition is what the value of a period must do.
type Condition struct {
	Operator  Operator
	Threshold float64
}

// An Operator compares a value with a threshold, as CloudWatch spells it.
type Operator string

// The operators.
const (
	AtLeast Operator = "GreaterThanOrEqualToThreshold"
	Below   Operator = "LessThanThreshold"
)

// Missing is what a period without data means, as CloudWatch spells it: a home may send
// nothing for days.
type Missing string

// What a period without data means.
const (
	Good   Missing = "notBreaching"
	Bad    Missing = "breaching"
	Ignore Missing = "ignore" // the alarm stays as it is: in a quiet hour no one knows whether the outage is over
)

// A Rule holds while an alarm is on, or by other rules. It has one of the three.
type Rule struct {
	Alarm string // name of an alarm in the stage
	AnyOf []Rule
	AllOf []Rule
}

// IsZero reports whether there is no rule.
func (r Rule) IsZero() bool { return r.Alarm == "" && r.AnyOf == nil && r.AllOf == nil }

// Alarms returns the names of the alarms in the rule.
func (r Rule) Alarms() []string {
	if r.Alarm != "" {
		return []string{r.Alarm}
	}
	var all []string
	for _, part := range append(r.AnyOf, r.AllOf...) {
		all = append(all, part.Alarms()...)
	}
	return all
}

// within returns the condition and the periods of a sign that must be seen in m of n.
func (a Alarm) within(m, n int, missing Missing, operator Operator, threshold float64) Alarm {
	a.M, a.N, a.Missing, a.When = m, n, missing, Condition{operator, threshold}
	return a
}

// homeName returns what a notification calls the home: the stage's name, and the host
// where there is one.
func homeName(s config.Stage) string {
	if home, err := url.Parse(s.URL); err == nil && home.Hostname() != "" {
		return s.Name + " (" + home.Hostname() + ")"
	}
	return s.Name
}

// periods returns how many periods of a series are in a time.
func periods(in time.Duration, of Series) int { return int(in / of.Period) }
