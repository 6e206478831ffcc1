package circuitbreaker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Policy says when a breaker opens, and when it tries again. The zero value has
// the defaults.
type Policy struct {
	Threshold uint32       `json:"threshold,omitempty" doc:"failures in a row that open it; default: 5"`
	Rate      float64      `json:"rate,omitempty" doc:"share of failures in the window that opens it, above 0 and at most 1; default: none does"`
	AtLeast   uint32       `json:"at_least,omitempty" doc:"calls in the window before its rate says something; default: 10"`
	Window    core.Seconds `json:"window_seconds,omitempty" doc:"after which a closed breaker counts anew; default: 60"`
	Open      core.Seconds `json:"open_seconds,omitempty" doc:"how long it refuses everything before it lets a question through; default: 3"`
	Grace     core.Seconds `json:"grace_seconds,omitempty" doc:"how much longer a command waits for a question to go first; default: 1"`
	Probes    uint32       `json:"probes,omitempty" doc:"calls that must succeed before it closes, and that are let through at once; default: 1"`
	SlowCall  core.Seconds `json:"slow_call_seconds,omitempty" doc:"a call that takes as long or longer counts as a failure, though it succeeds; default: none does"`
}

// Limits of a policy.
const (
	maxThreshold = 1000
	maxProbes    = 20
	maxTime      = core.Seconds(time.Hour)
)

// Check refuses a policy that is out of bounds.
func (p Policy) Check() error {
	if wrong := p.problems(); len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

func (p Policy) problems() (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if p.Threshold > maxThreshold {
		say("field threshold is %d: at most %d is possible", p.Threshold, maxThreshold)
	}
	if !(p.Rate >= 0 && p.Rate <= 1) {
		say("field rate is %v: a share above 0 and at most 1 is wanted", p.Rate)
	}
	if p.AtLeast > maxThreshold {
		say("field at_least is %d: at most %d is possible", p.AtLeast, maxThreshold)
	}
	if p.Probes > maxProbes {
		say("field probes is %d: at most %d is possible", p.Probes, maxProbes)
	}
	for _, f := range []struct {
		name string
		time core.Seconds
	}{{"window", p.Window}, {"open", p.Open}, {"grace", p.Grace}, {"slow_call", p.SlowCall}} {
		if f.time < 0 || f.time > maxTime {
			say("field %s_seconds is %v: 0 to %v is possible", f.name, f.time.Duration().Seconds(), maxTime.Duration().Seconds())
		}
	}
	return wrong
}

// whole returns p with the defaults in place of what it leaves out.
func (p Policy) whole() Policy {
	p.Threshold = cmp.Or(p.Threshold, 5)
	p.AtLeast = cmp.Or(p.AtLeast, 10)
	p.Window = cmp.Or(p.Window, core.Seconds(time.Minute))
	p.Open = cmp.Or(p.Open, core.Seconds(3*time.Second))
	p.Grace = cmp.Or(p.Grace, core.Seconds(time.Second))
	p.Probes = cmp.Or(p.Probes, 1)
	return p
}

// over returns p with what change says instead.
func (p Policy) over(change Policy) Policy {
	return Policy{
		Threshold: cmp.Or(change.Threshold, p.Threshold),
		Rate:      cmp.Or(change.Rate, p.Rate),
		AtLeast:   cmp.Or(change.AtLeast, p.AtLeast),
		Window:    cmp.Or(change.Window, p.Window),
		Open:      cmp.Or(change.Open, p.Open),
		Grace:     cmp.Or(change.Grace, p.Grace),
		Probes:    cmp.Or(change.Probes, p.Probes),
		SlowCall:  cmp.Or(change.SlowCall, p.SlowCall),
	}
}

// A ValidateInput is the input of [Validate]. It is not refused for what is wrong
// with its policy, for that is the question.
type ValidateInput struct {
	Policy Policy `json:"policy" doc:"as create takes it"`
}

// A Validation is what is to be said of a policy.
type Validation struct {
	Valid    bool         `json:"valid" doc:"it would be taken"`
	Problems []string     `json:"problems,omitempty" doc:"a sentence for each thing that is wrong"`
	Warnings []string     `json:"warnings,omitempty" doc:"a sentence for each thing that works and should not stay so"`
	Policy   Policy       `json:"policy" doc:"with the defaults in place of what was left out"`
	Back     core.Seconds `json:"back_seconds" doc:"how long at most a far side that is back waits for a call"`
}

func (b *Breakers) validate(_ context.Context, in ValidateInput) (Validation, error) {
	p, w := in.Policy, in.Policy.whole()
	v := Validation{Problems: p.problems(), Policy: w, Back: w.Open + w.Grace}
	v.Valid = len(v.Problems) == 0
	warn := func(when bool, text string) {
		if when && v.Valid {
			v.Warnings = append(v.Warnings, text)
		}
	}
	warn(v.Back.Duration() > 5*time.Second, "a home that is back is left alone for longer than 5 s")
	warn(w.Threshold == 1, "one failure opens it: a single lost packet makes every device unresponsive for a while")
	warn(w.SlowCall > 0 && w.SlowCall < core.Seconds(time.Second), "calls of less than a second count as slow: a home that is well can take as long")
	warn(w.Rate > 0 && w.AtLeast < 5, "a rate of less than 5 calls says little")
	return v, nil
}
