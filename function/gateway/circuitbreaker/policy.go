package circuitbreaker

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/hearthgate/hearthgate/function/core"
)

// A Policy says when a breaker opens and when it tries again. The zero value stands
// for the defaults.
type Policy struct {
	Threshold uint32       `json:"threshold,omitempty" doc:"consecutive failures that open it; default: 5"`
	Rate      float64      `json:"rate,omitempty" doc:"share of failed calls in the window that opens it, above 0 and at most 1; default: the share is ignored"`
	AtLeast   uint32       `json:"at_least,omitempty" doc:"calls in the window before the rate counts; default: 10"`
	Window    core.Seconds `json:"window_seconds,omitempty" doc:"after which a closed breaker resets its counts; default: 60"`
	Open      core.Seconds `json:"open_seconds,omitempty" doc:"how long it rejects every call before it is half-open and lets an idempotent one through; default: 3"`
	Grace     core.Seconds `json:"grace_seconds,omitempty" doc:"how much longer a call that is not idempotent waits for an idempotent one to succeed first; default: 1"`
	Probes    uint32       `json:"probes,omitempty" doc:"calls that must succeed before it closes, and calls let through at once while it is half-open; default: 1"`
	SlowCall  core.Seconds `json:"slow_call_seconds,omitempty" doc:"a call that takes this long or longer counts as a failure even if it succeeds; default: duration is ignored"`
}

// Check returns an error that names every value out of range.
func (p Policy) Check() error {
	if problems := p.problems(); len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}

func (p Policy) problems() (problems []string) {
	const (
		maxCount  = 1000
		maxProbes = 20
		maxTime   = time.Hour
	)
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if p.Threshold > maxCount {
		add("field threshold is %d: the maximum is %d", p.Threshold, maxCount)
	}
	if !(p.Rate >= 0 && p.Rate <= 1) {
		add("field rate is %v: expected a share above 0 and at most 1", p.Rate)
	}
	if p.AtLeast > maxCount {
		add("field at_least is %d: the maximum is %d", p.AtLeast, maxCount)
	}
	if p.Probes > maxProbes {
		add("field probes is %d: the maximum is %d", p.Probes, maxProbes)
	}
	for _, f := range []struct {
		name string
		time core.Seconds
	}{{"window", p.Window}, {"open", p.Open}, {"grace", p.Grace}, {"slow_call", p.SlowCall}} {
		if f.time < 0 || f.time.Duration() > maxTime {
			add("field %s_seconds is %v: expected 0 to %v", f.name, f.time.Duration().Seconds(), maxTime.Seconds())
		}
	}
	return problems
}

// withDefaults returns p with the default for each zero value.
func (p Policy) withDefaults() Policy {
	return p.or(Policy{
		Threshold: 5, AtLeast: 10, Probes: 1,
		Window: core.Seconds(time.Minute), Open: core.Seconds(3 * time.Second), Grace: core.Seconds(time.Second),
	})
}

// or returns p with the value of other for each zero value.
func (p Policy) or(other Policy) Policy {
	return Policy{
		Threshold: cmp.Or(p.Threshold, other.Threshold),
		Rate:      cmp.Or(p.Rate, other.Rate),
		AtLeast:   cmp.Or(p.AtLeast, other.AtLeast),
		Window:    cmp.Or(p.Window, other.Window),
		Open:      cmp.Or(p.Open, other.Open),
		Grace:     cmp.Or(p.Grace, other.Grace),
		Probes:    cmp.Or(p.Probes, other.Probes),
		SlowCall:  cmp.Or(p.SlowCall, other.SlowCall),
	}
}

// trips reports whether a closed breaker with these counts opens.
func (p Policy) trips(c gobreaker.Counts) bool {
	return c.ConsecutiveFailures >= p.Threshold ||
		p.Rate > 0 && c.Requests >= p.AtLeast && float64(c.TotalFailures) >= p.Rate*float64(c.Requests)
}
