package awsaccount

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/hearthgate/hearthgate/config"
)

// States of an [Alarm].
const (
	AlarmOn = string(types.StateValueAlarm)
	AlarmOK = string(types.StateValueOk)
)

// An Alarm is an alarm of CloudWatch, on metrics or on other alarms.
type Alarm struct {
	Name   string
	State  string   // AlarmOn, AlarmOK or "INSUFFICIENT_DATA"
	Topics []string // ARNs that it notifies when it is raised

	Disabled bool // it changes its state and notifies no one
}

var alarmTypes = []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}

// Alarms returns the alarms of a stage, composite alarms first on each page.
func (a *Account) Alarms(ctx context.Context, stage string) ([]Alarm, error) {
	prefix := config.StackName(stage) + "-"
	found, err := a.alarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: &prefix, AlarmTypes: alarmTypes})
	return slices.DeleteFunc(found, func(alarm Alarm) bool { return !ofStage(strings.TrimPrefix(alarm.Name, prefix)) }), err
}

// AlarmsOn returns the names of the alarms of a stage that are in state ALARM.
func (a *Account) AlarmsOn(ctx context.Context, stage string) ([]string, error) {
	found, err := a.Alarms(ctx, stage)
	var names []string
	for _, alarm := range found {
		if alarm.State == AlarmOn {
			names = append(names, alarm.Name)
		}
	}
	return names, err
}

// ofStage reports whether what stands behind the prefix of a stage names one of its
// alarms. It is "2-outage" for the alarm of a stage dev-2 behind the prefix of dev.
func ofStage(name string) bool {
	return !strings.Contains(strings.TrimPrefix(name, "rollback-"), "-")
}

// Alarm returns an alarm; the error is [NotFound] if it does not exist.
func (a *Account) Alarm(ctx context.Context, name string) (Alarm, error) {
	found, err := a.alarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}, AlarmTypes: alarmTypes})
	switch {
	case err != nil:
		return Alarm{}, err
	case len(found) == 0:
		return Alarm{}, &Error{NotFound, fmt.Errorf("there is no alarm %s in %s", name, a.Region)}
	}
	return found[0], nil
}

// alarms returns the alarms that a call describes.
func (a *Account) alarms(ctx context.Context, in *cloudwatch.DescribeAlarmsInput) (all []Alarm, err error) {
	add := func(name *string, state types.StateValue, actions []string, enabled *bool) {
		disabled := enabled != nil && !*enabled
		all = append(all, Alarm{aws.ToString(name), string(state), topics(actions), disabled})
	}
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(a.config), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("reading the alarms", err)
		}
		for _, c := range page.CompositeAlarms {
			add(c.AlarmName, c.StateValue, c.AlarmActions, c.ActionsEnabled)
		}
		for _, m := range page.MetricAlarms {
			add(m.AlarmName, m.StateValue, m.AlarmActions, m.ActionsEnabled)
		}
	}
	return all, nil
}

func topics(actions []string) (arns []string) {
	for _, action := range actions {
		if strings.Contains(action, ":sns:") {
			arns = append(arns, action)
		}
	}
	return arns
}

// SetAlarmState sets the state of an alarm until CloudWatch evaluates it again. The
// reason is in the mail.
func (a *Account) SetAlarmState(ctx context.Context, name, state, reason string) error {
	_, err := cloudwatch.NewFromConfig(a.config).SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: &name, StateValue: types.StateValue(state), StateReason: &reason,
	})
	return explain("setting the state of the alarm "+name, err)
}

// A Subscription is an address that alarms are sent to.
type Subscription struct {
	Endpoint  string
	Confirmed bool
}

// Subscribers returns the addresses that a topic sends to.
func (a *Account) Subscribers(ctx context.Context, topic string) ([]Subscription, error) {
	out, err := sns.NewFromConfig(a.config).ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})
	if err != nil {
		return nil, explain("reading who is notified of alarms", err)
	}
	var all []Subscription
	for _, s := range out.Subscriptions {
		all = append(all, Subscription{aws.ToString(s.Endpoint), strings.HasPrefix(aws.ToString(s.SubscriptionArn), "arn:")})
	}
	return all, nil
}
