package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A Policy is a document of IAM or of IoT Core.
type Policy struct {
	Statement oneOrMore[statement]
}

type statement struct {
	Effect    string
	Action    oneOrMore[string]
	Resource  oneOrMore[string]
	Condition json.RawMessage
	NotAction json.RawMessage
	Except    json.RawMessage `json:"NotResource"`
}

// oneOrMore is a list that may be written as its only element.
type oneOrMore[T any] []T

func (l *oneOrMore[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	var one T
	err := json.Unmarshal(b, &one)
	*l = []T{one}
	return err
}

// ParsePolicy reads a document. What this package does not understand is an error, so that
// nothing is allowed by mistake.
func ParsePolicy(document []byte) (*Policy, error) {
	p := new(Policy)
	if err := json.Unmarshal(document, p); err != nil {
		return nil, fmt.Errorf("the policy cannot be read: %w", err)
	}
	for _, s := range p.Statement {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			return nil, fmt.Errorf("a statement has the effect %q", s.Effect)
		case len(s.Condition) > 0 || len(s.NotAction) > 0 || len(s.Except) > 0:
			return nil, errors.New("a statement has Condition, NotAction or NotResource, which this broker does not know")
		case len(s.Action) == 0 || len(s.Resource) == 0:
			return nil, errors.New("a statement lacks Action or Resource")
		}
		for _, r := range s.Resource {
			if strings.Contains(r, "${") {
				return nil, fmt.Errorf("the resource %s has a variable, which this broker does not know", r)
			}
		}
	}
	return p, nil
}

func parsePolicies(documents [][]byte) (all []*Policy, err error) {
	for _, d := range documents {
		p, err := ParsePolicy(d)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// allowed reports whether policies allow an action on a resource: one does, and none
// denies it.
func allowed(policies []*Policy, action, resource string) (allow bool) {
	for _, p := range policies {
		for _, s := range p.Statement {
			if !matchesAny(s.Action, action, true) || !matchesAny(s.Resource, resource, false) {
				continue
			}
			if s.Effect == "Deny" {
				return false
			}
			allow = true
		}
	}
	return allow
}

func matchesAny(patterns []string, text string, fold bool) bool {
	for _, p := range patterns {
		if fold {
			p, text = strings.ToLower(p), strings.ToLower(text)
		}
		if matches(p, text) {
			return true
		}
	}
	return false
}

// matches reports whether a text fits a pattern in which * stands for any text and ? for
// any character.
func matches(pattern, text string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for i := range len(text) + 1 {
				if matches(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		case text == "" || pattern[0] != '?' && pattern[0] != text[0]:
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return text == ""
}

// A Right is what was asked of the policies.
type Right struct {
	By       string // a role or a certificate
	Action   string // such as iot:Publish
	Resource string // its ARN
	Allowed  bool
}

// Rights returns what was asked so far, oldest first, each once.
func (b *Broker) Rights() []Right {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Right(nil), b.rights...)
}

// allow asks the policies of a principal for an action on a resource such as topic/x.
func (b *Broker) allow(p principal, action, resource string) bool {
	if p == nil {
		return false
	}
	r := Right{By: p.name(), Action: "iot:" + action, Resource: "arn:aws:iot:" + b.options.Region + ":" + b.options.Account + ":" + resource}
	r.Allowed = allowed(p.policies(), r.Action, r.Resource)
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, before := b.asked[r]; !before {
		b.asked[r] = struct{}{}
		b.rights = append(b.rights, r)
	}
	return r.Allowed
}
