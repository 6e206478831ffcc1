// Package doctor diagnoses a deployed stage: the AWS account, and the route from the
// function to the home.
package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

// A Class is where a problem is. It is the exit code of the command.
type Class int

// The classes.
const (
	Well    Class = 0
	Account Class = 2 // credentials, region, bootstrap, or nothing is deployed
	Setup   Class = 3 // what is deployed is wrong
	Config  Class = 4 // the function's settings
	Network Class = 5 // the route to the home: name, connection or certificate
	Token   Class = 6 // the home rejects the token
	Home    Class = 7 // Home Assistant itself
)

// The places from which a step checks.
const (
	AWS    = "aws"    // this machine asks AWS
	Inside = "inside" // the deployed function checks its route
	Here   = "here"   // a function on this machine checks its route
)

// A Step is one check: of the function's own diagnosis, or one that the command made.
type Step struct {
	Where string `json:"where"`          // AWS, Inside or Here
	Home  string `json:"home,omitempty"` // which of several the step is about; "" for all of them
	wire.DiagnosisStep
	Unsure bool  `json:"unsure,omitempty"` // it could not be checked; the advice says why
	Class  Class `json:"class"`            // Well if OK
}

// check returns a step that asks AWS.
func check(name, tried string) Step {
	return Step{Where: AWS, DiagnosisStep: wire.DiagnosisStep{Name: name, Tried: tried}}
}

// failed returns the step as one that failed.
func (s Step) failed(class Class, cause, problem, fix string) Step {
	s.OK, s.Class, s.Cause, s.Problem, s.Fix = false, class, cause, problem, fix
	return s
}

// refused returns the step as one that AWS did not answer or did not allow.
func (s Step) refused(err error) Step {
	const nothing = "this says nothing about the function or your home"
	switch awsaccount.CodeOf(err) {
	case awsaccount.Throttled, awsaccount.Unavailable:
		return s.failed(Account, "aws_busy", err.Error(), nothing)
	}
	if noAnswer(err) {
		return s.failed(Account, "aws_unreachable", err.Error(), "run it again when this machine can reach AWS: "+nothing)
	}
	return s.failed(Account, "denied", err.Error(), "use credentials that may read it")
}

// noAnswer reports whether AWS has said nothing: it was not asked, or not reached, or
// something else answered.
func noAnswer(err error) bool {
	switch awsaccount.CodeOf(err) {
	case awsaccount.Unreachable, awsaccount.Unreadable, awsaccount.Unsent:
		return true
	}
	return false
}

// Of returns steps as those about the home that at has in the first place, of a stage with
// several.
func Of(s, at config.Stage, steps []Step) []Step {
	if len(s.Homes) > 0 {
		for i := range steps {
			steps[i].Home = cmp.Or(at.HomeName(), config.FirstHome)
		}
	}
	return steps
}

// good returns the step as one that succeeded.
func (s Step) good(found string, advice ...string) Step {
	s.OK, s.Found, s.Advice = true, found, advice
	return s
}

// unsure returns the step as one that could not be checked, and why.
func (s Step) unsure(why string) Step {
	s.OK, s.Unsure, s.Found, s.Advice = true, true, "not known", []string{why}
	return s
}

// warns reports whether the step succeeded and still found what should be changed.
func (s Step) warns() bool { return s.OK && !s.Unsure && len(s.Advice) > 0 }

// A Diagnosis is all steps of a run of the doctor.
type Diagnosis []Step

// Class returns the class of the first failure.
func (d Diagnosis) Class() Class {
	for _, s := range d {
		if !s.OK {
			return s.Class
		}
	}
	return Well
}

// classes are those of the function's own steps.
var classes = map[string]Class{
	"settings": Config, "dns": Network, "tcp": Network, "tls": Network, "pinned_keys": Network, "client_certificate": Config, "second_address": Network, "token": Token, "endpoint": Home, "discover": Home,
	"connect": Setup, "presence": Home, "integration": Home, "round_trip": Home,
}

// CheckRoute has a function check the route to the home that at has in the first place, and
// returns its steps. The place is [Inside] or [Here].
func CheckRoute(ctx context.Context, t *invoke.Target, place string, at config.Stage) Diagnosis {
	ask := check("function", "asking the function on "+t.Where)
	if ask.Where = place; place == Inside {
		ask.Tried = "asking " + t.Where
	}
	failed := func(cause, problem, fix string) Diagnosis {
		return []Step{ask.failed(Setup, cause, problem, advise(at, fix))}
	}
	diagnosis, r, err := t.Diagnose(ctx, at.HomeName())
	switch {
	case err != nil && r.Success:
		return failed("old_version", "the deployed function answers in the format of another version", "run `hearthgate deploy`")
	case err != nil:
		return failed("no_answer", err.Error(), "run `hearthgate logs`, or deploy it again")
	case !r.Success && r.Error != nil && r.Error.Type == "unknown_operation":
		return failed("old_version", "the deployed function is older than this command", "run `hearthgate deploy`")
	case !r.Success:
		return failed("no_diagnosis", invoke.Sentence(r.Message), "run `hearthgate logs`")
	}
	steps := []Step{ask.good(fmt.Sprintf("it answers in %.0f ms", r.Duration))}
	for _, found := range diagnosis.Steps {
		found.Problem, found.Fix = advise(at, invoke.Sentence(found.Problem)), advise(at, found.Fix)
		for i, a := range found.Advice {
			found.Advice[i] = advise(at, a)
		}
		step := Step{Where: place, DiagnosisStep: found}
		if !step.OK {
			step.Class = classOf(step)
		}
		steps = append(steps, step)
	}
	return steps
}

// classOf returns the class of a failed step of the function: GET /api/, the step
// token, may be rejected by the home or by something on the route to it.
func classOf(s Step) Class {
	route := []string{"bad_gateway", "shutting_down", "not_home_assistant", "redirect", "timeout", "refused", "tls", "reset"}
	if s.Name == "token" && slices.Contains(route, s.Cause) {
		return Network
	}
	return classes[s.Name]
}
