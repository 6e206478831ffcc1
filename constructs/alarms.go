package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// AlarmsProps are the props of [Alarms].
type AlarmsProps struct {
	Metrics  Metrics
	Prefix   string         // of the alarms' names, "hearthgate-prod-"
	Home     string         // what the mails call the home, "prod (home.example.com)"
	Notify   *Notifications // default: alarms change state but send nothing
	Skill    bool           // whether a skill may invoke the function, so that silence is a sign; default: false
	Doctor   bool           // whether the weekly doctor is scheduled and has an alarm; default: false
	Rollback bool           // whether a [Rollout] watches a new version; default: false
}

// Alarms report a problem that a person should know of. One outage of the home is one
// mail: the alarms that see its parts, breaker, slow, success and failures, send none,
// and the composite alarm over them sends one when the first of them is raised. No alarm sends a
// mail when it ends.
type Alarms struct {
	constructs.Construct
	All      []interfacesawscloudwatch.IAlarmRef // most important first
	Rollback []interfacesawscloudwatch.IAlarmRef // of a new version; they send nothing

	props AlarmsProps
}

// NewAlarms creates Alarms.
func NewAlarms(scope constructs.Construct, id string, props AlarmsProps) *Alarms {
	a := &Alarms{Construct: constructs.NewConstruct(scope, &id), props: props}
	a.outage()
	a.faults()
	a.notices()
	if props.Rollback {
		a.rollback()
	}
	return a
}

// outage adds the composite alarm over the signs that the home does not answer.
func (a *Alarms) outage() {
	m := a.props.Metrics
	breaker := a.add(sign{"Breaker", m.RejectedMinutely(), atLeast(1), leastRejected, 60, ignore,
		"Home Assistant failed so often that hearthgate paused requests to it, and rejected directives in three minutes of an hour. Check that it runs and can be reached from outside the home."})
	success := a.add(sign{"Success", m.SuccessHourly(), below(outageShare), 1, 1, ignore,
		"Fewer than half of the directives of an hour succeeded, or half took 5 seconds or more. It counts as an outage together with failures or slow, so that one failure in a quiet hour does not."})
	failures := a.add(sign{"Failures", m.Failures(), atLeast(1), leastFailing, 60, ignore,
		"Directives failed in four minutes of an hour. The log gives the cause of each failure. It counts as an outage together with success, so that a few of many do not."})
	slow := a.add(sign{"Slow", m.DurationMinutely(), atLeast(amazonP90), leastSlow, 60, ignore,
		"Directives took 5 seconds or more in four minutes of an hour. Amazon warns when one in ten does, and Alexa times out after 8 seconds. It counts as an outage together with success. The dashboard shows whether Home Assistant or hearthgate is slow."})
	on := func(alarm awscloudwatch.Alarm) awscloudwatch.IAlarmRule {
		return awscloudwatch.AlarmRule_FromAlarm(alarm, awscloudwatch.AlarmState_ALARM)
	}
	composite := awscloudwatch.NewCompositeAlarm(a.Construct, jsii.String("Outage"), &awscloudwatch.CompositeAlarmProps{
		CompositeAlarmName: jsii.String(a.props.Prefix + "outage"),
		AlarmDescription: jsii.String("Outage: the home " + a.props.Home + " does not answer Alexa as it should. " +
			"The likely cause, by the alarm that is on: breaker: Home Assistant is down or cannot be reached from outside the home; " +
			"slow: Home Assistant or the route to it is overloaded; " +
			"only success and failures: the token, the address or the certificate is no longer valid. " +
			"First: " + RunbookURL + "#outage"),
		AlarmRule: awscloudwatch.AlarmRule_AnyOf(on(breaker), awscloudwatch.AlarmRule_AllOf(on(success), awscloudwatch.AlarmRule_AnyOf(on(failures), on(slow)))),
	})
	a.notify(composite)
	a.All = []interfacesawscloudwatch.IAlarmRef{composite, breaker, success, failures, slow}
}

// faults adds what the owner must act on, though the home is well.
func (a *Alarms) faults() {
	a.notifying("Fault", sign{"Errors", a.props.Metrics.Unanswered(), atLeast(leastErrors), 1, 1, good,
		"Three invocations in an hour got no answer: the function crashed, timed out or ran out of memory, or Lambda throttled it. The log says which. The cause is a fault or a setting of hearthgate, or the account's limit of concurrent executions."})
}

// notices adds what can wait for the weekend.
func (a *Alarms) notices() {
	m := a.props.Metrics
	if a.props.Skill {
		a.notifying("Notice", sign{"Silence", m.DirectivesDaily(), below(1), silentDays, silentDays, bad,
			"No directive arrived for three days. If the family is at home, the skill is probably disabled or its account no longer linked. A new stage is silent until the skill is linked."})
	}
	a.notifying("Notice", sign{"Stale", m.StaleHourly(), atLeast(1), leastStale, 5 * 24, good,
		"Alexa asked for the devices and got the last good list again and again within five days, because Home Assistant returned none or far fewer. Known devices still work; new devices are not found."})
	a.notifying("Notice", sign{"Flood", m.InvocationsHourly(), atLeast(flood), 2, 3, good,
		"The function was invoked 3000 times an hour for two hours. A home rarely does that, and a month of it exceeds the free tier. Find out what invokes it."})
	if a.props.Doctor {
		// There is data once a week only: the alarm stays on until the next run is good.
		a.notifying("Notice", sign{"Doctor", m.DoctorFound(), atLeast(1), 1, 1, ignore,
			"The weekly doctor found a problem between Alexa and the home, or a certificate that expires soon."})
	}
}

// rollback adds the conditions on which a deployment is rolled back. They look at the
// new version alone, so an alarm that is on before a deployment does not stop it.
func (a *Alarms) rollback() {
	m := a.props.Metrics
	for _, s := range []sign{
		{"Rollback-Errors", m.NewVersionErrors(), atLeast(leastCrashes), 1, 1, good,
			"The version that is being deployed crashed, timed out or ran out of memory twice."},
		{"Rollback-Failures", m.NewVersionFailures(), atLeast(leastBad), 1, 1, good,
			"At least three directives, and half of all, failed with the version that is being deployed, and not with the one before."},
	} {
		alarm := a.add(s)
		a.Rollback = append(a.Rollback, alarm)
		a.All = append(a.All, alarm)
	}
}

const (
	flood      = 3000 // invocations an hour; 1370 an hour, all month, are free
	silentDays = 3
)

// A sign is what raises an alarm: a metric that meets a condition in m of n periods.
type sign struct {
	id      string
	metric  awscloudwatch.IMetric
	when    condition
	m, n    float64
	missing awscloudwatch.TreatMissingData
	text    string // of the mail
}

// What a period without data means: a home may send nothing for days.
const (
	good   = awscloudwatch.TreatMissingData_NOT_BREACHING
	bad    = awscloudwatch.TreatMissingData_BREACHING
	ignore = awscloudwatch.TreatMissingData_IGNORE // the alarm stays as it is: in a quiet hour no one knows whether the outage is over
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

// notifying adds an alarm that sends a mail, which begins with its severity.
func (a *Alarms) notifying(severity string, s sign) {
	s.text = severity + " in the home " + a.props.Home + ": " + s.text
	alarm := a.add(s)
	a.notify(alarm)
	a.All = append(a.All, alarm)
}

func (a *Alarms) notify(alarm interface {
	AddAlarmAction(...awscloudwatch.IAlarmAction)
}) {
	if a.props.Notify != nil {
		alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(a.props.Notify.Topic))
	}
}

// add adds an alarm. Its name, and its section in the runbook, is the id in lower case.
func (a *Alarms) add(s sign) awscloudwatch.Alarm {
	name := strings.ToLower(s.id)
	return awscloudwatch.NewAlarm(a.Construct, &s.id, &awscloudwatch.AlarmProps{
		AlarmName:          jsii.String(a.props.Prefix + name),
		AlarmDescription:   jsii.String(s.text + " " + RunbookURL + "#" + name),
		Metric:             s.metric,
		ComparisonOperator: s.when.operator,
		Threshold:          &s.when.threshold,
		EvaluationPeriods:  &s.n,
		DatapointsToAlarm:  &s.m,
		TreatMissingData:   s.missing,
	})
}
