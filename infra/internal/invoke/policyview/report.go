package policyview

import (
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Report is what a policy allows and denies at a time.
type Report struct {
	Where        string    `json:"where"`
	At           time.Time `json:"at"`
	Rules        []string  `json:"rules"`
	Users        int       `json:"allowed_users"` // 0: everyone who linked the skill
	Conversation *Verdict  `json:"conversation"`  // null without a custom skill
	Devices      []Access  `json:"devices"`
	Missing      string    `json:"missing,omitempty"` // why no device is listed
}

// An Access is what is allowed and denied of one device.
type Access struct {
	invoke.Device
	Allowed []Verdict `json:"allowed"`
	Denied  []Verdict `json:"denied"`
}

// Report returns what is allowed and denied at a time.
func (v *View) Report(at time.Time) Report {
	r := Report{Where: v.Where, At: at, Rules: []string{}, Users: v.Users, Devices: []Access{}, Missing: v.Missing}
	for _, rule := range v.policy.Rules() {
		r.Rules = append(r.Rules, rule.String())
	}
	for _, home := range v.homes() {
		for _, rule := range v.further[home].Rules() {
			r.Rules = append(r.Rules, home+": "+rule.String())
		}
	}
	if v.Skill {
		c := v.conversation(at)
		r.Conversation = &c
	}
	for _, device := range v.Devices {
		a := Access{Device: device, Allowed: []Verdict{}, Denied: []Verdict{}}
		for _, d := range policy.Directives() {
			if !has(device, d.Namespace) {
				continue
			}
			if verdict := v.judge(d, device, at); verdict.Allowed {
				a.Allowed = append(a.Allowed, verdict)
			} else {
				a.Denied = append(a.Denied, verdict)
			}
		}
		r.Devices = append(r.Devices, a)
	}
	return r
}

// Show writes the report for a person.
func (r Report) Show(to *ui.Screen) {
	to.Printf("%s at %s\n", to.Bold(r.Where), r.At.Format("15:04 MST"))
	if len(r.Rules) == 0 {
		to.Printf("  There is no policy: every directive is allowed.\n")
	}
	for _, rule := range r.Rules {
		to.Printf("  %s\n", rule)
	}
	switch {
	case r.Users == 0:
		to.Printf("  Everyone who linked the skill may command.\n")
	default:
		to.Printf("  Users on the allow-list: %d.\n", r.Users)
	}
	if r.Conversation != nil {
		to.Printf("  Custom skill: %s (%s)\n", outcome(to, r.Conversation.Allowed), r.Conversation.Why)
	}
	if r.Missing != "" {
		to.Printf("  The devices are not known: %s\n", r.Missing)
		return
	}
	to.Printf("\n")
	t := to.Table("  ")
	for _, d := range r.Devices {
		t.Row(d.Name, to.Dim(entity(d.ID)), d.text(to))
	}
	t.Flush()
}

// text returns what is denied of a device, and the rest in a word.
func (a Access) text(to *ui.Screen) string {
	if len(a.Denied) == 0 {
		return to.Good("all allowed")
	}
	lines := []string{}
	for _, rule := range byRule(a.Denied) {
		lines = append(lines, to.Bad("denied")+" "+rule)
	}
	if len(a.Allowed) > 0 {
		lines = append(lines, to.Good("allowed")+" "+names(a.Allowed))
	}
	return strings.Join(lines, "\n")
}

// byRule returns the names of denied directives, those of a rule together.
func byRule(all []Verdict) (lines []string) {
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].Rule == all[i].Rule {
			j++
		}
		lines = append(lines, fmt.Sprintf("%s (rule %d)", names(all[i:j]), all[i].Rule))
		i = j
	}
	return lines
}

// names returns the directives without their namespaces.
func names(all []Verdict) string {
	short := make([]string, len(all))
	for i, v := range all {
		short[i] = v.Directive[strings.LastIndex(v.Directive, ".")+1:]
	}
	return strings.Join(short, " ")
}

func outcome(to *ui.Screen, allowed bool) string {
	if allowed {
		return to.Good("allowed")
	}
	return to.Bad("denied")
}

// Verdicts are the answer to one question.
type Verdicts []Verdict

// Allowed reports whether all of it is allowed.
func (all Verdicts) Allowed() bool {
	for _, v := range all {
		if !v.Allowed {
			return false
		}
	}
	return true
}

// Show writes the answer for a person.
func (all Verdicts) Show(to *ui.Screen) {
	for _, v := range all {
		what := v.Directive
		if v.Home != "" {
			what += " at " + v.Home
		}
		if v.Endpoint != "" {
			what += " " + v.Device + " (" + entity(v.Endpoint) + ")"
		}
		to.Printf("%s %s: %s\n", outcome(to, v.Allowed), what, v.Why)
	}
}
