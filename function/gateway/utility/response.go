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
	Message string          `json:"message,omitempty" doc:"for people; default: \"ok\", or what the error says"`
	Data    json.RawMessage `json:"data,omitempty" doc:"what the operation returned"`
	Failure *Failure        `json:"error,omitempty" doc:"what went wrong; absent on success"`
	Err     error           `json:"-"`
}

// Check refuses a failure of no kind.
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

// A Response is the standard response: how an operation called by name answers.
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
