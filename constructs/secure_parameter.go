package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// SecureParameter is a SecureString by its name. CloudFormation cannot make one,
// and a value in a template would be no secret, so a command puts it and the stack
// only says what it is called.
type SecureParameter struct {
	Name string
	ARN  *string
}

// NewSecureParameter names a SecureString in the stack's account and region. It
// creates nothing.
func NewSecureParameter(scope constructs.Construct, name string) *SecureParameter {
	return &SecureParameter{name, awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("ssm"),
		Resource:     jsii.String("parameter"),
		ResourceName: jsii.String(strings.TrimPrefix(name, "/")),
	})}
}

// Command returns the command that puts the secret, as a person types it into a
// shell with the AWS CLI. It reads the secret without showing it, and keeps it out
// of the shell's history and the list of processes.
func (p *SecureParameter) Command(region string) string {
	return `read -rsp "Token: " T && printf %s "$T" | aws ssm put-parameter --region ` + region +
		` --name ` + p.Name + ` --type SecureString --overwrite --value file:///dev/stdin; unset T`
}
