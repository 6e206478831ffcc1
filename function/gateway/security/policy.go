package security

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/function/core"
)

// rules are a policy and the stage's choice about conversations, with how often each
// rule decided.
type rules struct {
	*policy.Policy
	conversation policy.Conversation
	decided      []atomic.Int64 // by rule
	refused      atomic.Int64   // conversations that were denied without a rule
}

func newRules(text string, conversation policy.Conversation) (*rules, error) {
	p, err := policy.Parse(text)
	if err != nil {
		return nil, err
	}
	return &rules{Policy: p, conversation: conversation, decided: make([]atomic.Int64, len(p.Rules()))}, nil
}

// changed returns rules of that text and choice: r itself, whose counts go on, if it has
// the same.
func (r *rules) changed(text string, conversation policy.Conversation) (*rules, error) {
	if r.Text() == text && r.conversation == conversation {
		return r, nil
	}
	return newRules(text, conversation)
}

// decide returns what the rules say of in at a time.
func (r *rules) decide(in DirectiveInput, at time.Time) policy.Decision {
	if in.Skill == policy.Custom {
		return r.JudgeSkill(r.conversation, at)
	}
	return r.Judge(policy.Directive{Namespace: in.Namespace, Name: in.Name, Endpoint: in.Endpoint}, at)
}

// count counts a decision that was carried out.
func (r *rules) count(d policy.Decision) {
	switch {
	case d.Rule != nil:
		r.decided[d.Rule.Number-1].Add(1)
	case !d.Allowed:
		r.refused.Add(1)
	}
}

// report adds the counts to s, of the rules of a home.
func (r *rules) report(s *Status, home string) {
	s.Policy, s.Denied = s.Policy || r.Policy != nil, s.Denied+r.refused.Load()
	for _, rule := range r.Rules() {
		n := r.decided[rule.Number-1].Load()
		count := RuleCount{Home: home, Rule: rule.Number, Effect: rule.Effect, Reason: rule.Reason}
		if rule.Allows() {
			count.Allowed = n
		} else {
			count.Denied = n
			s.Denied += n
		}
		s.Rules = append(s.Rules, count)
		if n == 0 {
			s.Unmatched = append(s.Unmatched, strings.TrimSpace(home+" "+rule.String()))
		}
	}
}

// refusal is the error for what d denies.
func refusal(in DirectiveInput, d policy.Decision) error {
	if d.Rule == nil {
		return core.Errorf(core.Forbidden, core.CausePolicy, "the custom skill may not use the home: %s; write \"conversation\": \"allow\" into the stage's file to allow it", d.Why)
	}
	what, why := in.Namespace+"."+in.Name, ""
	if in.Skill == policy.Custom {
		what = "what is said to the custom skill"
	}
	if d.Rule.Reason != "" {
		why = " (" + d.Rule.Reason + ")"
	}
	return core.Errorf(core.Forbidden, core.CausePolicy, "rule %d of the policy denies %.200s%s: change the stage's policy to allow it", d.Rule.Number, what, why)
}
