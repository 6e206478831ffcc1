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

// maxPattern is how long a regular expression may be, in bytes. Go's run in time
// linear in the text, whatever they are.
const maxPattern = 1000

// A StringInput is the input of [ValidateString].
type StringInput struct {
	Value   string   `json:"value" doc:"the text to look at"`
	Min     int      `json:"min,omitempty" doc:"how long it must be at least" unit:"characters"`
	Max     int      `json:"max,omitempty" doc:"how long it may be; 0 for any length" unit:"characters"`
	Pattern string   `json:"pattern,omitempty" doc:"a regular expression (RE2) that the whole text must match"`
	OneOf   []string `json:"one_of,omitempty" doc:"the texts that are allowed"`
}

// Check refuses limits that contradict each other and a pattern that is none.
func (in StringInput) Check() error {
	switch {
	case in.Min < 0:
		return errors.New("field min is negative")
	case in.Max < 0:
		return errors.New("field max is negative")
	case in.Max > 0 && in.Max < in.Min:
		return fmt.Errorf("field max is %d, which is less than min, %d", in.Max, in.Min)
	case len(in.Pattern) > maxPattern:
		return fmt.Errorf("field pattern is %d bytes long; at most %d are taken", len(in.Pattern), maxPattern)
	}
	if _, err := regexp.Compile(in.Pattern); err != nil {
		return fmt.Errorf("field pattern is not a regular expression: %w", err)
	}
	return nil
}

// A Verdict says whether something is as it should be.
type Verdict struct {
	Valid    bool     `json:"valid"`
	Problems []string `json:"problems" doc:"one sentence for each thing that is not as it should be"`
}

// verdict returns what is said of something with problems, or without any.
func verdict(problems []string) Verdict {
	return Verdict{len(problems) == 0, append([]string{}, problems...)}
}

// StringFacts is what [ValidateString] found.
type StringFacts struct {
	Verdict
	Length int `json:"length" unit:"characters"`
	Bytes  int `json:"bytes" unit:"B"`
}

func validateString(_ context.Context, in StringInput) (StringFacts, error) {
	n := utf8.RuneCountInString(in.Value)
	var problems []string
	if n < in.Min {
		problems = append(problems, fmt.Sprintf("the text is %d characters long; at least %d are wanted", n, in.Min))
	}
	if in.Max > 0 && n > in.Max {
		problems = append(problems, fmt.Sprintf("the text is %d characters long; at most %d are wanted", n, in.Max))
	}
	if in.Pattern != "" {
		whole, err := regexp.Compile(`\A(?:` + in.Pattern + `)\z`)
		if err != nil {
			return StringFacts{}, err
		}
		if !whole.MatchString(in.Value) {
			problems = append(problems, fmt.Sprintf("the text does not match %s", in.Pattern))
		}
	}
	if len(in.OneOf) > 0 && !slices.Contains(in.OneOf, in.Value) {
		problems = append(problems, fmt.Sprintf("the text is none of %.200s", strings.Join(in.OneOf, ", ")))
	}
	return StringFacts{verdict(problems), n, len(in.Value)}, nil
}

// A NumberInput is the input of [ValidateNumber].
type NumberInput struct {
	Value json.RawMessage `json:"value" required:"true" doc:"a number, or a text that should be one"`
	Min   *float64        `json:"min,omitempty" doc:"the least that is allowed"`
	Max   *float64        `json:"max,omitempty" doc:"the most that is allowed"`
	Whole bool            `json:"whole,omitempty" doc:"whether it must be a whole number"`
}

// Check refuses limits that contradict each other.
func (in NumberInput) Check() error {
	switch {
	case len(in.Value) == 0:
		return errors.New("field value is missing")
	case in.Min != nil && in.Max != nil && *in.Max < *in.Min:
		return fmt.Errorf("field max is %v, which is less than min, %v", *in.Max, *in.Min)
	}
	return nil
}

// NumberFacts is what [ValidateNumber] found.
type NumberFacts struct {
	Verdict
	Number *float64 `json:"number" doc:"the number; null if there is none"`
	Whole  bool     `json:"whole" doc:"whether it is a whole number"`
}

func validateNumber(_ context.Context, in NumberInput) (NumberFacts, error) {
	text := string(in.Value)
	if json.Unmarshal(in.Value, &text) == nil {
		text = strings.TrimSpace(text)
	}
	var n json.Number
	if json.Unmarshal([]byte(text), &n) != nil || n == "" {
		return NumberFacts{Verdict: verdict([]string{"the value is not a number"})}, nil
	}
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		return NumberFacts{Verdict: verdict([]string{"the number is too large: at most 1.8e308 is wanted"})}, nil
	}
	facts := NumberFacts{Number: &f, Whole: isWhole(n.String(), f)}
	var problems []string
	if in.Whole && !facts.Whole {
		problems = append(problems, fmt.Sprintf("%v is not a whole number", f))
	}
	if in.Min != nil && f < *in.Min {
		problems = append(problems, fmt.Sprintf("%v is less than %v", f, *in.Min))
	}
	if in.Max != nil && f > *in.Max {
		problems = append(problems, fmt.Sprintf("%v is more than %v", f, *in.Max))
	}
	facts.Verdict = verdict(problems)
	return facts, nil
}

// isWhole reports whether text, which is about f, is a whole number: exactly, for
// a float64 has lost the fraction of 9007199254740993.5.
func isWhole(text string, f float64) bool {
	const long = 400 // digits, and exponents up to 308
	if len(text) > long || math.Trunc(f) != f {
		return false
	}
	r, ok := new(big.Rat).SetString(text)
	return ok && r.IsInt()
}
