package constructs

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
)

// ParametersProps are the props of [Parameters].
type ParametersProps struct {
	Prefix   string // path of the parameters, "/hearthgate/prod"
	LogLevel string // default: info
}

// Parameters are settings that the function reads when it starts, so that the owner
// can change them without a deployment. None is secret: see [SecureParameter].
type Parameters struct {
	constructs.Construct
	LogLevel awsssm.StringParameter
}

// NewParameters creates Parameters.
func NewParameters(scope constructs.Construct, id string, props ParametersProps) *Parameters {
	this := constructs.NewConstruct(scope, &id)
	return &Parameters{
		Construct: this,
		LogLevel: awsssm.NewStringParameter(this, jsii.String("LogLevel"), &awsssm.StringParameterProps{
			ParameterName:  jsii.String(props.Prefix + config.LogLevelParameter),
			StringValue:    jsii.String(cmp.Or(props.LogLevel, "info")),
			AllowedPattern: jsii.String("^(debug|info|warn|error)$"),
			Description:    jsii.String("Log level of the function: debug, info, warn or error"),
		}),
	}
}
