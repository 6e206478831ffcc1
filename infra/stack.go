package main

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
	stack "github.com/hearthgate/hearthgate/constructs"
)

// StackProps are the props of a stage's stack.
type StackProps struct {
	Stage   config.Stage   // valid
	Code    awslambda.Code // of this stack alone
	Build   string         // SHA-256 of the program in it; default: none
	Version string         // of the clone, see [config.Version]; default: "unknown"

	Layout monitoring.Layout // of all stages of the clone; default: that of a stage alone
}

// NewStack creates the stack of a stage: everything that a home needs in AWS except
// its secrets, which `hearthgate token` and `hearthgate headers` store.
func NewStack(scope constructs.Construct, props StackProps) awscdk.Stack {
	s := props.Stage
	this := newStack(scope, s, cmp.Or(props.Version, "unknown"))
	token := stack.NewSecureParameter(this, s.TokenParameterName())
	headers := stack.NewSecureParameter(this, s.HeadersParameterName())
	parameters := stack.NewParameters(this, "Parameters", stack.ParametersProps{
		Prefix:   config.ParameterPrefix(s.Name),
		LogLevel: s.LogLevel,
	})
	function := stack.NewFunction(this, "Gateway", stack.FunctionProps{
		Code:                props.Code,
		Name:                config.FunctionName(s.Name),
		Memory:              s.Memory,
		Timeout:             s.Timeout,
		RetentionDays:       s.RetentionDays,
		RetainLog:           s.Production,
		Environment:         environment(s, props.Build),
		Tracing:             s.Tracing,
		Insights:            s.Insights,
		ReservedConcurrency: s.ReservedConcurrency,
	})
	operations := stack.NewSecureParameter(this, config.ParameterPrefix(s.Name)+config.OperationsParameter)
	readable := []*string{parameters.LogLevel.ParameterArn(), operations.ARN}
	if s.NeedsToken() {
		readable = append(readable, token.ARN)
	}
	if s.NeedsHeaders() {
		readable = append(readable, headers.ARN)
	}
	function.GrantReadParameters(readable...)
	if s.HasRelay() {
		stack.NewRelay(this, "Relay", stack.RelayProps{Stage: s.Name, EndpointParameter: s.EndpointParameterName()}).GrantUse(function)
		suppress(function.Role, "AwsSolutions-IAM5", "Each process of the function has a client id and a reply topic of its own, below the names of the stage.")
	}
	stack.NewTriggers(this, "Triggers", stack.TriggersProps{
		Alias:            function.Alias,
		SmartHomeSkillID: s.SmartHomeSkillID,
		CustomSkillID:    s.CustomSkillID,
	})
	if !s.Production {
		// The first deployment comes before the skill, which needs the endpoint.
		awscdk.Annotations_Of(this).AcknowledgeWarning(jsii.String(stack.WarningNoSkill),
			jsii.String("A stage that has no skill yet is invoked by its owner only."))
	}
	if len(props.Layout.Own)+len(props.Layout.Overviews) == 0 {
		props.Layout = monitoring.LayoutOf([]config.Stage{s})
	}
	addMonitoring(this, s, props.Layout, function)
	addOptional(this, s, function)
	output(this, "EndpointArn", "The endpoint of the skill, for the Alexa developer console", function.Alias.FunctionArn())
	output(this, "LogGroup", "The log of the function", function.Log.LogGroupName())
	if s.NeedsHeaders() {
		output(this, "HeadersParameter", "The SecureString in which `hearthgate headers --stage "+s.Name+"` stores the secret headers", &headers.Name)
	}
	if s.NeedsToken() {
		output(this, "TokenParameter", "The SecureString in which `hearthgate token --stage "+s.Name+"` stores the token", &token.Name)
	}
	return this
}

// newStack creates the stack without resources. A stage without an account is deployed
// to that of the current credentials. CloudFormation itself checks the region.
func newStack(scope constructs.Construct, s config.Stage, version string) awscdk.Stack {
	this := awscdk.NewStack(scope, jsii.String(config.StackName(s.Name)), &awscdk.StackProps{
		Env:                   environmentOf(s.Account, s.Region),
		Description:           jsii.String("hearthgate, stage " + s.Name + ": connects Alexa to Home Assistant"),
		TerminationProtection: &s.Production,
		Tags:                  &map[string]*string{"project": jsii.String("hearthgate"), "stage": &s.Name, "hearthgate:version": &version},
		// No usage analytics: the account is the owner's.
		AnalyticsReporting: jsii.Bool(false),
	})
	onlyIn(this, s.Region, fmt.Sprintf(
		"Alexa looks for a skill of the locale %s in %s only. In any other region it finds no devices and reports no error. Set AWS_REGION to %[2]s.", s.Locale, s.Region))
	return this
}

// environmentOf returns where a stack is deployed: nil for the account and region of the
// credentials in use.
func environmentOf(account, region string) *awscdk.Environment {
	if account == "" {
		return nil
	}
	return &awscdk.Environment{Account: &account, Region: &region}
}

// onlyIn has CloudFormation reject a stack in any region but one.
func onlyIn(this awscdk.Stack, region, description string) {
	awscdk.NewCfnRule(this, jsii.String("RegionOfTheLocale"), &awscdk.CfnRuleProps{
		Assertions: &[]*awscdk.CfnRuleAssertion{{
			Assert:            awscdk.Fn_ConditionEquals(awscdk.Aws_REGION(), &region),
			AssertDescription: &description,
		}},
	})
}

// environment returns the function's environment variables.
func environment(s config.Stage, build string) map[string]string {
	env := s.Environment()
	if build != "" {
		env[config.EnvBuild] = build
	}
	return env
}

func output(scope awscdk.Stack, name, description string, value *string) {
	awscdk.NewCfnOutput(scope, &name, &awscdk.CfnOutputProps{Value: value, Description: &description})
}
