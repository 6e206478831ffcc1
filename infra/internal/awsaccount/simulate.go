package awsaccount

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Root reports whether the identity in use is the root user of the account, who may do
// everything.
func (a *Account) Root() bool { return strings.HasSuffix(a.Who, ":root") }

// principal returns the user or the role of the identity in use. The error says that it has
// no policies of its own.
func (a *Account) principal() (string, error) {
	who, err := arn.Parse(a.Who)
	if err != nil {
		return "", fmt.Errorf("%q is no name of an identity", a.Who)
	}
	if who.Service == "iam" && strings.HasPrefix(who.Resource, "user/") {
		return a.Who, nil
	}
	role, _, ok := strings.Cut(strings.TrimPrefix(who.Resource, "assumed-role/"), "/")
	if !ok || !strings.HasPrefix(who.Resource, "assumed-role/") {
		return "", fmt.Errorf("%s is neither a user nor a role", a.Who)
	}
	return "arn:aws:iam::" + who.AccountID + ":role/" + role, nil
}

// A Right is an action on a resource.
type Right struct{ Action, Resource string }

// Simulate returns which actions on which resources the policies of the identity in use do
// not allow; the error is [Denied] if it may not ask.
func (a *Account) Simulate(ctx context.Context, actions, resources []string) ([]Right, error) {
	principal, err := a.principal()
	if err != nil {
		return nil, err
	}
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &principal, ActionNames: actions, ResourceArns: resources}
	pages := iam.NewSimulatePrincipalPolicyPaginator(iam.NewFromConfig(a.config), in)
	var denied []Right
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("simulating the policies of "+principal, err)
		}
		for _, r := range page.EvaluationResults {
			denied = append(denied, lacking(r)...)
		}
	}
	return denied, nil
}

// lacking returns what a result of the simulation does not allow, by resource if it has
// several.
func lacking(r types.EvaluationResult) (denied []Right) {
	for _, each := range r.ResourceSpecificResults {
		if each.EvalResourceDecision != types.PolicyEvaluationDecisionTypeAllowed {
			denied = append(denied, Right{aws.ToString(r.EvalActionName), aws.ToString(each.EvalResourceName)})
		}
	}
	if len(r.ResourceSpecificResults) == 0 && r.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
		denied = append(denied, Right{aws.ToString(r.EvalActionName), aws.ToString(r.EvalResourceName)})
	}
	return denied
}
