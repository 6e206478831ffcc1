package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config/monitoring"
)

// AlarmsProps are the props of [Alarms].
type AlarmsProps struct {
	Stage   string
	Alarms  []monitoring.Alarm
	Version *string                                // of the function that the stack deploys
	Notify  map[monitoring.Severity]*Notifications // default: alarms of that severity change state but send nothing
}

// Alarms are the alarms of a stage.
type Alarms struct {
	constructs.Construct
	All      map[string]interfacesawscloudwatch.IAlarmRef // by their full names
	Rollback []interfacesawscloudwatch.IAlarmRef          // that roll a new version back

	props AlarmsProps
}

// NewAlarms creates Alarms. No alarm notifies when it ends.
func NewAlarms(scope constructs.Construct, id string, props AlarmsProps) *Alarms {
	a := &Alarms{Construct: constructs.NewConstruct(scope, &id), All: map[string]interfacesawscloudwatch.IAlarmRef{}, props: props}
	byName := map[string]awscloudwatch.Alarm{}
	for _, alarm := range props.Alarms {
		if alarm.Rule.IsZero() {
			byName[alarm.Name] = a.add(alarm)
		}
	}
	for _, alarm := range props.Alarms {
		if !alarm.Rule.IsZero() {
			a.compose(alarm, byName)
		}
	}
	return a
}

// add adds an alarm on a series.
func (a *Alarms) add(from monitoring.Alarm) awscloudwatch.Alarm {
	name := from.FullName(a.props.Stage)
	alarm := awscloudwatch.NewAlarm(a.Construct, jsii.String(idOf(from.Name)), &awscloudwatch.AlarmProps{
		AlarmName:          &name,
		AlarmDescription:   &from.Text,
		Metric:             metric(from.Watches, a.props.Version),
		ComparisonOperator: operators[from.When.Operator],
		Threshold:          &from.When.Threshold,
		EvaluationPeriods:  jsii.Number(from.N),
		DatapointsToAlarm:  jsii.Number(from.M),
		TreatMissingData:   missing[from.Missing],
	})
	a.notify(from.Severity, alarm)
	a.All[name] = alarm
	if from.Rollback {
		a.Rollback = append(a.Rollback, alarm)
	}
	return alarm
}

// compose adds an alarm over others.
func (a *Alarms) compose(from monitoring.Alarm, of map[string]awscloudwatch.Alarm) {
	name := from.FullName(a.props.Stage)
	alarm := awscloudwatch.NewCompositeAlarm(a.Construct, jsii.String(idOf(from.Name)), &awscloudwatch.CompositeAlarmProps{
		CompositeAlarmName: &name,
		AlarmDescription:   &from.Text,
		AlarmRule:          rule(from.Rule, of),
	})
	a.notify(from.Severity, alarm)
	a.All[name] = alarm
}

func (a *Alarms) notify(severity monitoring.Severity, alarm interface {
	AddAlarmAction(...awscloudwatch.IAlarmAction)
}) {
	if to := a.props.Notify[severity]; to != nil {
		alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(to.Topic))
	}
}

func rule(from monitoring.Rule, of map[string]awscloudwatch.Alarm) awscloudwatch.IAlarmRule {
	all := func(parts []monitoring.Rule) (rules []awscloudwatch.IAlarmRule) {
		for _, part := range parts {
			rules = append(rules, rule(part, of))
		}
		return rules
	}
	switch {
	case from.Alarm != "":
		return awscloudwatch.AlarmRule_FromAlarm(of[from.Alarm], awscloudwatch.AlarmState_ALARM)
	case from.AllOf != nil:
		return awscloudwatch.AlarmRule_AllOf(all(from.AllOf)...)
	}
	return awscloudwatch.AlarmRule_AnyOf(all(from.AnyOf)...)
}

var operators = map[monitoring.Operator]awscloudwatch.ComparisonOperator{
	monitoring.AtLeast: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
	monitoring.Below:   awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
}

var missing = map[monitoring.Missing]awscloudwatch.TreatMissingData{
	monitoring.Good: awscloudwatch.TreatMissingData_NOT_BREACHING, monitoring.Bad: awscloudwatch.TreatMissingData_BREACHING,
	monitoring.Ignore: awscloudwatch.TreatMissingData_IGNORE,
}

// idOf returns the id of an alarm's construct: "Rollback-Errors". It never changes, because
// an alarm that is created under another one clashes with its own name.
func idOf(name string) string {
	parts := strings.Split(name, "-")
	for i, part := range parts {
		parts[i] = strings.ToUpper(part[:1]) + part[1:]
	}
	return strings.Join(parts, "-")
}
