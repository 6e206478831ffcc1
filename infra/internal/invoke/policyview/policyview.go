// Package policyview shows what a function's policy allows and denies, for the devices
// of its home. It decides with the code that the function decides with.
package policyview

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/config/zone"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
)

// Conversation is what [View.Try] takes in place of a directive's name for what is said
// to the custom skill.
const Conversation = "conversation"

// A View is a policy and the devices that it is about.
type View struct {
	Where   string          // for a person: which function it is
	Devices []invoke.Device // default: none is known
	Missing string          // why no device is known; default: they are
	Skill   bool            // there is a custom skill
	Users   int             // on the allow-list; 0 for everyone who linked the skill

	policy  *policy.Policy            // of the first home
	further map[string]*policy.Policy // of each further home, by name; nil for one without rules
	choice  policy.Conversation
}

// New returns the view of a function with these settings.
func New(where string, settings map[string]string) (*View, error) {
	p, err := policy.Parse(settings[config.EnvPolicy])
	if err != nil {
		return nil, fmt.Errorf("%s %w", config.EnvPolicy, err)
	}
	choice, err := policy.ParseConversation(settings[config.EnvConversation])
	if err != nil {
		return nil, fmt.Errorf("%s %w", config.EnvConversation, err)
	}
	v := &View{Where: where, policy: p, further: map[string]*policy.Policy{}, choice: choice, Skill: settings[config.EnvSkillIDs] != ""}
	if homes := settings[config.EnvHomes]; homes != "" {
		for home := range strings.SplitSeq(homes, ",") {
			name := config.HomeVariable(config.EnvPolicy, home)
			if v.further[home], err = policy.Parse(settings[name]); err != nil {
				return nil, fmt.Errorf("%s %w", name, err)
			}
		}
	}
	if users := settings[config.EnvAllowedUsers]; users != "" {
		v.Users = len(strings.Split(users, ","))
	}
	return v, nil
}

// At reads a time: RFC 3339, or a time of today such as 23:10, in the time zone of the
// first rule that has one, of the device's home before all others, else of this machine.
// "" is now.
func (v *View) At(text, device string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	clock, err := time.Parse("15:04", text)
	if err != nil {
		return now, fmt.Errorf("--at %.40q is not a time: write one such as 23:10, or 2026-01-31T23:10:00+01:00", text)
	}
	today := now.In(v.zone(device, now.Location()))
	return time.Date(today.Year(), today.Month(), today.Day(), clock.Hour(), clock.Minute(), 0, 0, today.Location()), nil
}

// zone returns the time zone of the first rule that has one, of the device's home before
// all others.
func (v *View) zone(device string, otherwise *time.Location) *time.Location {
	all := []*policy.Policy{v.policy}
	for _, home := range v.homes() {
		all = append(all, v.further[home])
	}
	if found, err := v.device(device); err == nil && found.ID != "" {
		rules, _ := v.rulesOf(found.ID)
		all = append([]*policy.Policy{rules}, all...)
	}
	for _, p := range all {
		for _, r := range p.Rules() {
			if location, err := zone.Load(r.TimeZone); err == nil && r.TimeZone != "" {
				return location
			}
		}
	}
	return otherwise
}

// homes returns the names of the further homes.
func (v *View) homes() []string { return slices.Sorted(maps.Keys(v.further)) }

// rulesOf returns the policy that decides about a device, and the id that it has there.
func (v *View) rulesOf(id string) (rules *policy.Policy, own string) {
	home, own := config.CutEndpointID(id, func(home string) bool { _, known := v.further[home]; return known })
	if home == "" {
		return v.policy, own
	}
	return v.further[home], own
}

// A Verdict is what the policy says of one directive.
type Verdict struct {
	Directive string `json:"directive"`      // "Alexa.LockController.Unlock", or "conversation"
	Home      string `json:"home,omitempty"` // the further home whose policy decides about what is for no device
	Endpoint  string `json:"endpoint,omitempty"`
	Device    string `json:"device,omitempty"` // its friendly name
	Allowed   bool   `json:"allowed"`
	Rule      int    `json:"rule"` // 0 if no rule matches
	Why       string `json:"why"`  // the rule, or why there is none
}

func verdict(d policy.Decision, directive string) Verdict {
	v := Verdict{Directive: directive, Allowed: d.Allowed, Why: d.Why}
	switch {
	case d.Rule != nil:
		v.Rule, v.Why = d.Rule.Number, d.Rule.String()
		if d.Rule.Reason != "" {
			v.Why += ": " + d.Rule.Reason
		}
	case d.Allowed:
		v.Why = "no rule denies it"
	}
	return v
}

// conversation returns what the policy says of sentences to the custom skill.
func (v *View) conversation(at time.Time) Verdict {
	return verdict(v.policy.JudgeSkill(v.choice, at), Conversation)
}

// judge returns what the policy says of a directive for a device: that of the device's
// home, and of what is for no device that of the first one.
func (v *View) judge(d policy.Directive, device invoke.Device, at time.Time) Verdict {
	rules := v.policy
	if d.TakesEndpoint() {
		rules, d.Endpoint = v.rulesOf(device.ID)
	} else {
		device = invoke.Device{}
	}
	out := verdict(rules.Judge(d, at), d.Namespace+"."+d.Name)
	out.Endpoint, out.Device = device.ID, device.Name
	return out
}

// discoveries returns what the policy of each further home says of a directive, if it is
// Discover, which goes to all homes.
func (v *View) discoveries(d policy.Directive, at time.Time) (all []Verdict) {
	if d.Name != "Discover" {
		return nil
	}
	for _, home := range v.homes() {
		one := verdict(v.further[home].Judge(d, at), d.Namespace+"."+d.Name)
		one.Home = home
		all = append(all, one)
	}
	return all
}

// Try returns what the policy says of a directive, by its name or full name, for a
// device, by its name or id. A name that several interfaces have has a verdict for each
// that the device has.
func (v *View) Try(name, device string, at time.Time) ([]Verdict, error) {
	if strings.EqualFold(name, Conversation) {
		return []Verdict{v.conversation(at)}, nil
	}
	directives, names := []policy.Directive{}, []string{}
	for _, d := range policy.Directives() {
		names = append(names, d.Name)
		if strings.EqualFold(name, d.Name) || strings.EqualFold(name, d.Namespace+"."+d.Name) {
			directives = append(directives, d)
		}
	}
	if len(directives) == 0 {
		return nil, fmt.Errorf("there is no directive %.60q that Home Assistant answers%s", name, didYouMean(policy.Near(name, names)))
	}
	found, err := v.device(device)
	if err != nil {
		return nil, err
	}
	var out []Verdict
	for _, d := range directives {
		switch {
		case d.TakesEndpoint() && found.ID == "":
			return nil, fmt.Errorf("%s is for one device: name it, as in --try %s \"Front door\"", d.Name, d.Name)
		case len(directives) == 1 || found.Interfaces == nil || has(found, d.Namespace):
			out = append(append(out, v.judge(d, found, at)), v.discoveries(d, at)...)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s does not understand %s", found.Name, name)
	}
	return out, nil
}

// device returns the device of that name or id. An id that is not known is taken as it
// is where no device is.
func (v *View) device(name string) (invoke.Device, error) {
	var names, called []string
	var found invoke.Device
	for _, d := range v.Devices {
		if strings.EqualFold(entity(d.ID), entity(name)) {
			return d, nil
		}
		if strings.EqualFold(d.Name, name) {
			found, called = d, append(called, entity(d.ID))
		}
		names = append(names, d.Name, entity(d.ID))
	}
	switch {
	case len(called) > 1:
		return invoke.Device{}, fmt.Errorf("%d devices are called %.80q: give the id of one: %s", len(called), name, strings.Join(called, ", "))
	case len(called) == 1:
		return found, nil
	case name == "":
		return invoke.Device{}, nil
	case v.Missing == "":
		return invoke.Device{}, fmt.Errorf("the home has no device %.80q%s", name, didYouMean(policy.Near(name, names)))
	case !strings.ContainsAny(name, ".#"):
		return invoke.Device{}, fmt.Errorf("no device is known by its name (%s): give its id, such as lock.front_door", v.Missing)
	}
	return invoke.Device{ID: name, Name: name}, nil
}

// entity returns an id as Home Assistant reads it.
func entity(id string) string { return strings.ReplaceAll(id, "#", ".") }

func has(d invoke.Device, namespace string) bool {
	for _, i := range d.Interfaces {
		if i == namespace {
			return true
		}
	}
	return false
}

func didYouMean(near string) string {
	if near == "" {
		return ": `hearthgate policy` lists what there is"
	}
	return ": did you mean " + near + "?"
}
