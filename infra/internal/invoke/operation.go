package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// Operate runs an operation of the function by its name, such as "cache.get", with
// JSON or nothing as its input. An operation that fails is not an error but a
// [wire.Response] that says so.
func (t *Target) Operate(ctx context.Context, name string, input json.RawMessage) (wire.Response, error) {
	event, err := json.Marshal(struct {
		Operation string          `json:"operation"`
		Input     json.RawMessage `json:"input,omitempty"`
	}{name, input})
	if err != nil {
		return wire.Response{}, fmt.Errorf("the input of %s is not JSON: %w", name, err)
	}
	payload, _, err := t.payload(ctx, event)
	if err != nil {
		return wire.Response{}, err
	}
	var r wire.Response
	if err := json.Unmarshal(payload, &r); err != nil || r.CorrelationID == "" {
		return wire.Response{}, fmt.Errorf("%s did not answer as hearthgate does: it is another function, or an older version; check its name, or deploy it again", t.Where)
	}
	return r, nil
}

// ShowResponse writes the response to an operation for a person.
func ShowResponse(to *ui.Screen, r wire.Response, operation string) {
	if !r.Success {
		to.Printf("%s\n", ui.Lines(to.Bad(Sentence(r.Message))))
		return
	}
	to.Verbatim(indented(r.Data))
	to.Printf("%s\n", to.Dim(fmt.Sprintf("%s: %s, %.2f ms, %s", operation, r.Message, r.Duration, r.CorrelationID)))
}

// Reload has the function read its settings and secrets again.
func (t *Target) Reload(ctx context.Context) error {
	r, err := t.Operate(ctx, "initialization.refresh", nil)
	if err == nil && !r.Success {
		err = errors.New("the function could not read it: " + Sentence(r.Message))
	}
	return err
}

// Detail has the process that answers log each operation for so long.
func (t *Target) Detail(ctx context.Context, span time.Duration) error {
	r, err := t.Operate(ctx, "logging.set_level", fmt.Appendf(nil, `{"level":"DEBUG","for_seconds":%.0f}`, span.Seconds()))
	if err == nil && !r.Success {
		err = errors.New("the function could not change its log: " + Sentence(r.Message))
	}
	return err
}

// Operations returns the operations of the function. The response is that of
// lambda.operations; if it is not a success the list is empty.
func (t *Target) Operations(ctx context.Context) ([]wire.OperationInfo, wire.Response, error) {
	r, err := t.Operate(ctx, "lambda.operations", nil)
	if err != nil || !r.Success {
		return nil, r, err
	}
	var all []wire.OperationInfo
	if err := json.Unmarshal(r.Data, &all); err != nil {
		return nil, r, fmt.Errorf("%s lists its operations as another version of hearthgate does: deploy it again", t.Where)
	}
	return all, r, nil
}

// ShowOperations writes the operations that can be run by name for a person.
func ShowOperations(to *ui.Screen, all []wire.OperationInfo) {
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
