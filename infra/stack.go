package main

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	stack "github.com/hearthgate/hearthgate/constructs"
)

// StackProps are the props of a stage's stack.
type StackProps struct {
	Stage   config.Stage   // valid
	Code    awslambda.Code // of this stack alone
	Build   string         // SHA-256 of the program in it; default: not told
	Version string         // of the clone, see [config.Version]; default: "unknown"
}

// NewStack creates the stack of a stage: all that a home needs in AWS but its
// token, which a command puts into the SecureString that the stack names.
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
		Code:          props.Code,
		Name:          config.FunctionName(s.Name),
		Memory:        s.Memory,
		Timeout:       s.Timeout,
		RetentionDays: s.RetentionDays,
		KeepLog:       s.Production,
		Environment:   environment(s, props.Build),
		Tracing:       s.Tracing,
		Insights:      s.Insights,
		Reserved:      s.ReservedConcurrency,
	})
	readable := []*string{parameters.LogLevel.ParameterArn()}
	if s.TokenSource == config.Stored {
		readable = append(readable, token.ARN)
	}
	if s.SecretHeaders {
		readable = append(readable, headers.ARN)
	}
	function.ReadParameters(readable...)
	stack.NewTriggers(this, "Triggers", stack.TriggersProps{
		Alias:            function.Alias,
		SmartHomeSkillID: s.SmartHomeSkillID,
		CustomSkillID:    s.CustomSkillID,
	})
	if !s.Production {
		// Its first deployment comes before the skill, which asks for the endpoint.
		awscdk.Annotations_Of(this).AcknowledgeWarning(jsii.String(stack.WarningNoSkill),
			jsii.String("A stage that is tried out before its skill exists is called by its owner only."))
	}
	watch(this, s, function)
	options(this, s, function)
	output(this, "EndpointArn", "What to type into the Alexa developer console as the skill's endpoint", function.Alias.FunctionArn())
	output(this, "LogGroup", "Where the function writes", function.Log.LogGroupName())
	if s.SecretHeaders {
		output(this, "HeadersParameter", "The SecureString that `hearthgate headers --stage "+s.Name+"` puts the secret headers into", &headers.Name)
	}
	if s.TokenSource == config.Stored {
		output(this, "TokenParameter", "The SecureString that `hearthgate token --stage "+s.Name+"` puts the token into", &token.Name)
	}
	return this
}

// newStack creates the empty stack. Without an account it goes to that of the
// credentials in use, and CloudFormation itself looks whether the region is right.
func newStack(scope constructs.Construct, s config.Stage, version string) awscdk.Stack {
	var env *awscdk.Environment
	if s.Account != "" {
		env = &awscdk.Environment{Account: &s.Account, Region: &s.Region}
	}
	this := awscdk.NewStack(scope, jsii.String(config.StackName(s.Name)), &awscdk.StackProps{
		Env:                   env,
		Description:           jsii.String("hearthgate, stage " + s.Name + ": Alexa answered by the owner's own Home Assistant"),
		TerminationProtection: &s.Production,
		Tags:                  &map[string]*string{"project": jsii.String("hearthgate"), "stage": &s.Name, "hearthgate:version": &version},
		// The stack is for an owner's account: no path of theirs, no analytics.
		AnalyticsReporting: jsii.Bool(false),
	})
	awscdk.NewCfnRule(this, jsii.String("RegionOfTheLocale"), &awscdk.CfnRuleProps{
		Assertions: &[]*awscdk.CfnRuleAssertion{{
			Assert: awscdk.Fn_ConditionEquals(awscdk.Aws_REGION(), &s.Region),
			AssertDescription: jsii.String(fmt.Sprintf(
				"Alexa looks for a skill of the locale %s in %s only: elsewhere it would find no devices and give no error. Set AWS_REGION to %[2]s.", s.Locale, s.Region)),
		}},
	})
	return this
}

// environment is what the function is told.
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
