package utility

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A FormatInput is the input of [FormatResponse].
type FormatInput struct {
	Response Response `json:"response" required:"true" doc:"a standard response, as returned by create_response"`
	Format   string   `json:"format,omitempty" doc:"json (indented; the default) or text (for a terminal)"`
}

// Check rejects an unknown format and a contradictory response.
func (in FormatInput) Check() error {
	switch {
	case in.Format != "" && in.Format != "json" && in.Format != "text":
		return fmt.Errorf("field format is %.40q; expected json or text", in.Format)
	case in.Response.Success && in.Response.Error != nil:
		return errors.New("field response.error is present, although response.success is true; one of them is wrong")
	case !in.Response.Success && in.Response.Error == nil:
		return errors.New("field response.error is missing, although response.success is false")
	}
	return nil
}

// Formatted is the output of [FormatResponse].
type Formatted struct {
	Text string `json:"text"`
}

func formatResponse(_ context.Context, in FormatInput) (Formatted, error) {
	if in.Format != "text" {
		b, err := json.MarshalIndent(in.Response, "", "  ")
		return Formatted{string(b)}, err
	}
	var b strings.Builder
	r := in.Response
	if r.Success {
		fmt.Fprintf(&b, "%s\n", r.Message)
	} else {
		fmt.Fprintf(&b, "failed (%s): %s\n", kindAndType(r.Error), r.Message)
	}
	if len(r.Data) > 0 && string(r.Data) != "null" {
		var data bytes.Buffer
		if err := json.Indent(&data, r.Data, "", "  "); err != nil {
			return Formatted{}, err
		}
		fmt.Fprintf(&b, "%s\n", data.String())
	}
	if r.CorrelationID != "" {
		fmt.Fprintf(&b, "correlation id %s, %.1f ms\n", r.CorrelationID, r.Duration)
	}
	return Formatted{b.String()}, nil
}

func kindAndType(f *Failure) string {
	if f.Type == "" || f.Type == f.Kind {
		return f.Kind
	}
	return f.Kind + ", " + f.Type
}
