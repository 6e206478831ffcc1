package utility

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
)

// A ParseInput is the input of [ParseJSON].
type ParseInput struct {
	Text string `json:"text" required:"true" doc:"one JSON value"`
}

// Check rejects an input without a text.
func (in ParseInput) Check() error {
	if strings.TrimSpace(in.Text) == "" {
		return errors.New("field text is missing")
	}
	return nil
}

// Parsed is the output of [ParseJSON].
type Parsed struct {
	Value json.RawMessage `json:"value" doc:"the value of the text, with every digit of its numbers"`
	Shape
}

func parseJSON(_ context.Context, in ParseInput) (Parsed, error) {
	if !utf8.ValidString(in.Text) {
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text is not UTF-8")
	}
	text := []byte(strings.TrimPrefix(in.Text, "\ufeff")) // a byte order mark, which some editors write
	shape, twice, err := strictjson.Measure(text)
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		line, column := position(text[:e.Offset])
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text is not JSON near line %d, column %d: %s %s", line, column, cmp.Or(e.Path, "it"), e.Problem)
	}
	if twice != "" {
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text has the key \"%s\" twice in one object, so its value is ambiguous: remove one", twice)
	}
	return Parsed{bytes.TrimSpace(text), Shape(shape)}, nil
}

// position returns the line and column right after a text, both from 1.
func position(before []byte) (line, column int) {
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// A FormatInput is the input of [FormatResponse].
type FormatInput struct {
	Response wire.Response `json:"response" required:"true" doc:"a standard response, as returned by create_response"`
	Format   string        `json:"format,omitempty" doc:"json (indented; the default) or text (for a terminal)"`
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

func kindAndType(f *wire.Failure) string {
	if f.Type == "" || f.Type == f.Kind {
		return f.Kind
	}
	return f.Kind + ", " + f.Type
}
