package circuitbreaker

import (
	"errors"
	"fmt"
)

// A BreakerInput names a breaker.
type BreakerInput struct {
	Breaker string `json:"breaker" required:"true" doc:"its name, such as home_assistant; at most 64 characters"`
}

// Check refuses an input without a name, or with too long a one.
func (in BreakerInput) Check() error {
	const longest = 64
	if in.Breaker == "" {
		return errors.New("field breaker is missing")
	}
	if len(in.Breaker) > longest {
		return fmt.Errorf("field breaker is %d characters long: at most %d are taken", len(in.Breaker), longest)
	}
	return nil
}

// A StatusInput is the input of [GetStatus].
type StatusInput = BreakerInput

// A ResetInput is the input of [Reset].
type ResetInput = BreakerInput

// A DeleteInput is the input of [Delete].
type DeleteInput = BreakerInput

// A CreateInput is the input of [Create].
type CreateInput struct {
	BreakerInput
	Policy Policy `json:"policy,omitzero" doc:"what it leaves out is as by default"`
}

// Check refuses a bad name and a bad policy.
func (in CreateInput) Check() error { return errors.Join(in.BreakerInput.Check(), in.Policy.Check()) }

// A ConfigureInput is the input of [Configure].
type ConfigureInput struct {
	BreakerInput
	Policy Policy `json:"policy" required:"true" doc:"what it leaves out stays as it is"`
}

// Check refuses a bad name and a bad policy.
func (in ConfigureInput) Check() error {
	if in.Policy == (Policy{}) {
		return errors.Join(in.BreakerInput.Check(), errors.New("field policy is missing"))
	}
	return errors.Join(in.BreakerInput.Check(), in.Policy.Check())
}

// A MetricsInput is the input of [GetMetrics].
type MetricsInput struct {
	Breaker string `json:"breaker,omitempty" doc:"its name; default: all of them"`
}
