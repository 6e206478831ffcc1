package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// RolloutProps are the props of a [Rollout].
type RolloutProps struct {
	Alias  awslambda.Alias
	Alarms []interfacesawscloudwatch.IAlarmRef // each of them rolls the new version back
}

// Rollout shifts the alias to a new version in ten steps of one minute, and back to
// the old version when an alarm is raised meanwhile. The steps are linear because a
// home sends few directives: a fixed canary of 10 % would often receive none.
type Rollout struct {
	constructs.Construct
	Group awscodedeploy.LambdaDeploymentGroup
}

// NewRollout creates a Rollout.
func NewRollout(scope constructs.Construct, id string, props RolloutProps) *Rollout {
	this := constructs.NewConstruct(scope, &id)
	for _, alarm := range props.Alarms {
		props.Alias.Node().AddDependency(alarm) // an alarm watches the new version before it gets a directive
	}
	return &Rollout{this, awscodedeploy.NewLambdaDeploymentGroup(this, jsii.String("Group"), &awscodedeploy.LambdaDeploymentGroupProps{
		Alias:            props.Alias,
		Alarms:           &props.Alarms,
		DeploymentConfig: awscodedeploy.LambdaDeploymentConfig_LINEAR_10PERCENT_EVERY_1MINUTE(),
		AutoRollback: &awscodedeploy.AutoRollbackConfig{
			FailedDeployment:  jsii.Bool(true),
			StoppedDeployment: jsii.Bool(true),
			DeploymentInAlarm: jsii.Bool(true),
		},
	})}
}
