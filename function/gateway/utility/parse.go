package utility

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/core"
)

// A ParseInput is the input of [ParseJSON].
type ParseInput struct {
	Text string `json:"text" required:"true" doc:"one JSON value"`
}

// Check refuses an input without a text.
func (in ParseInput) Check() error {
	if strings.TrimSpace(in.Text) == "" {
		return errors.New("field text is missing")
	}
	return nil
}

// Parsed is what [ParseJSON] read.
type Parsed struct {
	Value json.RawMessage `json:"value" doc:"what the text holds, numbers to the last digit"`
	Shape
}

func parseJSON(_ context.Context, in ParseInput) (Parsed, error) {
	if !utf8.ValidString(in.Text) {
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text is not UTF-8")
	}
	text := []byte(strings.TrimPrefix(in.Text, "\ufeff")) // which some editors write
	shape, twice, err := strictjson.Measure(text)
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		line, column := place(text[:e.Offset])
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text is not JSON near line %d, column %d: %s %s", line, column, cmp.Or(e.Path, "it"), e.Problem)
	}
	if twice != "" {
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text has the key \"%s\" twice in one object, so it is not clear which holds: remove one", twice)
	}
	return Parsed{bytes.TrimSpace(text), Shape(shape)}, nil
}

// place returns the line and column behind a text, both from 1.
func place(before []byte) (line, column int) {
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
