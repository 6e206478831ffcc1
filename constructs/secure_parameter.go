package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// SecureParameter refers to a SecureString by its name. CloudFormation cannot create
// one, and a value in a template is not secret, so `hearthgate token` and
// `hearthgate headers` write it.
type SecureParameter struct {
	Name string
	ARN  *string
}

// NewSecureParameter returns the SecureString of that name in the stack's account
// and region. It creates no resource.
func NewSecureParameter(scope constructs.Construct, name string) *SecureParameter {
	return &SecureParameter{name, awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("ssm"),
		Resource:     jsii.String("parameter"),
		ResourceName: jsii.String(strings.TrimPrefix(name, "/")),
	})}
}
