// Package cloudwatch evaluates alarms as CloudWatch does, on this machine and in
// simulated time: metric alarms on statistics and metric math, M of N periods with
// missing data, and composite alarms. The simulator gives it the points of a session; a
// test the alarms of a synthesized template and the points that a home would send, and
// counts the notifications.
//
// It knows what the alarms of this repository use. Anything else is an error when the
// alarm is added, so that an alarm is never judged by half of what it says.
package cloudwatch

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A State is the state of an alarm.
type State string

// The states.
const (
	OK               State = "OK"
	InAlarm          State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// A Notification is what an alarm sent.
type Notification struct {
	At    time.Time
	Alarm string // its name
	State State  // that it changed to
	Text  string // the alarm's description
	To    []string
}

// An Account holds metrics and alarms. Use [New].
type Account struct {
	metrics metrics
	alarms  []*alarm // composite alarms last
	states  map[string]State

	Notifications []Notification         // oldest first
	Raised        map[string][]time.Time // when an alarm went into ALARM, by its name
}

// New returns an Account without metrics and alarms.
func New() *Account {
	return &Account{metrics: metrics{}, states: map[string]State{}, Raised: map[string][]time.Time{}}
}

// Add adds an alarm of a template: its type, AWS::CloudWatch::Alarm or
// AWS::CloudWatch::CompositeAlarm, and its properties, without intrinsic functions.
// Children are added before the composite alarm that names them.
func (a *Account) Add(resource string, properties map[string]any) error {
	alarm, err := parse(resource, properties)
	if err != nil {
		return err
	}
	if _, twice := a.states[alarm.name]; twice {
		return fmt.Errorf("alarm %s: there are two of that name", alarm.name)
	}
	if alarm.rule != nil {
		for _, child := range alarm.rule.names() {
			if _, ok := a.states[child]; !ok {
				return fmt.Errorf("alarm %s: there is no alarm %s, which its rule names", alarm.name, child)
			}
		}
	}
	a.alarms = append(a.alarms, alarm)
	a.states[alarm.name] = InsufficientData
	return nil
}

// Put adds a value of a metric. Its values may come in any order.
func (a *Account) Put(at time.Time, namespace, name string, dimensions map[string]string, value float64) {
	a.metrics.put(key(namespace, name, dimensions), at, value)
}

// Run evaluates the alarms every minute after from, until to.
func (a *Account) Run(from, to time.Time) {
	a.metrics.sort()
	for now := from.Add(time.Minute); !now.After(to); now = now.Add(time.Minute) {
		for _, alarm := range a.alarms {
			a.set(now, alarm, alarm.evaluate(a.metrics, now, a.states[alarm.name], a.State))
		}
	}
}

// State returns the state of an alarm, given by its name; "" if there is none.
func (a *Account) State(name string) State { return a.states[name] }

// MetricCount returns how many metrics the alarms read, which is what AWS bills; a
// composite alarm reads none and has its own price.
func (a *Account) MetricCount() int {
	n := 0
	for _, alarm := range a.alarms {
		n += len(alarm.stats)
	}
	return n
}

func (a *Account) set(now time.Time, alarm *alarm, state State) {
	if state == a.states[alarm.name] {
		return
	}
	a.states[alarm.name] = state
	if state == InAlarm {
		a.Raised[alarm.name] = append(a.Raised[alarm.name], now)
	}
	if to := alarm.actions[state]; len(to) > 0 {
		a.Notifications = append(a.Notifications, Notification{now, alarm.name, state, alarm.text, slices.Clone(to)})
	}
}

// nameOf returns the name of an alarm given by its name or ARN.
func nameOf(alarm string) string {
	if strings.HasPrefix(alarm, "arn:") {
		_, name, _ := strings.Cut(alarm, ":alarm:")
		return name
	}
	return alarm
}
