package constructs

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

const defaultMemory = 128 // MB, the least that Lambda offers

// FunctionProps are the props of a [Function].
type FunctionProps struct {
	Code                awslambda.Code    // a folder with bootstrap, built for arm64
	Name                string            // of the function; never change it: its ARN is in Alexa's developer console
	Memory              int               // MB; default: 128
	Timeout             int               // seconds; default: 10
	RetentionDays       int               // of the log; default: 30
	RetainLog           bool              // when the stack is deleted; default: false
	Environment         map[string]string // default: none
	Tracing             bool              // with X-Ray; default: false
	Insights            bool              // Lambda Insights, which is not free; default: false
	ReservedConcurrency int               // executions; default: none
}

// Function is the Lambda function with its log group, its role and the alias that is
// the skill's endpoint. The role may write to this log group and nothing else until
// [Function.GrantReadParameters] is called.
type Function struct {
	constructs.Construct
	Function awslambda.Function
	Alias    awslambda.Alias
	Role     awsiam.Role
	Log      awslogs.LogGroup
}

// NewFunction creates a Function.
func NewFunction(scope constructs.Construct, id string, props FunctionProps) *Function {
	this := constructs.NewConstruct(scope, &id)
	log := newLogGroup(this, props)
	role := awsiam.NewRole(this, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("Permissions of the function " + props.Name),
	})
	// AWS's managed policy would allow all log groups of the account.
	log.Grant(role, jsii.String("logs:CreateLogStream"), jsii.String("logs:PutLogEvents"))
	fn := &awslambda.FunctionProps{
		FunctionName: &props.Name,
		Description:  jsii.String("Forwards Alexa directives to Home Assistant"),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("bootstrap"),
		Code:         props.Code,
		MemorySize:   jsii.Number(cmp.Or(props.Memory, defaultMemory)),
		Timeout:      awscdk.Duration_Seconds(jsii.Number(cmp.Or(props.Timeout, 10))),
		Role:         role,
		LogGroup:     log,
		Environment:  environment(props.Environment),
		// `hearthgate rollback` needs the versions before. One that a failed deployment has
		// published must go: Lambda would not publish the same code again.
		CurrentVersionOptions: &awslambda.VersionOptions{RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE},
	}
	if props.Tracing {
		fn.Tracing = awslambda.Tracing_ACTIVE
	}
	if props.Insights {
		fn.InsightsVersion = awslambda.LambdaInsightsVersion_VERSION_1_0_333_0()
	}
	if props.ReservedConcurrency > 0 {
		fn.ReservedConcurrentExecutions = jsii.Number(props.ReservedConcurrency)
	}
	function := awslambda.NewFunction(this, jsii.String("Function"), fn)
	alias := awslambda.NewAlias(this, jsii.String("Alias"), &awslambda.AliasProps{
		AliasName:   jsii.String(config.Alias),
		Version:     function.CurrentVersion(),
		Description: jsii.String("The endpoint of the Alexa skill"),
	})
	return &Function{this, function, alias, role, log}
}

// GrantReadParameters lets the function read exactly these parameters with
// ssm:GetParameters. A SecureString needs no permission on its key if that is the one
// that AWS manages for Parameter Store.
func (f *Function) GrantReadParameters(arns ...*string) {
	f.Role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("ssm:GetParameters"),
		Resources: &arns,
	}))
}

func newLogGroup(scope constructs.Construct, props FunctionProps) awslogs.LogGroup {
	removal := awscdk.RemovalPolicy_DESTROY
	if props.RetainLog {
		removal = awscdk.RemovalPolicy_RETAIN
	}
	log := awslogs.NewLogGroup(scope, jsii.String("Log"), &awslogs.LogGroupProps{RemovalPolicy: removal})
	// The CDK itself accepts an enumeration only, not a number of days.
	log.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(cmp.Or(props.RetentionDays, 30)))
	return log
}

func environment(variables map[string]string) *map[string]*string {
	m := make(map[string]*string, len(variables))
	for name, value := range variables {
		m[name] = &value
	}
	return &m
}
