package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Idle returns a sentence for each rule that never decides, because an earlier one matches
// all that it matches: "rule 2 (deny Unlock) never decides, because rule 1 (allow *) ...".
// A rule that several earlier ones match together is not found.
func (p *Policy) Idle() (all []string) {
	rules := p.Rules()
	for i, r := range rules {
		if at := slices.IndexFunc(rules[:i], func(earlier *Rule) bool { return earlier.covers(r) }); at >= 0 {
			all = append(all, fmt.Sprintf("%v never decides, because %v comes first and matches all that it matches; move it up, or leave it out", r, rules[at]))
		}
	}
	return all
}

// covers reports whether r matches whatever other matches, at any time.
func (r *Rule) covers(other *Rule) bool {
	switch {
	case r.custom() != other.custom(), r.hours != nil && !r.sameHours(other):
		return false
	case r.custom():
		return true
	case r.pattern.Endpoint != other.pattern.Endpoint && strings.Contains(r.pattern.Endpoint, "?"):
		return false // which does not stand for a * of the other
	}
	for _, d := range Directives() {
		if d.TakesEndpoint() {
			d.Endpoint = other.pattern.Endpoint // in which each * and ? stands for itself
		}
		if d = d.folded(); other.matches(d) && !r.matches(d) {
			return false
		}
	}
	return true
}

func (r *Rule) sameHours(other *Rule) bool {
	return slices.Equal(r.hours, other.hours) && r.zone.String() == other.zone.String()
}
