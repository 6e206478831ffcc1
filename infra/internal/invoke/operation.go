package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
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
// JSON or nothing as its input. An operation that fails is not an error but a
// Response that says so.
func (t *Target) Operate(ctx context.Context, name string, input json.RawMessage) (Response, error) {
	event, err := json.Marshal(struct {
		Operation string          `json:"operation"`
		Input     json.RawMessage `json:"input,omitempty"`
	}{name, input})
	if err != nil {
		return Response{}, fmt.Errorf("the input of %s is not JSON: %w", name, err)
	}
	payload, _, err := t.payload(ctx, event)
	if err != nil {
		return Response{}, err
	}
	var r Response
	if err := json.Unmarshal(payload, &r); err != nil || r.CorrelationID == "" {
		return Response{}, fmt.Errorf("%s did not answer as hearthgate does: it is another function, or an older version; check its name, or deploy it again", t.Where)
	}
	return r, nil
}

// Show writes the response to an operation for a person.
func (r Response) Show(to *ui.Screen, operation string) {
	if !r.Success {
		to.Printf("%s\n", to.Bad(strings.TrimPrefix(r.Message, "lambda.process: ")))
		return
	}
	to.Printf("%s\n%s\n", indented(r.Data), to.Dim(fmt.Sprintf("%s: %s, %.2f ms, %s", operation, r.Message, r.Duration, r.CorrelationID)))
}

// Reload has the function read its settings and secrets again.
func (t *Target) Reload(ctx context.Context) error {
	r, err := t.Operate(ctx, "initialization.refresh", nil)
	if err == nil && !r.Success {
		err = errors.New("the function could not read it: " + r.Message)
	}
	return err
}

// An Operation is one that the function has.
type Operation struct {
	Name    string `json:"name"` // "cache.get"
	Gateway string `json:"gateway"`
	Doc     string `json:"doc"`
	Input   []struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Doc  string `json:"doc"`
	} `json:"input"`
	ByName bool `json:"by_name"` // it can be run by its name
}

// Operations returns the operations of the function. The response is that of
// lambda.operations; if it is not a success the list is empty.
func (t *Target) Operations(ctx context.Context) ([]Operation, Response, error) {
	r, err := t.Operate(ctx, "lambda.operations", nil)
	if err != nil || !r.Success {
		return nil, r, err
	}
	var all []Operation
	if err := json.Unmarshal(r.Data, &all); err != nil {
		return nil, r, fmt.Errorf("%s lists its operations as another version of hearthgate does: deploy it again", t.Where)
	}
	return all, r, nil
}

// ShowOperations writes the operations that can be run by name for a person.
func ShowOperations(to *ui.Screen, all []Operation) {
	t, gateway := to.Table("  "), ""
	for _, o := range all {
		if !o.ByName {
			continue
		}
		if o.Gateway != gateway {
			gateway = o.Gateway
			t.Title("")
			t.Title(to.Bold(gateway))
		}
		t.Row(o.Name, o.Doc)
		for _, in := range o.Input {
			t.Row("", to.Dim(strings.TrimSpace(fmt.Sprintf("%s (%s)  %s", in.Name, in.Type, in.Doc))))
		}
	}
	t.Flush()
}
