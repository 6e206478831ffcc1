package security

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A DirectiveInput is the input of [AuthorizeDirective].
type DirectiveInput struct {
	Namespace string          `json:"namespace" required:"true" doc:"of the directive, such as Alexa.LockController"`
	Name      string          `json:"name" required:"true" doc:"of the directive, such as Unlock"`
	Endpoint  string          `json:"endpoint,omitempty" doc:"id of its endpoint, such as lock#front"`
	At        *time.Time      `json:"at,omitempty" doc:"time of the directive, such as 2026-01-31T23:00:00+01:00; default: now"`
	Policy    json.RawMessage `json:"policy,omitempty" doc:"list of rules to try; default: the policy in effect"`
}

// Check rejects a directive without a name, and invalid rules.
func (in DirectiveInput) Check() error {
	switch {
	case in.Namespace == "":
		return errors.New("field namespace is missing")
	case in.Name == "":
		return errors.New("field name is missing")
	}
	if _, err := parsePolicy(string(in.Policy)); err != nil {
		return fmt.Errorf("field policy %w", err)
	}
	return nil
}

// A Decision is the output of [AuthorizeDirective] for a directive that is allowed.
type Decision struct {
	Allowed bool   `json:"allowed"`
	Rule    int    `json:"rule" doc:"number of the rule that allows it, counted from 1; 0 if no rule matches, which allows it too"`
	Reason  string `json:"reason,omitempty" doc:"of the rule"`
	Rules   int    `json:"rules" doc:"number of rules in the policy"`
}

func (a *Authorizer) authorizeDirective(_ context.Context, in DirectiveInput) (Decision, error) {
	p := a.policy.Load()
	if len(in.Policy) > 0 {
		var err error
		if p, err = parsePolicy(string(in.Policy)); err != nil {
			return Decision{}, core.Errorf(core.Invalid, core.CauseInput, "field policy %w", err)
		}
	}
	at := time.Now()
	if in.At != nil {
		at = *in.At
	}
	d := Decision{Allowed: true}
	if p != nil {
		d.Rules = len(p.rules)
	}
	s := subject{in.Namespace, in.Name, in.Endpoint}
	if r := p.match(s, at); r != nil {
		if r.Effect == "deny" {
			if in.At == nil && len(in.Policy) == 0 { // otherwise it is only a question
				r.denied.Add(1)
			}
			return Decision{}, r.refusal(s)
		}
		d.Rule, d.Reason = r.number, r.Reason
	}
	return d, nil
}
