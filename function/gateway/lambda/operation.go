package lambda

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/hearthgate/hearthgate/function/core"
)

// MaxNesting is how deep operations that run operations may be nested.
const MaxNesting = 4

// An OperationInput is the input of [HandleOperation].
type OperationInput struct {
	Operation string          `json:"operation" doc:"its name, such as cache.get" required:"true"`
	Input     json.RawMessage `json:"input,omitempty" doc:"its input, a JSON object; default: {}"`
}

// Check rejects an input without an operation.
func (in OperationInput) Check() error {
	if in.Operation == "" {
		return errors.New("field operation is missing: write the name of one, such as lambda.status")
	}
	return nil
}

type depthKey struct{}

func (g *Gateway) handleOperation(ctx context.Context, in OperationInput) (json.RawMessage, error) {
	if err := invalid(in.Check()); err != nil {
		return nil, err
	}
	depth, _ := ctx.Value(depthKey{}).(int)
	if depth++; depth > MaxNesting {
		return nil, core.Errorf(core.Invalid, core.CauseNested, "field operation runs operations that run operations, more than %d deep: run %.100q itself", MaxNesting, in.Operation)
	}
	if g.opts.Host == nil {
		return nil, unwired("operations")
	}
	return g.opts.Host.Execute(context.WithValue(ctx, depthKey{}, depth), in.Operation, in.Input)
}
