package utility

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

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
	var shape Shape
	var twice string
	err := json.Unmarshal(text, new(json.RawMessage)) // which tells the place
	if err == nil {
		shape, twice, err = shapeOf(text)
	}
	if err != nil {
		line, column := place(text, err)
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text is not JSON near line %d, column %d: %s", line, column, why(err))
	}
	if twice != "" {
		return Parsed{}, core.Errorf(core.Invalid, core.CauseInput, "field text has the key %.60q twice in one object, so it is not clear which holds: remove one", twice)
	}
	return Parsed{bytes.TrimSpace(text), shape}, nil
}

func why(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// place returns where in text err was met, both from 1; the end, if it does not tell.
func place(text []byte, err error) (line, column int) {
	at := len(text)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = min(at, max(0, int(e.Offset)-1))
	}
	before := text[:at]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
