// Package doctor says what is wrong with a deployed stage: in the AWS account, and
// between the function and the home.
package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

// A Class is what kind of thing is wrong; the command ends with it.
type Class int

// The classes.
const (
	Well    Class = 0
	Account Class = 2 // credentials, region, bootstrap, or nothing is deployed
	Setup   Class = 3 // what is deployed is not as it should be
	Config  Class = 4 // the function's settings
	Network Class = 5 // the name, the way or the certificate
	Token   Class = 6 // the home refuses
	Home    Class = 7 // Home Assistant does not offer what it should
)

// A Step is one thing that was looked at.
type Step struct {
	Where   string   `json:"where"` // aws, inside or here
	Name    string   `json:"name"`
	Tried   string   `json:"tried"`
	Found   string   `json:"found,omitempty"`
	OK      bool     `json:"ok"`
	Unsure  bool     `json:"unsure,omitempty"`  // it could not be looked at; the advice says why
	Cause   string   `json:"cause,omitempty"`   // in one word
	Problem string   `json:"problem,omitempty"` // in a sentence
	Mend    string   `json:"mend,omitempty"`    // what to do
	Advice  []string `json:"advice,omitempty"`  // what works and should not stay so
	Took    float64  `json:"took_ms,omitempty"`
	Class   Class    `json:"class"` // Well if OK
}

// failed returns the step as one that failed.
func (s Step) failed(class Class, cause, problem, mend string) Step {
	s.OK, s.Class, s.Cause, s.Problem, s.Mend = false, class, cause, problem, mend
	return s
}

// refused returns the step as one that AWS did not answer, or not to these credentials.
func (s Step) refused(err error) Step {
	if awsaccount.CodeOf(err) == awsaccount.Unreachable {
		return s.failed(Account, "aws_unreachable", err.Error(), "ask again when this machine has a way to AWS: this says nothing of the function or of your home")
	}
	return s.failed(Account, "denied", err.Error(), "use credentials that may look at it")
}

// good returns the step as one that succeeded.
func (s Step) good(found string, advice ...string) Step {
	s.OK, s.Found, s.Advice = true, found, advice
	return s
}

// unsure returns the step as one that says nothing, and why.
func (s Step) unsure(why string) Step {
	s.OK, s.Unsure, s.Found, s.Advice = true, true, "not known", []string{why}
	return s
}

// Verdict returns the class of the first failure.
func Verdict(steps []Step) Class {
	for _, s := range steps {
		if !s.OK {
			return s.Class
		}
	}
	return Well
}

// classes are those of the function's own steps.
var classes = map[string]Class{
	"settings": Config, "dns": Network, "tcp": Network, "tls": Network, "token": Token, "endpoint": Home, "discover": Home,
}

// Way has a function go the way to the home, and returns what came of each step.
func Way(ctx context.Context, t *invoke.Target, where string) []Step {
	ask := Step{Where: where, Name: "function", Tried: "asking the function on " + t.Where}
	if where == "inside" {
		ask.Tried = "asking " + t.Where
	}
	r, err := t.Operate(ctx, "lambda.diagnose", nil)
	switch {
	case err != nil:
		return []Step{ask.failed(Setup, "no_answer", err.Error(), "look at `hearthgate logs`, or deploy it again")}
	case !r.Success && r.Error != nil && r.Error.Type == "unknown_operation":
		return []Step{ask.failed(Setup, "old_version", "the deployed function is older than this command", "run `hearthgate deploy`")}
	case !r.Success:
		return []Step{ask.failed(Setup, "no_diagnosis", r.Message, "look at `hearthgate logs`")}
	}
	var diagnosis struct {
		Steps []struct {
			Step
			Took float64 `json:"took"`
		} `json:"steps"`
	}
	if err := json.Unmarshal(r.Data, &diagnosis); err != nil {
		return []Step{ask.failed(Setup, "old_version", "the deployed function answers in words of another version", "run `hearthgate deploy`")}
	}
	steps := []Step{ask.good(fmt.Sprintf("it answers in %.0f ms", r.Duration))}
	for _, s := range diagnosis.Steps {
		s.Where, s.Step.Took = where, s.Took
		if !s.OK {
			s.Class = classOf(s.Step)
		}
		steps = append(steps, s.Step)
	}
	return steps
}

// classOf returns the class of a failed step of the function: what answers at GET
// /api/ may be the home that refuses, or the way to it.
func classOf(s Step) Class {
	way := []string{"bad_gateway", "shutting_down", "not_home_assistant", "redirect", "timeout", "refused", "tls", "reset"}
	if s.Name == "token" && slices.Contains(way, s.Cause) {
		return Network
	}
	return classes[s.Name]
}
