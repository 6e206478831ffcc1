package awsaccount

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
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
}

var alarmTypes = []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}

// AlarmsOn returns the names of the alarms in state ALARM whose names have the prefix.
func (a *Account) AlarmsOn(ctx context.Context, prefix string) ([]string, error) {
	found, err := a.alarms(ctx, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: &prefix, StateValue: types.StateValueAlarm, AlarmTypes: alarmTypes,
	})
	var names []string
	for _, alarm := range found {
		names = append(names, alarm.Name)
	}
	return names, err
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

// alarms returns the first page of alarms, composite alarms first: a stage has fewer.
func (a *Account) alarms(ctx context.Context, in *cloudwatch.DescribeAlarmsInput) (all []Alarm, err error) {
	out, err := cloudwatch.NewFromConfig(a.config).DescribeAlarms(ctx, in)
	if err != nil {
		return nil, explain("reading the alarms", err)
	}
	for _, alarm := range out.CompositeAlarms {
		all = append(all, Alarm{aws.ToString(alarm.AlarmName), string(alarm.StateValue), topics(alarm.AlarmActions)})
	}
	for _, alarm := range out.MetricAlarms {
		all = append(all, Alarm{aws.ToString(alarm.AlarmName), string(alarm.StateValue), topics(alarm.AlarmActions)})
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
