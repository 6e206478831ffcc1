package invoke

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// A Response is how the function answers an operation.
type Response struct {
	Success       bool            `json:"success"`
	Message       string          `json:"message"`
	Data          json.RawMessage `json:"data"`
	Error         *Failure        `json:"error"`
	Timestamp     time.Time       `json:"timestamp"`
	CorrelationID string          `json:"correlation_id"`
	Duration      float64         `json:"duration"` // ms
}

// A Failure is why an operation failed.
type Failure struct {
	Kind    string `json:"kind"`
	Type    string `json:"type,omitempty"`
	Message string `json:"message,omitempty"`
}

// Operate runs an operation of the function by its name, such as "cache.get", with
// JSON or nothing as its input. An operation that fails is no error but a Response
// that says so.
func (t *Target) Operate(ctx context.Context, name string, input json.RawMessage) (Response, error) {
	event, err := json.Marshal(struct {
		Operation string          `json:"operation"`
		Input     json.RawMessage `json:"input,omitempty"`
	}{name, input})
	if err != nil {
		return Response{}, fmt.Errorf("the input of %s is not JSON: %w", name, err)
	}
	a, err := t.Invoke(ctx, event)
	if err != nil {
		return Response{}, err
	}
	if a.Error != "" {
		return Response{}, fmt.Errorf("the function failed instead of answering: %s", a.Error)
	}
	var r Response
	if err := json.Unmarshal(a.Payload, &r); err != nil || r.CorrelationID == "" {
		return Response{}, fmt.Errorf("%s did not answer as hearthgate does: is it another function, or an older version?", t.Where)
	}
	return r, nil
}
