package constructs

import (
	"math"

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
	Notify  *Notifications // default: alarms are seen, but tell nobody
	Doctor  bool           // whether a doctor comes every week, whose findings are an alarm; default: false
}

// Alarms say that something is wrong before the family does. No data is no alarm:
// a home may be silent for days. Ten are free.
type Alarms struct {
	constructs.Construct
	All     []interfacesawscloudwatch.IAlarmRef // in the order in which they matter
	Success awscloudwatch.IAlarm                // directives fail
	Errors  awscloudwatch.IAlarm                // the function itself does
}

// NewAlarms creates Alarms.
func NewAlarms(scope constructs.Construct, id string, props AlarmsProps) *Alarms {
	a := &Alarms{Construct: constructs.NewConstruct(scope, &id)}
	m := props.Metrics
	const atLeast, below = awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD, awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD
	a.Success = a.add(props, "Success", "success", m.SuccessRate(), below, AmazonSuccess,
		"Fewer than 85 % of the directives of 15 minutes were answered as they should be. Amazon counts the same. The log says why each failed.")
	a.add(props, "Slow", "slow", m.Duration("p90"), atLeast, AmazonP90,
		"One directive in ten took 5 seconds or more over 15 minutes. Amazon counts the same, and gives up at 8. The dashboard says whether Home Assistant is slow or hearthgate.")
	a.add(props, "Breaker", "breaker", m.BreakerOpen(), atLeast, 1,
		"Home Assistant failed so often that hearthgate stopped asking it for a while. Look whether it runs and can be reached from outside.")
	a.Errors = a.add(props, "Errors", "errors", m.Errors(), atLeast, 1,
		"The function itself failed: it crashed or ran out of time or memory. The log says which; it is a fault of hearthgate or of its settings.")
	a.add(props, "Throttles", "throttles", m.Throttles(), atLeast, 1,
		"Lambda refused to run the function. Look whether the account's limit of concurrent executions is used up.")
	a.add(props, "Memory", "memory", m.MemoryUsed(), atLeast, math.Round(nearlyFull*float64(orElse(m.Memory, 128))),
		"The function uses nine tenths of its memory. With a little more it would be ended in the middle of a directive.")
	a.add(props, "Stale", "stale", m.DiscoveryServedStale(), atLeast, 1,
		"Alexa asked for the devices and got the last known good answer, for the home gave none or far fewer. What works goes on working; a new device is not found.")
	a.add(props, "Flood", "flood", m.InvocationsHourly(), atLeast, flood,
		"The function was called 3000 times in an hour. A home does that seldom, and all month long it costs: look what calls.")
	if props.Doctor {
		a.doctor(props)
	}
	return a
}

const (
	nearlyFull = 0.9  // of the memory
	flood      = 3000 // invocations an hour; 1370 all month long are what is free
)

// doctor adds the alarm of the weekly doctor, which stays on until he finds nothing.
func (a *Alarms) doctor(props AlarmsProps) {
	a.add(props, "Doctor", "doctor", props.Metrics.DoctorFound(), awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD, 1,
		"The weekly doctor found something on the way to the home: it is not free, or the certificate ends in some days.").
		Node().DefaultChild().(awscloudwatch.CfnAlarm).SetTreatMissingData(jsii.String("ignore"))
}

func (a *Alarms) add(props AlarmsProps, id, name string, metric awscloudwatch.IMetric, operator awscloudwatch.ComparisonOperator, threshold float64, meaning string) awscloudwatch.Alarm {
	alarm := awscloudwatch.NewAlarm(a.Construct, &id, &awscloudwatch.AlarmProps{
		AlarmName:          jsii.String(props.Prefix + name),
		AlarmDescription:   jsii.String(meaning + " " + Runbook + "#" + name),
		Metric:             metric,
		ComparisonOperator: operator,
		Threshold:          &threshold,
		EvaluationPeriods:  jsii.Number(1),
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	if props.Notify != nil {
		tell := awscloudwatchactions.NewSnsAction(props.Notify.Topic)
		alarm.AddAlarmAction(tell)
		alarm.AddOkAction(tell)
	}
	a.All = append(a.All, alarm)
	return alarm
}
