package utility

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A ResponseInput is the input of [CreateResponse].
type ResponseInput struct {
	Message string          `json:"message,omitempty" doc:"for people; default: \"ok\", or the message of the error"`
	Data    json.RawMessage `json:"data,omitempty" doc:"the output of the operation"`
	Failure *Failure        `json:"error,omitempty" doc:"the failure; absent on success"`
	Err     error           `json:"-"` // in place of Failure, for callers in Go
}

// Check rejects a failure without a kind.
func (in ResponseInput) Check() error {
	if in.Failure != nil && in.Failure.Kind == "" {
		return errors.New("field error.kind is missing")
	}
	return nil
}

// A Failure is the error part of a [Response].
type Failure struct {
	Kind    string `json:"kind" required:"true" doc:"the kind of failure in one word, such as invalid or unreachable"`
	Type    string `json:"type,omitempty" doc:"the cause in one word, such as timeout"`
	Message string `json:"message,omitempty" doc:"what happened, why, and what to do"`
}

// A Response is the standard response, the reply to an operation that is run by name.
type Response struct {
	Success       bool            `json:"success"`
	Message       string          `json:"message"`
	Data          json.RawMessage `json:"data"`
	Error         *Failure        `json:"error"`
	Timestamp     time.Time       `json:"timestamp"`
	CorrelationID string          `json:"correlation_id"`
	Duration      float64         `json:"duration" doc:"since the invocation began" unit:"ms"`
}

func createResponse(ctx context.Context, in ResponseInput) (Response, error) {
	if in.Err != nil {
		in.Failure = &Failure{Kind: core.KindOf(in.Err).String(), Type: string(core.CauseOf(in.Err)), Message: in.Err.Error()}
	}
	r := Response{
		Success: in.Failure == nil, Message: in.Message, Data: in.Data, Error: in.Failure,
		Timestamp: time.Now().UTC(), CorrelationID: core.CorrelationID(ctx),
	}
	if run := core.RunOf(ctx); run != nil {
		r.Duration = float64(time.Since(run.Start).Microseconds()) / 1000
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
