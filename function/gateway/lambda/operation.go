package lambda

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/hearthgate/hearthgate/function/core"
)

// HandleOperation runs an operation by its name.
var HandleOperation = core.Define[OperationInput, json.RawMessage](core.Lambda, "handle_operation",
	"Run an operation by its name, as an event does, and return what it returned.").
	Failing(core.Kinds()...) // whatever that one fails with

// MaxNesting is how many operations that run operations may run one another.
const MaxNesting = 4

// An OperationInput is the input of [HandleOperation].
type OperationInput struct {
	Operation string          `json:"operation" doc:"its name, such as cache.get" required:"true"`
	Input     json.RawMessage `json:"input,omitempty" doc:"its input, a JSON object; default: {}"`
}

// Check refuses an input without an operation.
func (in OperationInput) Check() error {
	if in.Operation == "" {
		return errors.New("field operation is missing: write the name of one, such as lambda.status")
	}
	return nil
}

type depthKey struct{}

func (g *gateway) handleOperation(ctx context.Context, in OperationInput) (json.RawMessage, error) {
	if err := in.Check(); err != nil {
		return nil, &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
	}
	depth, _ := ctx.Value(depthKey{}).(int)
	if depth++; depth > MaxNesting {
		return nil, core.Errorf(core.Invalid, core.CauseNested, "field operation runs operations that run operations, more than %d deep: run %.100q itself", MaxNesting, in.Operation)
	}
	if g.opts.Execute == nil {
		return nil, unwired("operations")
	}
	return g.opts.Execute(context.WithValue(ctx, depthKey{}, depth), in.Operation, in.Input)
}
