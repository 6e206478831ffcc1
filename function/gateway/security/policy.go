package security

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	_ "time/tzdata" // for systems without time zones

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Limits of a policy.
const (
	maxRules   = 100
	maxPattern = facts.MaxEndpointID
)

// A policy decides which directives are allowed: by the first rule that matches, and
// without a match it allows. The nil policy allows everything.
type policy struct {
	text  string
	rules []*rule
}

// A Rule allows or denies the directives that match all of its fields. In a pattern *
// stands for any characters and ? for one. A rule without namespace and endpoint
// applies to commands of a person only, not to Discover, ReportState and AcceptGrant.
type Rule struct {
	Effect    string   `json:"effect" required:"true" doc:"deny or allow"`
	Namespace string   `json:"namespace,omitempty" doc:"pattern of the directive's namespace, such as Alexa.LockController; default: any"`
	Name      string   `json:"name,omitempty" doc:"pattern of the directive's name, such as Unlock; default: any"`
	Endpoint  string   `json:"endpoint,omitempty" doc:"pattern of the endpoint's id, such as lock#*; default: any, or none"`
	Hours     []string `json:"hours,omitempty" doc:"parts of the day when the rule applies, such as 22:00-06:00, the end not included; default: always"`
	TimeZone  string   `json:"time_zone,omitempty" doc:"of the hours, such as Europe/Berlin"`
	Reason    string   `json:"reason,omitempty" doc:"for the log"`
}

type rule struct {
	Rule
	number int // from 1
	hours  []span
	zone   *time.Location
	denied atomic.Int64
}

// parsePolicy reads a JSON list of rules, strictly. Its errors name the rule and
// the field. An empty text is the nil policy.
func parsePolicy(text string) (*policy, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var list []json.RawMessage
	switch err := json.Unmarshal([]byte(text), &list); {
	case err != nil || list == nil:
		return nil, errors.New("is not a JSON list of rules; expected [{\"effect\": \"deny\", \"namespace\": \"Alexa.LockController\"}]")
	case len(list) > maxRules:
		return nil, fmt.Errorf("has %d rules; at most %d are allowed", len(list), maxRules)
	}
	p := &policy{text: text}
	var problems []error
	for i, raw := range list {
		r, err := parseRule(raw)
		if err != nil {
			problems = append(problems, fmt.Errorf("rule %d: %w", i+1, err))
			continue
		}
		r.number = i + 1
		p.rules = append(p.rules, r)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return p, nil
}

func parseRule(raw json.RawMessage) (*rule, error) {
	r := new(rule)
	if bytes.TrimSpace(raw)[0] != '{' {
		return nil, errors.New("it is not an object; expected {\"effect\": \"deny\", ...}")
	}
	if err := core.Decode(raw, &r.Rule); err != nil {
		return nil, err
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	for _, h := range r.Hours {
		s, err := parseSpan(h)
		if err != nil {
			return nil, err
		}
		r.hours = append(r.hours, s)
	}
	var err error
	r.zone, err = time.LoadLocation(r.TimeZone)
	return r, err
}

// Check rejects a rule that is ambiguous or can never match.
func (r Rule) Check() error {
	switch {
	case r.Effect != "deny" && r.Effect != "allow":
		return fmt.Errorf("field effect is %.40q; expected deny or allow", r.Effect)
	case r.Namespace == "" && r.Name == "" && r.Endpoint == "" && len(r.Hours) == 0:
		return errors.New("fields namespace, name, endpoint and hours are missing: name one of them, or write \"namespace\": \"*\" for every directive")
	case r.Namespace != "" && !strings.ContainsAny(r.Namespace, "*?") && r.Namespace != "Alexa" && !strings.HasPrefix(r.Namespace, "Alexa."):
		return fmt.Errorf("field namespace is %.100q, which no directive has: perhaps Alexa.%.100s is meant", r.Namespace, r.Namespace)
	case len(r.Hours) > 0 && r.TimeZone == "":
		return errors.New("field time_zone is missing: give the time zone of the hours, such as Europe/Berlin")
	case len(r.Hours) == 0 && r.TimeZone != "":
		return errors.New("field hours is missing, though there is a time_zone; expected 22:00-06:00")
	case r.TimeZone == "Local":
		return errors.New("field time_zone is Local, which differs from machine to machine; expected one such as Europe/Berlin")
	}
	if _, err := time.LoadLocation(r.TimeZone); err != nil {
		return fmt.Errorf("field time_zone is %.60q; expected a time zone such as Europe/Berlin", r.TimeZone)
	}
	for field, pattern := range map[string]string{"namespace": r.Namespace, "name": r.Name, "endpoint": r.Endpoint, "reason": r.Reason} {
		if len(pattern) > maxPattern {
			return fmt.Errorf("field %s is %d bytes long; at most %d are allowed", field, len(pattern), maxPattern)
		}
	}
	return nil
}

// A subject is the directive that a policy judges.
type subject struct{ namespace, name, endpoint string }

// said reports whether s is a command of a person, rather than a directive that Alexa
// sends by itself.
func (s subject) said() bool {
	switch s.namespace {
	case "Alexa.Discovery", "Alexa.Authorization":
		return false
	case "Alexa":
		return s.name != "ReportState"
	}
	return true
}

// match returns the first rule that matches s at a time, or nil.
func (p *policy) match(s subject, at time.Time) *rule {
	if p == nil {
		return nil
	}
	for _, r := range p.rules {
		if r.matches(s, at) {
			return r
		}
	}
	return nil
}

func (r *rule) matches(s subject, at time.Time) bool {
	switch {
	case r.Namespace != "" && !glob(r.Namespace, s.namespace),
		r.Name != "" && !glob(r.Name, s.name),
		r.Endpoint != "" && (s.endpoint == "" || !glob(r.Endpoint, s.endpoint)),
		r.Namespace == "" && r.Endpoint == "" && !s.said():
		return false
	case len(r.hours) == 0:
		return true
	}
	at = at.In(r.zone)
	minute := at.Hour()*60 + at.Minute()
	for _, h := range r.hours {
		if h.holds(minute) {
			return true
		}
	}
	return false
}

// refusal is the error for a directive that r denies.
func (r *rule) refusal(s subject) error {
	why := ""
	if r.Reason != "" {
		why = " (" + r.Reason + ")"
	}
	return core.Errorf(core.Forbidden, core.CausePolicy, "rule %d of the policy denies %.100s.%.100s%s: change the stage's policy to allow it", r.number, s.namespace, s.name, why)
}

// glob reports whether the whole of text matches a pattern: * stands for any
// characters, ? for one.
func glob(pattern, text string) bool {
	star, resume := -1, 0
	p, i := 0, 0
	for i < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[i]):
			p++
			i++
		case star >= 0:
			resume++
			p, i = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
