package awsaccount

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// A Template is what is read of the template of a stack. Values that CloudFormation
// computes, such as references, are objects.
type Template struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any
	}
}

// Template returns the template that a stack was last deployed with; the error is
// [NotFound] if the stack does not exist.
func (a *Account) Template(ctx context.Context, stack string) (t Template, err error) {
	out, err := cloudformation.NewFromConfig(a.config).GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &stack})
	if err != nil {
		return t, explain("reading the template of the stack "+stack, err)
	}
	if err := json.Unmarshal([]byte(aws.ToString(out.TemplateBody)), &t); err != nil {
		return t, fmt.Errorf("the template of the stack %s cannot be read: %w", stack, err)
	}
	return t, nil
}
