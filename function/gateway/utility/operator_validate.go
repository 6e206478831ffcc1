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

var valid = Verdict{Valid: true, Problems: []string{}}

// require adds a problem unless ok.
func (v *Verdict) require(ok bool, format string, args ...any) {
	if !ok {
		v.Valid, v.Problems = false, append(v.Problems, fmt.Sprintf(format, args...))
	}
}

// A StringResult is the output of [ValidateString].
type StringResult struct {
	Verdict
	Length int `json:"length" unit:"characters"`
	Bytes  int `json:"bytes" unit:"B"`
}

func validateString(_ context.Context, in StringInput) (StringResult, error) {
	whole, err := regexp.Compile(`\A(?:` + in.Pattern + `)\z`)
	if err != nil {
		return StringResult{}, err
	}
	n := utf8.RuneCountInString(in.Value)
	r := StringResult{valid, n, len(in.Value)}
	r.require(n >= in.Min, "the text is %d characters long; the minimum is %d", n, in.Min)
	r.require(n <= in.Max || in.Max == 0, "the text is %d characters long; the maximum is %d", n, in.Max)
	r.require(in.Pattern == "" || whole.MatchString(in.Value), "the text does not match %s", in.Pattern)
	r.require(len(in.OneOf) == 0 || slices.Contains(in.OneOf, in.Value), "the text is not one of %.200s", strings.Join(in.OneOf, ", "))
	return r, nil
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
	r := NumberResult{Verdict: valid}
	var n json.Number
	if json.Unmarshal([]byte(text), &n) != nil || n == "" {
		r.require(false, "the value is not a number")
		return r, nil
	}
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		r.require(false, "the number is too large: the maximum is 1.8e308")
		return r, nil
	}
	r.Number, r.Whole = &f, isWhole(n.String(), f)
	r.require(r.Whole || !in.Whole, "%v is not a whole number", f)
	if in.Min != nil {
		r.require(f >= *in.Min, "%v is less than %v", f, *in.Min)
	}
	if in.Max != nil {
		r.require(f <= *in.Max, "%v is more than %v", f, *in.Max)
	}
	return r, nil
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
