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

// An ValidateInputRequest is the input of [ValidateInput].
type ValidateInputRequest struct {
	Value    json.RawMessage `json:"value" required:"true" doc:"any JSON"`
	MaxBytes int             `json:"max_bytes,omitempty" doc:"how long it may be; default: 1 MiB" unit:"B"`
	MaxDepth int             `json:"max_depth,omitempty" doc:"how deep objects and lists may sit inside one another; default: 64"`
	MaxText  int             `json:"max_text,omitempty" doc:"how long each text in it may be, keys among them; default: 64 KiB" unit:"B"`
}

// Check refuses limits that are negative, or higher than any input may be.
func (in ValidateInputRequest) Check() error {
	switch {
	case len(in.Value) == 0:
		return errors.New("field value is missing")
	case in.MaxBytes < 0 || in.MaxBytes > MaxRequest:
		return fmt.Errorf("field max_bytes is %d; 0 to %d is wanted", in.MaxBytes, MaxRequest)
	case in.MaxDepth < 0 || in.MaxDepth > MaxDepth:
		return fmt.Errorf("field max_depth is %d; 0 to %d is wanted", in.MaxDepth, MaxDepth)
	case in.MaxText < 0:
		return errors.New("field max_text is negative")
	}
	return nil
}

// InputResult is what [ValidateInput] found of an input that it lets pass.
type InputResult struct {
	Bytes   int `json:"bytes" unit:"B"`
	Depth   int `json:"depth" doc:"how deep objects and lists sit inside one another"`
	Texts   int `json:"texts" doc:"how many texts there are, keys among them"`
	Longest int `json:"longest" doc:"how long the longest of them is" unit:"B"`
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
		return f, core.Errorf(core.Invalid, core.CauseInput, "field value is %d bytes long; at most %d are taken", f.Bytes, most)
	case f.Depth > deepest:
		return f, core.Errorf(core.Invalid, core.CauseInput, "field value is %d levels deep; at most %d are taken", f.Depth, deepest)
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

// texts looks at every text in v, which is at a path.
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
		return core.Errorf(core.Invalid, core.CauseInput, "field %s is %d bytes long; at most %d are taken", path, len(text), longest)
	}
	if i := strings.IndexFunc(text, isControl); i >= 0 {
		return core.Errorf(core.Invalid, core.CauseInput, "field %s has a control character in it, at byte %d", path, i)
	}
	return nil
}

// isControl reports whether r is a control character other than a tab or the end of
// a line, or one that turns the direction of what is read.
func isControl(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return false
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
