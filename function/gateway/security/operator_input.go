package security

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/function/core"
)

// A ValidateInputRequest is the input of [ValidateInput].
type ValidateInputRequest struct {
	Value    json.RawMessage `json:"value" required:"true" doc:"any JSON"`
	MaxBytes int             `json:"max_bytes,omitempty" doc:"maximum length; default: 1 MiB" unit:"B"`
	MaxDepth int             `json:"max_depth,omitempty" doc:"maximum depth of nested objects and lists; default: 64"`
	MaxText  int             `json:"max_text,omitempty" doc:"maximum length of each text, keys included; default: 64 KiB" unit:"B"`
}

// Check rejects limits that are negative, or above those of a request.
func (in ValidateInputRequest) Check() error {
	switch {
	case len(in.Value) == 0:
		return errors.New("field value is missing")
	case in.MaxBytes < 0 || in.MaxBytes > MaxRequest:
		return fmt.Errorf("field max_bytes is %d; expected 0 to %d", in.MaxBytes, MaxRequest)
	case in.MaxDepth < 0 || in.MaxDepth > MaxDepth:
		return fmt.Errorf("field max_depth is %d; expected 0 to %d", in.MaxDepth, MaxDepth)
	case in.MaxText < 0:
		return errors.New("field max_text is negative")
	}
	return nil
}

// InputResult is the output of [ValidateInput] for a valid input.
type InputResult struct {
	Bytes   int `json:"bytes" unit:"B"`
	Depth   int `json:"depth" doc:"depth of nested objects and lists"`
	Texts   int `json:"texts" doc:"number of texts, keys included"`
	Longest int `json:"longest" doc:"length of the longest of them" unit:"B"`
}

func validateInput(_ context.Context, in ValidateInputRequest) (InputResult, error) {
	orElse := func(n, byDefault int) int {
		if n == 0 {
			return byDefault
		}
		return n
	}
	f := InputResult{Bytes: len(in.Value), Depth: depth(in.Value)}
	most, deepest := orElse(in.MaxBytes, core.MaxInput), orElse(in.MaxDepth, MaxDepth)
	switch {
	case f.Bytes > most:
		return f, core.Errorf(core.Invalid, core.CauseInput, "field value is %d bytes long; at most %d are allowed", f.Bytes, most)
	case f.Depth > deepest:
		return f, core.Errorf(core.Invalid, core.CauseInput, "field value is %d levels deep; at most %d are allowed", f.Depth, deepest)
	case !utf8.Valid(in.Value):
		return f, core.Errorf(core.Invalid, core.CauseInput, "field value is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(in.Value))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return f, core.Errorf(core.Invalid, core.CauseInput, "field value is not JSON: %w", err)
	}
	err := f.texts("value", v, orElse(in.MaxText, 64<<10))
	return f, err
}

// texts checks every text in v, which is at a path.
func (f *InputResult) texts(path string, v any, longest int) error {
	switch v := v.(type) {
	case string:
		return f.text(path, v, longest)
	case []any:
		for i, item := range v {
			if err := f.texts(fmt.Sprintf("%s[%d]", path, i), item, longest); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := f.text("a key of "+path, key, longest); err != nil {
				return err
			}
			if err := f.texts(fmt.Sprintf("%s.%.60s", path, key), v[key], longest); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *InputResult) text(path, text string, longest int) error {
	f.Texts++
	f.Longest = max(f.Longest, len(text))
	if len(text) > longest {
		return core.Errorf(core.Invalid, core.CauseInput, "field %s is %d bytes long; at most %d are allowed", path, len(text), longest)
	}
	if i := strings.IndexFunc(text, isControl); i >= 0 {
		return core.Errorf(core.Invalid, core.CauseInput, "field %s has a control character at byte %d", path, i)
	}
	return nil
}

// isControl reports whether r is a control character other than tab and newline, or
// changes the direction of text.
func isControl(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return false
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
