package constructs

import (
	"cmp"
	"math"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AlarmsProps are the props of [Alarms].
type AlarmsProps struct {
	Metrics Metrics
	Prefix  string         // of the alarms' names, "hearthgate-prod-"
	Notify  *Notifications // default: alarms change state but send nothing
	Doctor  bool           // whether the weekly doctor is scheduled and has an alarm; default: false
}

// Alarms report a problem before the family notices it. Missing data is not a
// problem: a home may send nothing for days. Ten alarms are free.
type Alarms struct {
	constructs.Construct
	All     []interfacesawscloudwatch.IAlarmRef // most important first
	Success awscloudwatch.IAlarm                // directives fail
	Errors  awscloudwatch.IAlarm                // the function itself fails
}

// NewAlarms creates Alarms.
func NewAlarms(scope constructs.Construct, id string, props AlarmsProps) *Alarms {
	a := &Alarms{Construct: constructs.NewConstruct(scope, &id)}
	m := props.Metrics
	a.Success = a.add(props, "Success", m.SuccessRate(), below(amazonSuccess),
		"Fewer than 85 % of the directives in 15 minutes were answered successfully. Amazon applies the same limit. The log gives the cause of each failure.")
	a.add(props, "Slow", m.Duration("p90"), atLeast(amazonP90),
		"One directive in ten took 5 seconds or more over 15 minutes. Amazon applies the same limit, and Alexa times out after 8. The dashboard shows whether Home Assistant or hearthgate is slow.")
	a.add(props, "Breaker", m.BreakerOpen(), atLeast(1),
		"Home Assistant failed so often that hearthgate paused requests to it. Check that it runs and can be reached from outside the home.")
	a.Errors = a.add(props, "Errors", m.Errors(), atLeast(1),
		"The function itself failed: it crashed, timed out or ran out of memory. The log says which. The cause is a fault or a setting of hearthgate.")
	a.add(props, "Throttles", m.Throttles(), atLeast(1),
		"Lambda throttled the function. Check whether the account's limit of concurrent executions is used up.")
	a.add(props, "Memory", m.MemoryUsed(), atLeast(math.Round(memoryShare*float64(cmp.Or(m.Memory, defaultMemory)))),
		"The function uses 90 % of its memory. At 100 % Lambda ends it in the middle of a directive.")
	a.add(props, "Stale", m.DiscoveryServedStale(), atLeast(1),
		"Alexa asked for the devices and got the last good list, because Home Assistant returned none or far fewer. Known devices still work; new devices are not found.")
	a.add(props, "Flood", m.InvocationsHourly(), atLeast(flood),
		"The function was invoked 3000 times in an hour. A home rarely does that, and a month of it exceeds the free tier. Find out what invokes it.")
	if props.Doctor {
		alarm := a.add(props, "Doctor", m.DoctorFound(), atLeast(1),
			"The weekly doctor found a problem between Alexa and the home, or a certificate that expires soon.")
		// There is data once a week only: the alarm stays on until the next run is good.
		alarm.Node().DefaultChild().(awscloudwatch.CfnAlarm).SetTreatMissingData(jsii.String("ignore"))
	}
	return a
}

const (
	memoryShare = 0.9
	flood       = 3000 // invocations an hour; 1370 an hour, all month, are free
)

// A condition is what a metric must do to raise an alarm.
type condition struct {
	operator  awscloudwatch.ComparisonOperator
	threshold float64
}

func atLeast(threshold float64) condition {
	return condition{awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD, threshold}
}

func below(threshold float64) condition {
	return condition{awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD, threshold}
}

// add adds an alarm. Its name, and its section in the runbook, is the id in lower
// case.
func (a *Alarms) add(props AlarmsProps, id string, metric awscloudwatch.IMetric, when condition, description string) awscloudwatch.Alarm {
	name := strings.ToLower(id)
	alarm := awscloudwatch.NewAlarm(a.Construct, &id, &awscloudwatch.AlarmProps{
		AlarmName:          jsii.String(props.Prefix + name),
		AlarmDescription:   jsii.String(description + " " + RunbookURL + "#" + name),
		Metric:             metric,
		ComparisonOperator: when.operator,
		Threshold:          &when.threshold,
		EvaluationPeriods:  jsii.Number(1),
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	if props.Notify != nil {
		notify := awscloudwatchactions.NewSnsAction(props.Notify.Topic)
		alarm.AddAlarmAction(notify)
		alarm.AddOkAction(notify)
	}
	a.All = append(a.All, alarm)
	return alarm
}
