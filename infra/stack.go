package main

import (
	"cmp"
	"fmt"
	"strings"

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
	pause := stack.NewSecureParameter(this, s.PauseParameterName())
	readable := []*string{parameters.LogLevel.ParameterArn(), operations.ARN, pause.ARN}
	for _, at := range s.Each() {
		readable = append(readable, addHome(this, at, function)...)
	}
	function.GrantReadParameters(readable...)
	if s.AnyRelay() {
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
	return this
}

// addHome adds the way to one home of the stage, the one that at has in the first place, and
// returns the parameters with its secrets, which the function reads.
func addHome(this awscdk.Stack, at config.Stage, function *stack.Function) (readable []*string) {
	id := idOf(at)
	if at.NeedsHeaders() {
		headers := stack.NewSecureParameter(this, at.HeadersParameterName())
		readable = append(readable, headers.ARN)
		output(this, "HeadersParameter"+id, "The SecureString in which `hearthgate headers --stage "+at.FullName()+"` stores the secret headers", &headers.Name)
	}
	if at.NeedsClientCertificate() {
		certificate := stack.NewSecureParameter(this, at.ClientCertificateParameterName())
		readable = append(readable, certificate.ARN)
		output(this, "ClientCertificateParameter"+id, "The SecureString in which `hearthgate certificate --stage "+at.FullName()+"` stores the client certificate and its key", &certificate.Name)
	}
	if at.NeedsToken() {
		token := stack.NewSecureParameter(this, at.TokenParameterName())
		readable = append(readable, token.ARN)
		output(this, "TokenParameter"+id, "The SecureString in which `hearthgate token --stage "+at.FullName()+"` stores the token", &token.Name)
	}
	if at.HasRelay() {
		relay := stack.NewRelay(this, "Relay"+id, stack.RelayProps{Stage: at.RelayName(), EndpointParameter: at.EndpointParameterName()})
		relay.GrantUse(function)
		suppress(relay.Presence.Role, "AwsSolutions-IAM5", "CloudWatch accepts metrics on * only. A condition limits them to the home's own namespace.")
	}
	return readable
}

// idOf returns how the home that at has in the first place is called in the template; ""
// for the stage's own first one.
func idOf(at config.Stage) string {
	home := at.HomeName()
	if home == "" {
		return ""
	}
	return strings.ToUpper(home[:1]) + home[1:]
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

func output(scope awscdk.Stack, id, description string, value *string) {
	awscdk.NewCfnOutput(scope, &id, &awscdk.CfnOutputProps{Value: value, Description: &description})
}
