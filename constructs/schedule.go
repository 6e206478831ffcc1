package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

// ScheduleProps are the props of a [Schedule].
type ScheduleProps struct {
	Alias    awslambda.Alias
	Doctor   bool // diagnose the connection to the home every Monday and log problems; default: false
	KeepWarm bool // invoke the function every five minutes, to avoid most cold starts; default: false
}

// A Schedule invokes the function for tasks at fixed times.
type Schedule struct {
	constructs.Construct
}

// NewSchedule creates a Schedule.
func NewSchedule(scope constructs.Construct, id string, props ScheduleProps) *Schedule {
	this := constructs.NewConstruct(scope, &id)
	run := func(id, task, description string, when awsevents.Schedule) {
		awsevents.NewRule(this, &id, &awsevents.RuleProps{
			Description: &description,
			Schedule:    when,
			Targets: &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(props.Alias, &awseventstargets.LambdaFunctionProps{
				Event:         awsevents.RuleTargetInput_FromObject(config.ScheduledEvent(task)),
				RetryAttempts: jsii.Number(0),
			})},
		})
	}
	if props.Doctor {
		run("Doctor", config.TaskDoctor, "hearthgate diagnoses the connection to the home once a week",
			awsevents.Schedule_Cron(&awsevents.CronOptions{WeekDay: jsii.String("MON"), Hour: jsii.String("3"), Minute: jsii.String("0")}))
	}
	if props.KeepWarm {
		run("KeepWarm", config.TaskKeepWarm, "hearthgate keeps the function warm", awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(5))))
	}
	return &Schedule{this}
}
