package awsaccount

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// An Execution is a change set of a stack that someone had carried out.
type Execution struct {
	At    time.Time
	Stack string // its name or its ARN, as it was asked for
	Who   string // a person's name as far as AWS knows it
}

// trail is what CloudTrail said, which allows two questions a second.
type trail struct {
	mu   sync.Mutex
	read bool        // guarded by mu
	all  []Execution // guarded by mu
}

// Executions returns who had change sets carried out in the region in the last ninety
// days, as CloudTrail's event history has it: every account has that, free, some minutes
// late. It is asked once an account.
func (a *Account) Executions(ctx context.Context) ([]Execution, error) {
	a.trail.mu.Lock()
	defer a.trail.mu.Unlock()
	if a.trail.read {
		return a.trail.all, nil
	}
	pages := cloudtrail.NewLookupEventsPaginator(cloudtrail.NewFromConfig(a.config), &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String("ExecuteChangeSet")}},
	})
	var all []Execution
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("asking CloudTrail who deployed", err)
		}
		for _, e := range page.Events {
			if execution, ok := executionOf(e); ok {
				all = append(all, execution)
			}
		}
	}
	a.trail.all, a.trail.read = all, true
	return all, nil
}

// executionOf reads an event; ok is false for one that AWS rejected, or of another shape.
func executionOf(e types.Event) (x Execution, ok bool) {
	var detail struct {
		ErrorCode         string
		UserIdentity      struct{ ARN string }
		RequestParameters struct{ StackName string }
	}
	if json.Unmarshal([]byte(aws.ToString(e.CloudTrailEvent)), &detail) != nil || detail.ErrorCode != "" || e.EventTime == nil {
		return x, false
	}
	x = Execution{At: *e.EventTime, Stack: detail.RequestParameters.StackName, Who: name(detail.UserIdentity.ARN)}
	return x, x.Stack != "" && x.Who != ""
}

// name returns the name at the end of the ARN of an identity. The CDK calls its session
// after the person's name on their machine, "aws-cdk-jane".
func name(identity string) string {
	if strings.HasSuffix(identity, ":root") {
		return "the root user"
	}
	last := identity[strings.LastIndex(identity, "/")+1:]
	return strings.TrimPrefix(last, "aws-cdk-")
}
