package circuitbreaker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that a person runs by name.
var (
	GetBreaker = core.Define[BreakerInput, Status](core.CircuitBreaker, "breaker",
		"Return the state of a breaker, and make it if none has that name.")
	Create = core.Define[CreateInput, Status](core.CircuitBreaker, "create",
		"Make a breaker with a policy and return its state; a name that exists is an error.")
	Configure = core.Define[ConfigureInput, Status](core.CircuitBreaker, "configure",
		"Change the policy of a breaker, close it, and return its state; fields that are left out stay as they are.")
	Validate = core.Define[ValidateInput, Validation](core.CircuitBreaker, "validate",
		"Check a policy without using it: return its problems, its warnings, and the policy with its defaults.").Reading()
	GetStatus = core.Define[BreakerInput, Status](core.CircuitBreaker, "status",
		"Return the state of a breaker and its counts.").Reading()
	GetAll = core.Define[core.None, All](core.CircuitBreaker, "all",
		"Return the state of every breaker, by name.").Reading()
	GetMetrics = core.Define[MetricsInput, Metrics](core.CircuitBreaker, "metrics",
		"Return what breakers counted since they were made: calls, failures, rejections, and how often each opened.").Reading()
	Reset = core.Define[BreakerInput, Status](core.CircuitBreaker, "reset",
		"Close a breaker, reset its counts, and return its state.")
	ResetAll = core.Define[core.None, All](core.CircuitBreaker, "reset_all",
		"Close every breaker, reset their counts, and return their states.")
	Delete = core.Define[BreakerInput, Metrics](core.CircuitBreaker, "delete",
		"Delete a breaker and return what it counted; the next call with its name makes a new one.")
)

func (b *Breakers) bindOperator(d *core.Dispatcher) {
	core.Handle(d, GetBreaker, checked(b.breaker))
	core.Handle(d, Create, checked(b.create))
	core.Handle(d, Configure, checked(b.configure))
	core.Handle(d, Validate, b.validate)
	core.Handle(d, GetStatus, checked(b.status))
	core.Handle(d, GetAll, b.all)
	core.Handle(d, GetMetrics, b.metrics)
	core.Handle(d, Reset, checked(b.reset))
	core.Handle(d, ResetAll, b.resetAll)
	core.Handle(d, Delete, checked(b.delete))
}

// checked runs the input's Check before f: the matrix gives this gateway no service
// of the security gateway, which would do that.
func checked[In interface{ Check() error }, Out any](f func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		if err := in.Check(); err != nil {
			return out, &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
		}
		return f(ctx, in)
	}
}

// A BreakerInput names a breaker.
type BreakerInput struct {
	Breaker string `json:"breaker" required:"true" doc:"its name, such as home_assistant; at most 64 characters"`
}

// Check returns an error for a name that is missing or too long.
func (in BreakerInput) Check() error {
	const longest = 64
	if in.Breaker == "" {
		return errors.New("field breaker is missing")
	}
	if len(in.Breaker) > longest {
		return fmt.Errorf("field breaker is %d characters long: the maximum is %d", len(in.Breaker), longest)
	}
	return nil
}

func (b *Breakers) breaker(_ context.Context, in BreakerInput) (Status, error) {
	one, err := b.getOrMake(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

// A CreateInput is the input of [Create].
type CreateInput struct {
	BreakerInput
	Policy Policy `json:"policy,omitzero" doc:"fields that are left out have their defaults"`
}

// Check returns an error for a bad name or policy.
func (in CreateInput) Check() error { return errors.Join(in.BreakerInput.Check(), in.Policy.Check()) }

func (b *Breakers) create(_ context.Context, in CreateInput) (Status, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made[in.Breaker] != nil {
		return Status{}, core.Errorf(core.Invalid, core.CauseExists, "there is a breaker %.100q already: change it with circuit_breaker.configure", in.Breaker)
	}
	one, err := b.put(in.Breaker, in.Policy)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

// A ConfigureInput is the input of [Configure].
type ConfigureInput struct {
	BreakerInput
	Policy Policy `json:"policy" required:"true" doc:"fields that are left out stay as they are"`
}

// Check returns an error for a bad name or policy.
func (in ConfigureInput) Check() error {
	if in.Policy == (Policy{}) {
		return errors.Join(in.BreakerInput.Check(), errors.New("field policy is missing"))
	}
	return errors.Join(in.BreakerInput.Check(), in.Policy.Check())
}

func (b *Breakers) configure(_ context.Context, in ConfigureInput) (Status, error) {
	old, err := b.find(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return b.replace(old, in.Policy.or(old.policy))
}

func (b *Breakers) reset(_ context.Context, in BreakerInput) (Status, error) {
	old, err := b.find(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return b.replace(old, old.policy)
}

func (b *Breakers) resetAll(ctx context.Context, _ core.None) (All, error) {
	for _, old := range b.sorted() {
		if _, err := b.replace(old, old.policy); err != nil {
			return All{}, err
		}
	}
	return b.all(ctx, core.None{})
}

// replace puts a new breaker in the place of old: a gobreaker cannot be closed from
// outside, nor change its settings.
func (b *Breakers) replace(old *breaker, p Policy) (Status, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, err := b.put(old.name, p)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

func (b *Breakers) delete(_ context.Context, in BreakerInput) (Metrics, error) {
	old, err := b.find(in.Breaker)
	if err != nil {
		return Metrics{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.made, in.Breaker)
	return measured([]*breaker{old}), nil
}

// find returns the breaker of that name, or an error of kind NotFound.
func (b *Breakers) find(name string) (*breaker, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, ok := b.made[name]
	if !ok {
		return nil, core.Errorf(core.NotFound, core.CauseUnknownBreaker, "there is no breaker %.100q: its first call makes it, or circuit_breaker.create", name)
	}
	return one, nil
}

func (b *Breakers) status(_ context.Context, in BreakerInput) (Status, error) {
	one, err := b.find(in.Breaker)
	if err != nil {
		return Status{}, err
	}
	return one.status(), nil
}

// A ValidateInput is the input of [Validate].
type ValidateInput struct {
	Policy Policy `json:"policy" doc:"as create takes it"`
}

// A Validation is the result of [Validate].
type Validation struct {
	Valid    bool         `json:"valid" doc:"create would accept it"`
	Problems []string     `json:"problems,omitempty" doc:"a sentence for each value out of range"`
	Warnings []string     `json:"warnings,omitempty" doc:"a sentence for each value that is accepted but not recommended"`
	Policy   Policy       `json:"policy" doc:"with its defaults"`
	Recovery core.Seconds `json:"back_seconds" doc:"how long at most a dependency that has recovered waits for a call"`
}

func (b *Breakers) validate(_ context.Context, in ValidateInput) (Validation, error) {
	p := in.Policy.withDefaults()
	v := Validation{Problems: in.Policy.problems(), Policy: p, Recovery: p.Open + p.Grace}
	v.Valid = len(v.Problems) == 0
	warn := func(when bool, text string) {
		if when && v.Valid {
			v.Warnings = append(v.Warnings, text)
		}
	}
	warn(v.Recovery.Duration() > 5*time.Second, "a home that has recovered is not called for longer than 5 s")
	warn(p.Threshold == 1, "one failure opens the breaker: a single lost packet makes every device unresponsive for a while")
	warn(p.SlowCall > 0 && p.SlowCall < core.Seconds(time.Second), "calls of less than a second count as slow: a healthy home can take that long")
	warn(p.Rate > 0 && p.AtLeast < 5, "a rate over fewer than 5 calls says little")
	return v, nil
}
