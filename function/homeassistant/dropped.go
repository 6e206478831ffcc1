package homeassistant

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// A drop is what was left out, a whole endpoint or a capability of it, and why.
type drop struct{ entity, reason string }

// entity returns an endpoint's id as Home Assistant spells it, bounded and redacted;
// without an id, its place in the list.
func entity(id string, place int) string {
	if id == "" {
		return fmt.Sprintf("number %d", place+1)
	}
	text, _ := security.Redact(fmt.Sprintf("%.64s", strings.Replace(id, "#", ".", 1)))
	return text
}

// A group holds the entities that lost something for one reason.
type group struct {
	reason   string
	count    int
	entities []string
}

// groups returns what was dropped, by reason. The names of all entities together have
// at most that many bytes; the counts are of all.
func groups(dropped []drop, most int) (all []group) {
	for _, d := range dropped {
		i := slices.IndexFunc(all, func(g group) bool { return g.reason == d.reason })
		if i < 0 {
			i, all = len(all), append(all, group{reason: d.reason})
		}
		all[i].count++
		if most -= len(d.entity); most >= 0 {
			all[i].entities = append(all[i].entities, d.entity)
		}
	}
	return all
}

func (g group) String() string {
	if n := g.count - len(g.entities); n > 0 {
		return fmt.Sprintf("%s and %d more (%s)", strings.Join(g.entities, ", "), n, g.reason)
	}
	return fmt.Sprintf("%s (%s)", strings.Join(g.entities, ", "), g.reason)
}

// phrases returns a phrase for each reason, which name at most so many bytes of entities.
func phrases(dropped []drop, most int) (all []string) {
	for _, g := range groups(dropped, most) {
		all = append(all, g.String())
	}
	return all
}

// describe returns what was dropped and removed as a line of the log shows it.
func (f Filtered) describe(most int) string {
	return strings.Join(append(phrases(f.dropped, most), phrases(f.removed, most)...), "; ")
}

// Dropped returns how many endpoints were dropped, and a phrase for each reason that
// names at most so many bytes of them.
func (f Filtered) Dropped(most int) (count int, reasons []string) {
	return len(f.dropped), phrases(f.dropped, most)
}

// Removed returns a phrase for each reason for which capabilities were removed from
// endpoints that stay.
func (f Filtered) Removed(most int) (reasons []string) { return phrases(f.removed, most) }

// Unnamed returns the entities that have no name at home, each with the name that it got
// from its id.
func (f Filtered) Unnamed() []string { return f.unnamed }

// Namesakes returns the names that several entities have, each behind its entities.
func (f Filtered) Namesakes() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(f.called)) {
		if entities := f.called[name]; len(entities) > 1 {
			all = append(all, fmt.Sprintf("%s (%q)", strings.Join(entities, ", "), name))
		}
	}
	return all
}
