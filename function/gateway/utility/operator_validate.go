package utility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxPattern is the maximum length of a regular expression in bytes. Go's matching
// takes time linear in the text for every expression.
const maxPattern = 1000

// A StringInput is the input of [ValidateString].
type StringInput struct {
	Value   string   `json:"value" doc:"the text"`
	Min     int      `json:"min,omitempty" doc:"minimum length" unit:"characters"`
	Max     int      `json:"max,omitempty" doc:"maximum length; 0 for any" unit:"characters"`
	Pattern string   `json:"pattern,omitempty" doc:"a regular expression (RE2) that the whole text must match"`
	OneOf   []string `json:"one_of,omitempty" doc:"the allowed texts"`
}

// Check rejects contradictory limits and an invalid pattern.
func (in StringInput) Check() error {
	switch {
	case in.Min < 0:
		return errors.New("field min is negative")
	case in.Max < 0:
		return errors.New("field max is negative")
	case in.Max > 0 && in.Max < in.Min:
		return fmt.Errorf("field max is %d, less than min, %d", in.Max, in.Min)
	case len(in.Pattern) > maxPattern:
		return fmt.Errorf("field pattern is %d bytes long; the maximum is %d", len(in.Pattern), maxPattern)
	}
	if _, err := regexp.Compile(in.Pattern); err != nil {
		return fmt.Errorf("field pattern is not a regular expression: %w", err)
	}
	return nil
}

// A Verdict is the common part of every validation.
type Verdict struct {
	Valid    bool     `json:"valid"`
	Problems []string `json:"problems" doc:"one sentence for each violation"`
}

// verdict returns a Verdict whose problems are never nil, so that JSON has a list.
func verdict(problems []string) Verdict {
	return Verdict{len(problems) == 0, append([]string{}, problems...)}
}

// A StringResult is the output of [ValidateString].
type StringResult struct {
	Verdict
	Length int `json:"length" unit:"characters"`
	Bytes  int `json:"bytes" unit:"B"`
}

func validateString(_ context.Context, in StringInput) (StringResult, error) {
	n := utf8.RuneCountInString(in.Value)
	var problems []string
	if n < in.Min {
		problems = append(problems, fmt.Sprintf("the text is %d characters long; the minimum is %d", n, in.Min))
	}
	if in.Max > 0 && n > in.Max {
		problems = append(problems, fmt.Sprintf("the text is %d characters long; the maximum is %d", n, in.Max))
	}
	if in.Pattern != "" {
		whole, err := regexp.Compile(`\A(?:` + in.Pattern + `)\z`)
		if err != nil {
			return StringResult{}, err
		}
		if !whole.MatchString(in.Value) {
			problems = append(problems, fmt.Sprintf("the text does not match %s", in.Pattern))
		}
	}
	if len(in.OneOf) > 0 && !slices.Contains(in.OneOf, in.Value) {
		problems = append(problems, fmt.Sprintf("the text is not one of %.200s", strings.Join(in.OneOf, ", ")))
	}
	return StringResult{verdict(problems), n, len(in.Value)}, nil
}

// A NumberInput is the input of [ValidateNumber].
type NumberInput struct {
	Value json.RawMessage `json:"value" required:"true" doc:"a number, or a text that holds one"`
	Min   *float64        `json:"min,omitempty" doc:"minimum"`
	Max   *float64        `json:"max,omitempty" doc:"maximum"`
	Whole bool            `json:"whole,omitempty" doc:"whether it must be an integer"`
}

// Check rejects contradictory limits.
func (in NumberInput) Check() error {
	switch {
	case len(in.Value) == 0:
		return errors.New("field value is missing")
	case in.Min != nil && in.Max != nil && *in.Max < *in.Min:
		return fmt.Errorf("field max is %v, less than min, %v", *in.Max, *in.Min)
	}
	return nil
}

// A NumberResult is the output of [ValidateNumber].
type NumberResult struct {
	Verdict
	Number *float64 `json:"number" doc:"the number; null if the value is not a number"`
	Whole  bool     `json:"whole" doc:"whether it is an integer"`
}

func validateNumber(_ context.Context, in NumberInput) (NumberResult, error) {
	text := string(in.Value)
	if json.Unmarshal(in.Value, &text) == nil {
		text = strings.TrimSpace(text)
	}
	var n json.Number
	if json.Unmarshal([]byte(text), &n) != nil || n == "" {
		return NumberResult{Verdict: verdict([]string{"the value is not a number"})}, nil
	}
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		return NumberResult{Verdict: verdict([]string{"the number is too large: the maximum is 1.8e308"})}, nil
	}
	result := NumberResult{Number: &f, Whole: isWhole(n.String(), f)}
	var problems []string
	if in.Whole && !result.Whole {
		problems = append(problems, fmt.Sprintf("%v is not a whole number", f))
	}
	if in.Min != nil && f < *in.Min {
		problems = append(problems, fmt.Sprintf("%v is less than %v", f, *in.Min))
	}
	if in.Max != nil && f > *in.Max {
		problems = append(problems, fmt.Sprintf("%v is more than %v", f, *in.Max))
	}
	result.Verdict = verdict(problems)
	return result, nil
}

// isWhole reports whether text, whose approximate value is f, is an integer. It is
// exact: a float64 does not hold the fraction of 9007199254740993.5.
func isWhole(text string, f float64) bool {
	const maxDigits = 400 // more than the exponent of a float64, 308
	if len(text) > maxDigits || math.Trunc(f) != f {
		return false
	}
	r, ok := new(big.Rat).SetString(text)
	return ok && r.IsInt()
}
