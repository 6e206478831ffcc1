package deploy

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// poll is how often CloudFormation is asked how far it is.
const poll = 2 * time.Second

// doing says what CloudFormation does in a state.
var doing = map[string]string{
	"CREATE_IN_PROGRESS":                           "creating it",
	"UPDATE_IN_PROGRESS":                           "updating it",
	"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":          "deleting what the last update replaced",
	"ROLLBACK_IN_PROGRESS":                         "deleting what a failed deployment has created",
	"UPDATE_ROLLBACK_IN_PROGRESS":                  "returning to the version before a failed deployment",
	"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "deleting what a failed deployment has created",
	"DELETE_IN_PROGRESS":                           "deleting it",
}

// activity says what CloudFormation does with a stack.
func activity(s awsaccount.Stack) string {
	if text, ok := doing[s.Status]; ok {
		return text
	}
	return "busy with it (" + s.Status + ")"
}

// a stackState is how a stack was found before something is done with it.
type stackState struct {
	awsaccount.Stack
	exists bool
	hidden error // why it could not be read: the CDK's roles may read more than these credentials
}

// look reads the state of a stack.
func look(ctx context.Context, a *awsaccount.Account, stack string) (stackState, error) {
	s, err := a.Stack(ctx, stack)
	switch awsaccount.CodeOf(err) {
	case awsaccount.NotFound:
		return stackState{}, nil
	case awsaccount.Denied:
		return stackState{hidden: err}, nil
	}
	return stackState{Stack: s, exists: err == nil}, err
}

// settle waits until CloudFormation is not busy with a stack, and mends one that a failed
// deployment has left, where nothing can be lost by that. The error says what else to do.
func settle(ctx context.Context, cdk CDK, a *awsaccount.Account, stage, stack string, steps *ui.Steps) (stackState, error) {
	s, err := wait(ctx, a, stack, steps)
	if err != nil {
		return s, err
	}
	again := "`hearthgate deploy --stage " + stage + "`"
	switch s.Status {
	case "ROLLBACK_COMPLETE", "ROLLBACK_FAILED":
		steps.Printf("The first deployment of %s failed%s; what is left of it is deleted first.\n", stack, because(s.Reason))
		if s.Protected { // which the CDK sets before anything is created
			return s, a.Unprotect(ctx, stack)
		}
	case "CREATE_FAILED":
		return s, fmt.Errorf("the first deployment of %s failed%s, and what it has created was left: delete the stack in the console of CloudFormation, and run %s again", stack, because(s.Reason), again)
	case "DELETE_FAILED":
		return s, fmt.Errorf("%s could not be deleted%s: run `hearthgate destroy --stage %s` again, or delete it in the console of CloudFormation, and then run %s", stack, because(s.Reason), stage, again)
	case "REVIEW_IN_PROGRESS":
		steps.Printf("An earlier deployment of %s was stopped before it created anything; this one begins again.\n", stack)
	case "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED":
		return finishRollback(ctx, cdk, a, s, stack, again, steps)
	}
	return s, nil
}

// finishRollback has CloudFormation go on with a rollback that could not be finished.
func finishRollback(ctx context.Context, cdk CDK, a *awsaccount.Account, s stackState, stack, again string, steps *ui.Steps) (stackState, error) {
	steps.Printf("An earlier update of %s failed and was not rolled back%s; CloudFormation tries that again first.\n", stack, because(s.Reason))
	steps.Begin("rolling back the earlier update")
	w := newWatch(ctx, a, stack, 0, steps)
	err := w.run(ctx, func() error { return cdk.Run(ctx, "rollback", stack) })
	steps.End(err)
	if err == nil {
		return look(ctx, a, stack)
	}
	if ctx.Err() != nil {
		return s, err
	}
	return s, withReason(err, fmt.Sprintf("the earlier update of %s cannot be rolled back: %s; remove the cause, or have the console of CloudFormation skip that resource (Stack actions, Continue update rollback), and run %s again", stack, cmp.Or(w.failure(nil), err.Error()), again))
}

// wait waits until CloudFormation is not busy with a stack.
func wait(ctx context.Context, a *awsaccount.Account, stack string, steps *ui.Steps) (stackState, error) {
	s, err := look(ctx, a, stack)
	if err != nil || !s.Busy() {
		return s, err
	}
	for err == nil && s.Busy() {
		steps.Begin("waiting for CloudFormation, which is " + activity(s.Stack))
		select {
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-time.After(poll):
			s, err = look(ctx, a, stack)
		}
	}
	steps.End(err)
	return s, err
}

// because returns the reason of a state as the end of a clause.
func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + strings.TrimRight(plainReason(reason), ". ") + ")"
}
