package security

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/function/core"
)

// A DirectiveInput is the input of [AuthorizeDirective].
type DirectiveInput struct {
	Home      string          `json:"home,omitempty" doc:"name of the further home whose policy is meant; default: the first home"`
	Skill     string          `json:"skill,omitempty" doc:"custom for what is said to the custom skill; default: smart_home, a directive"`
	Namespace string          `json:"namespace,omitempty" doc:"of the directive, such as Alexa.LockController"`
	Name      string          `json:"name,omitempty" doc:"of the directive, such as Unlock"`
	Endpoint  string          `json:"endpoint,omitempty" doc:"id of its endpoint, such as lock#front"`
	At        *time.Time      `json:"at,omitempty" doc:"time of the directive, such as 2026-01-31T23:00:00+01:00; default: now"`
	Policy    json.RawMessage `json:"policy,omitempty" doc:"list of rules to try; default: the policy in effect"`
}

// Check rejects a directive without a name, a sentence with one, and invalid rules.
func (in DirectiveInput) Check() error {
	switch custom := in.Skill == policy.Custom; {
	case in.Skill != "" && in.Skill != policy.SmartHome && !custom:
		return fmt.Errorf("field skill is %.40q; expected %s or %s", in.Skill, policy.Custom, policy.SmartHome)
	case custom && in.Home != "":
		return errors.New("field home is there, and what is said to the custom skill goes to the first home: leave it out")
	case custom && (in.Namespace != "" || in.Name != "" || in.Endpoint != ""):
		return errors.New("field skill is custom, and a sentence has no namespace, name or endpoint: leave them out")
	case !custom && in.Namespace == "":
		return errors.New("field namespace is missing")
	case !custom && in.Name == "":
		return errors.New("field name is missing")
	}
	if _, err := policy.Parse(string(in.Policy)); err != nil {
		return fmt.Errorf("field policy %w", err)
	}
	return nil
}

// A Decision is the output of [AuthorizeDirective] for what is allowed.
type Decision struct {
	Allowed bool   `json:"allowed"`
	Rule    int    `json:"rule" doc:"number of the rule that allows it, counted from 1; 0 if no rule matches, which allows it too"`
	Reason  string `json:"reason,omitempty" doc:"of the rule"`
	Rules   int    `json:"rules" doc:"number of rules in the policy"`
}

func (a *Authorizer) authorizeDirective(_ context.Context, in DirectiveInput) (Decision, error) {
	p := a.rulesOf(in.Home)
	if len(in.Policy) > 0 {
		var err error
		if p, err = newRules(string(in.Policy), ""); err != nil {
			return Decision{}, core.Errorf(core.Invalid, core.CauseInput, "field policy %w", err)
		}
	}
	at := time.Now()
	if in.At != nil {
		at = *in.At
	}
	d := p.decide(in, at)
	if in.At == nil && len(in.Policy) == 0 { // otherwise it is only a question
		p.count(d)
	}
	if !d.Allowed {
		return Decision{}, refusal(in, d)
	}
	out := Decision{Allowed: true, Rules: len(p.Rules())}
	if d.Rule != nil {
		out.Rule, out.Reason = d.Rule.Number, d.Rule.Reason
	}
	return out, nil
}
