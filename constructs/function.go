package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

// FunctionProps are the props of a [Function].
type FunctionProps struct {
	Code          awslambda.Code    // a folder with bootstrap, built for arm64
	Name          string            // of the function; must stay, for its ARN is in Alexa's console
	Memory        int               // MB; default: 128
	Timeout       int               // seconds; default: 10
	RetentionDays int               // of the log; default: 30
	KeepLog       bool              // when the stack is deleted; default: false
	Environment   map[string]string // default: none
	Tracing       bool              // by X-Ray; default: false
	Insights      bool              // Lambda Insights, which costs; default: false
	Reserved      int               // concurrent executions set aside; default: none
}

// Function is the Lambda function with its log, its role and the alias that the
// skill's endpoint names. The role may write this log and nothing else until
// [Function.ReadParameters] is called.
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
	log := newLog(this, props)
	role := awsiam.NewRole(this, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("What the function " + props.Name + " may do"),
	})
	// AWS's managed policy would allow every log group of the account.
	log.Grant(role, jsii.String("logs:CreateLogStream"), jsii.String("logs:PutLogEvents"))
	fn := &awslambda.FunctionProps{
		FunctionName: &props.Name,
		Description:  jsii.String("Answers Alexa with what Home Assistant says"),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("bootstrap"),
		Code:         props.Code,
		MemorySize:   jsii.Number(orElse(props.Memory, 128)),
		Timeout:      awscdk.Duration_Seconds(jsii.Number(orElse(props.Timeout, 10))),
		Role:         role,
		LogGroup:     log,
		Environment:  environment(props.Environment),
	}
	if props.Tracing {
		fn.Tracing = awslambda.Tracing_ACTIVE
	}
	if props.Insights {
		fn.InsightsVersion = awslambda.LambdaInsightsVersion_VERSION_1_0_333_0()
	}
	if props.Reserved > 0 {
		fn.ReservedConcurrentExecutions = jsii.Number(props.Reserved)
	}
	function := awslambda.NewFunction(this, jsii.String("Function"), fn)
	alias := awslambda.NewAlias(this, jsii.String("Alias"), &awslambda.AliasProps{
		AliasName:   jsii.String(config.Alias),
		Version:     function.CurrentVersion(),
		Description: jsii.String("What the skill's endpoint names"),
	})
	return &Function{this, function, alias, role, log}
}

// ReadParameters lets the function read exactly these parameters, which it does
// in one GetParameters call. A SecureString under the key that AWS manages for
// Parameter Store needs no permission on that key.
func (f *Function) ReadParameters(arns ...*string) {
	f.Role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("ssm:GetParameters"),
		Resources: &arns,
	}))
}

func newLog(scope constructs.Construct, props FunctionProps) awslogs.LogGroup {
	removal := awscdk.RemovalPolicy_DESTROY
	if props.KeepLog {
		removal = awscdk.RemovalPolicy_RETAIN
	}
	log := awslogs.NewLogGroup(scope, jsii.String("Log"), &awslogs.LogGroupProps{RemovalPolicy: removal})
	// The CDK takes the days as an enumeration only.
	log.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(orElse(props.RetentionDays, 30)))
	return log
}

func environment(variables map[string]string) *map[string]*string {
	m := make(map[string]*string, len(variables))
	for name, value := range variables {
		m[name] = &value
	}
	return &m
}

// orElse returns value, or the default when it is zero.
func orElse[T comparable](value, otherwise T) T {
	if value == *new(T) {
		return otherwise
	}
	return value
}
