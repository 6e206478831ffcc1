// Package policy is the one reader of what a stage says about access: the rules of its
// policy, its choice about conversations and its allow-list. The command, the stack and
// the function all use it, so that what one of them accepts the others accept too.
//
// It reads as Home Assistant does: namespaces and names are those that Home Assistant
// answers, and lock#front_door is the same endpoint as lock.front_door.
package policy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// MaxRules is how many rules a policy may have.
const MaxRules = 100

// A Policy decides which directives and conversations are allowed: by the first rule
// that matches, and without a match it allows. The nil Policy allows everything. A
// Policy is not modified once made.
type Policy struct {
	text  string
	rules []*Rule
}

// Parse reads a JSON list of rules, strictly. Its errors name the rule and the field,
// and follow the name of the setting in a sentence. An empty text is the nil Policy.
func Parse(text string) (*Policy, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if strictjson.Kind([]byte(text)) != "list" {
		return nil, errNoList
	}
	if _, _, err := strictjson.Measure([]byte(text)); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoList, err)
	}
	p := &Policy{text: text}
	var problems []error
	n := 0
	_ = strictjson.Array([]byte(text), func(i int, raw []byte) error { // which was measured above
		n = i + 1
		if n > MaxRules {
			return nil
		}
		r, err := parseRule(raw)
		if err != nil {
			problems = append(problems, fmt.Errorf("rule %d: %w", n, err))
			return nil
		}
		r.Number = n
		p.rules = append(p.rules, r)
		return nil
	})
	switch {
	case n > MaxRules:
		return nil, fmt.Errorf("has %d rules; at most %d are allowed", n, MaxRules)
	case n == 0:
		return nil, errors.New("is a list without a rule, which says nothing; write a rule, or leave it out")
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return p, nil
}

var errNoList = errors.New("is not a JSON list of rules; expected [{\"effect\": \"deny\", \"namespace\": \"Alexa.LockController\"}]")

// Text returns the JSON that p was read from; "" for nil.
func (p *Policy) Text() string {
	if p == nil {
		return ""
	}
	return p.text
}

// Rules returns the rules in their order; none for nil.
func (p *Policy) Rules() []*Rule {
	if p == nil {
		return nil
	}
	return p.rules
}

// NamesCustom reports whether a rule is about the custom skill.
func (p *Policy) NamesCustom() bool {
	for _, r := range p.Rules() {
		if r.custom() {
			return true
		}
	}
	return false
}

// CheckFurther returns what is wrong with p as the policy of a further home, as the end of
// a sentence that begins with its setting.
func (p *Policy) CheckFurther() error {
	if p.NamesCustom() {
		return errors.New("has a rule about the custom skill, and what is said to that goes to the first home: write the rule into the policy of that one")
	}
	return nil
}

// A Directive is what a policy judges of a directive.
type Directive struct{ Namespace, Name, Endpoint string }

// Match returns the first rule that matches a directive at a time, or nil.
func (p *Policy) Match(d Directive, at time.Time) *Rule {
	d = d.folded()
	for _, r := range p.Rules() {
		if !r.custom() && r.matches(d) && r.holds(at) {
			return r
		}
	}
	return nil
}

// A Decision is what a policy says.
type Decision struct {
	Allowed bool
	Rule    *Rule  // that decided; nil if none did
	Why     string // it is denied without a rule
}

// Judge decides about a directive.
func (p *Policy) Judge(d Directive, at time.Time) Decision {
	r := p.Match(d, at)
	return Decision{Allowed: r == nil || r.Allows(), Rule: r}
}

// JudgeSkill decides whether the custom skill may use the home: its sentences and the
// intents of the owner's own. Rules that name the custom skill come first, then the
// choice. Without both, a policy denies: it cannot judge what a sentence does, and
// must not be passed by one.
func (p *Policy) JudgeSkill(c Conversation, at time.Time) Decision {
	for _, r := range p.Rules() {
		if r.custom() && r.holds(at) {
			return Decision{Allowed: r.Allows(), Rule: r}
		}
	}
	switch {
	case c == Deny:
		return Decision{Why: "the stage denies conversations"}
	case c == "" && p != nil && !p.NamesCustom():
		return Decision{Why: Undecided}
	}
	return Decision{Allowed: true}
}

// Undecided says why the custom skill may not use the home although nothing denies it.
const Undecided = "there is a policy, and it does not say whether sentences of the custom skill may pass it"

// A Conversation is a stage's choice about the custom skill, where no rule names it.
type Conversation string

// The choices.
const (
	Allow Conversation = "allow"
	Deny  Conversation = "deny"
)

// ParseConversation reads a choice, without regard to case. "" is no choice.
func ParseConversation(text string) (Conversation, error) {
	switch c := Conversation(strings.ToLower(strings.TrimSpace(text))); c {
	case "", Allow, Deny:
		return c, nil
	}
	return "", fmt.Errorf("is %.40q; write allow or deny", text)
}
