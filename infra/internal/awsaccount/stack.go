package awsaccount

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// A Stack is a stack of CloudFormation.
type Stack struct {
	Status    string // such as UPDATE_COMPLETE
	Reason    string // of the status, often empty
	Changed   time.Time
	Protected bool // against deletion
	Tags      map[string]string
}

// Busy reports whether an operation is in progress.
func (s Stack) Busy() bool {
	return strings.HasSuffix(s.Status, "_IN_PROGRESS") && s.Status != "REVIEW_IN_PROGRESS"
}

// Stack returns a stack; the error is [NotFound] if it does not exist.
func (a *Account) Stack(ctx context.Context, name string) (Stack, error) {
	out, err := cloudformation.NewFromConfig(a.config).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return Stack{}, explain("reading the stack "+name, err)
	}
	if len(out.Stacks) == 0 {
		return Stack{}, &Error{NotFound, fmt.Errorf("there is no stack %s in %s", name, a.Region)}
	}
	found := out.Stacks[0]
	s := Stack{
		Status: string(found.StackStatus), Reason: aws.ToString(found.StackStatusReason),
		Changed: aws.ToTime(found.CreationTime), Protected: aws.ToBool(found.EnableTerminationProtection), Tags: map[string]string{},
	}
	if found.LastUpdatedTime != nil {
		s.Changed = *found.LastUpdatedTime
	}
	for _, t := range found.Tags {
		s.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return s, nil
}

// A StackEvent is what CloudFormation reports of one resource of a stack, or of the
// stack itself.
type StackEvent struct {
	ID       string
	At       time.Time
	Resource string // the logical id; the stack's name for the stack itself
	Type     string // such as AWS::Lambda::Function
	Status   string
	Reason   string // often empty
}

// StackEvents returns the events of a stack that came after the one with this id, oldest
// first: all that there are, in a few pages, if the stack has no such event. It is empty
// for a stack that does not exist.
func (a *Account) StackEvents(ctx context.Context, name, after string) ([]StackEvent, error) {
	const mostPages = 10
	pages := cloudformation.NewDescribeStackEventsPaginator(cloudformation.NewFromConfig(a.config), &cloudformation.DescribeStackEventsInput{StackName: &name})
	var newest []StackEvent
	for i := 0; pages.HasMorePages() && i < mostPages; i++ {
		page, err := pages.NextPage(ctx)
		if err = explain("reading the events of the stack "+name, err); CodeOf(err) == NotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, e := range page.StackEvents {
			if aws.ToString(e.EventId) == after {
				return reversed(newest), nil
			}
			newest = append(newest, StackEvent{
				ID: aws.ToString(e.EventId), At: aws.ToTime(e.Timestamp), Resource: aws.ToString(e.LogicalResourceId), Type: aws.ToString(e.ResourceType),
				Status: string(e.ResourceStatus), Reason: aws.ToString(e.ResourceStatusReason),
			})
		}
	}
	return reversed(newest), nil
}

// LastStackEvent returns the id of the newest event of a stack, "" if it has none.
func (a *Account) LastStackEvent(ctx context.Context, name string) (string, error) {
	out, err := cloudformation.NewFromConfig(a.config).DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &name})
	if err = explain("reading the events of the stack "+name, err); CodeOf(err) == NotFound {
		return "", nil
	}
	if err != nil || len(out.StackEvents) == 0 {
		return "", err
	}
	return aws.ToString(out.StackEvents[0].EventId), nil
}

// Unprotect lets a stack be deleted.
func (a *Account) Unprotect(ctx context.Context, name string) error {
	_, err := cloudformation.NewFromConfig(a.config).UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{
		StackName: &name, EnableTerminationProtection: aws.Bool(false),
	})
	return explain("removing the protection of the stack "+name, err)
}

func reversed[T any](events []T) []T {
	slices.Reverse(events)
	return events
}

// A StackResource is a resource that a stack has made.
type StackResource struct {
	Type string // such as AWS::CloudWatch::Dashboard
	ID   string // the physical id, which for many types is the name
}

// StackResources returns the ARN of a stack and what it has made, up to 100 resources; the
// error is [NotFound] if the stack does not exist.
func (a *Account) StackResources(ctx context.Context, name string) (arn string, all []StackResource, err error) {
	out, err := cloudformation.NewFromConfig(a.config).DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: &name})
	if err != nil {
		return "", nil, explain("reading the resources of the stack "+name, err)
	}
	for _, r := range out.StackResources {
		arn = aws.ToString(r.StackId)
		all = append(all, StackResource{aws.ToString(r.ResourceType), aws.ToString(r.PhysicalResourceId)})
	}
	return arn, all, nil
}
