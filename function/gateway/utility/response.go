package utility

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
)

// A ResponseInput is the input of [CreateResponse].
type ResponseInput struct {
	Message string          `json:"message,omitempty" doc:"for people; default: \"ok\", or the message of the error"`
	Data    json.RawMessage `json:"data,omitempty" doc:"the output of the operation"`
	Failure *wire.Failure   `json:"error,omitempty" doc:"the failure; absent on success"`
	Err     error           `json:"-"` // in place of Failure, for callers in Go
}

// Check rejects a failure without a kind.
func (in ResponseInput) Check() error {
	if in.Failure != nil && in.Failure.Kind == "" {
		return errors.New("field error.kind is missing")
	}
	return nil
}

func createResponse(ctx context.Context, in ResponseInput) (wire.Response, error) {
	if in.Err != nil {
		in.Failure = &wire.Failure{Kind: core.KindOf(in.Err).String(), Type: string(core.CauseOf(in.Err)), Message: in.Err.Error()}
	}
	r := wire.Response{
		Success: in.Failure == nil, Message: in.Message, Data: in.Data, Error: in.Failure,
		Timestamp: time.Now().UTC(), CorrelationID: core.CorrelationID(ctx),
	}
	if run := core.RunOf(ctx); run != nil {
		r.Duration = float64(run.Took().Microseconds()) / 1000
	}
	switch {
	case r.Message != "":
	case in.Failure == nil:
		r.Message = "ok"
	default:
		r.Message = in.Failure.Message
	}
	return r, nil
}
