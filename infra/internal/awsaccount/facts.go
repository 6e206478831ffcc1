package awsaccount

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
)

// In returns the same account in another region.
func (a *Account) In(region string) *Account {
	b := *a
	b.Region = region
	b.config = a.config.Copy()
	b.config.Region = region
	b.trail = new(trail)
	return &b
}

// A Function is the configuration of a deployed function.
type Function struct {
	ARN      string
	Timeout  time.Duration
	Memory   int // MB
	LogGroup string

	Architecture string // "arm64" or "x86_64"
	Environment  map[string]string
}

// Function returns the configuration of a function, or of an alias of it; the error
// is [NotFound] if it does not exist.
func (a *Account) Function(ctx context.Context, name, qualifier string) (Function, error) {
	in := &lambda.GetFunctionConfigurationInput{FunctionName: &name}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	out, err := lambda.NewFromConfig(a.config).GetFunctionConfiguration(ctx, in)
	if err != nil {
		return Function{}, a.notDeployed(name, explain("reading the function "+name, err))
	}
	f := Function{
		ARN: aws.ToString(out.FunctionArn), Memory: int(aws.ToInt32(out.MemorySize)),
		Timeout: time.Duration(aws.ToInt32(out.Timeout)) * time.Second, LogGroup: "/aws/lambda/" + name, Architecture: string(types.ArchitectureX8664), // the default
	}
	if len(out.Architectures) > 0 {
		f.Architecture = string(out.Architectures[0])
	}
	if out.Environment != nil {
		f.Environment = out.Environment.Variables
	}
	if out.LoggingConfig != nil && out.LoggingConfig.LogGroup != nil {
		f.LogGroup = *out.LoggingConfig.LogGroup
	}
	return f, nil
}

// A Permission allows a service to invoke a function.
type Permission struct {
	Principal string // the service that invokes, of [alexa.SmartHomePrincipal] and its like
	Token     string // the skill id that the call must come from, "" for any
}

// RemovedByHand says how a permission comes back that the template has and the function
// lacks.
const RemovedByHand = "it was removed by hand, which CloudFormation does not notice; take the id of the skill out of the stage's file, deploy, write it in again and deploy once more"

// Uncallable returns the kinds of skill that a stage names and that may not call its
// function, "Smart Home skill".
func (a *Account) Uncallable(ctx context.Context, s config.Stage) ([]string, error) {
	allowed, err := a.Permissions(ctx, config.FunctionName(s.Name), config.Alias)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, kind := range []struct{ name, principal, skill string }{
		{"Smart Home skill", alexa.SmartHomePrincipal, s.SmartHomeSkillID},
		{"custom skill", alexa.CustomSkillPrincipal, s.CustomSkillID},
	} {
		if kind.skill != "" && !slices.Contains(allowed, Permission{Principal: kind.principal, Token: kind.skill}) {
			missing = append(missing, kind.name)
		}
	}
	return missing, nil
}

// Permissions returns who may invoke a function, or an alias of it. It is empty if the
// function does not exist.
func (a *Account) Permissions(ctx context.Context, name, qualifier string) ([]Permission, error) {
	in := &lambda.GetPolicyInput{FunctionName: &name}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	out, err := lambda.NewFromConfig(a.config).GetPolicy(ctx, in)
	if err = explain("reading who may invoke "+name, err); CodeOf(err) == NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var policy struct {
		Statement []struct {
			Principal any
			Condition struct {
				StringEquals map[string]string
			}
		}
	}
	if err := json.Unmarshal([]byte(aws.ToString(out.Policy)), &policy); err != nil {
		return nil, fmt.Errorf("the policy of %s cannot be read: %w", name, err)
	}
	var all []Permission
	for _, s := range policy.Statement {
		p := Permission{Token: s.Condition.StringEquals["lambda:EventSourceToken"]}
		switch principal := s.Principal.(type) {
		case string:
			p.Principal = principal
		case map[string]any:
			p.Principal = fmt.Sprint(principal["Service"])
		}
		all = append(all, p)
	}
	return all, nil
}

// A LogGroup is a log.
type LogGroup struct {
	Days  int   // that it is kept, 0 for ever
	Bytes int64 // that are stored, compressed
}

// LogGroup returns a log by its name; the error is [NotFound] if it does not exist.
func (a *Account) LogGroup(ctx context.Context, name string) (LogGroup, error) {
	out, err := cloudwatchlogs.NewFromConfig(a.config).DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name})
	if err != nil {
		return LogGroup{}, explain("reading the settings of the log "+name, err)
	}
	for _, g := range out.LogGroups {
		if aws.ToString(g.LogGroupName) == name {
			return LogGroup{int(aws.ToInt32(g.RetentionInDays)), aws.ToInt64(g.StoredBytes)}, nil
		}
	}
	return LogGroup{}, &Error{NotFound, fmt.Errorf("there is no log %s", name)}
}

// Subscriptions returns the addresses to which the alarms of a stack are sent.
func (a *Account) Subscriptions(ctx context.Context, stack string) ([]Subscription, error) {
	out, err := cloudformation.NewFromConfig(a.config).DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: &stack})
	if err != nil {
		return nil, explain("reading the stack "+stack, err)
	}
	var all []Subscription
	for _, r := range out.StackResources {
		if aws.ToString(r.ResourceType) != "AWS::SNS::Topic" {
			continue
		}
		subscribed, err := a.Subscribers(ctx, aws.ToString(r.PhysicalResourceId))
		if err != nil {
			return nil, err
		}
		all = append(all, subscribed...)
	}
	return all, nil
}
