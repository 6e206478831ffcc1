package homeassistant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	limits "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// Filtered is the result of [FilterEndpoints].
type Filtered struct {
	Endpoints []json.RawMessage // that Alexa accepts
	dropped   []drop
}

// A drop is an endpoint that was dropped, and why.
type drop struct{ entity, reason string }

// Endpoints returns the endpoints of a home's answer to a Discover.
func Endpoints(body []byte) ([]json.RawMessage, error) {
	var in struct {
		Event struct {
			Header struct {
				Namespace string `json:"namespace"`
				Name      string `json:"name"`
			} `json:"header"`
			Payload struct {
				Endpoints *[]json.RawMessage `json:"endpoints"`
			} `json:"payload"`
		} `json:"event"`
	}
	err := json.Unmarshal(body, &in)
	switch h := in.Event.Header; {
	case h.Namespace != "Alexa.Discovery" || h.Name != "Discover.Response":
		return nil, core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant answers a Discover with %.40s.%.40s: look into its log", h.Namespace, h.Name)
	case err != nil || in.Event.Payload.Endpoints == nil:
		return nil, core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant answers a Discover without a list of endpoints: look into its log")
	}
	return *in.Event.Payload.Endpoints, nil
}

// FilterEndpoints drops the endpoints that Alexa would not accept. Of too many it keeps
// those that Alexa knows already, as known says by their ids, and then the first by
// their ids, in the order of the ids: a home's own order changes from start to start.
func FilterEndpoints(all []json.RawMessage, known func() map[string]bool) (f Filtered) {
	type candidate struct {
		id  string
		raw json.RawMessage
	}
	good := make([]candidate, 0, len(all))
	seen := make(map[string]bool, len(all))
	for i, raw := range all {
		var e endpoint
		reason := "it is not an endpoint as Alexa defines it"
		if json.Unmarshal(raw, &e) == nil {
			reason = e.violation()
		}
		if reason == "" && seen[e.ID] {
			reason = "another endpoint has the same id"
		}
		if reason != "" {
			f.dropped = append(f.dropped, drop{entity(e.ID, i), reason})
			continue
		}
		seen[e.ID] = true
		good = append(good, candidate{e.ID, raw})
	}
	if len(good) > limits.MaxEndpoints {
		old := known()
		byID := func(a, b candidate) int { return cmp.Compare(a.id, b.id) }
		slices.SortFunc(good, func(a, b candidate) int {
			if old[a.id] != old[b.id] {
				return map[bool]int{true: -1, false: 1}[old[a.id]]
			}
			return byID(a, b)
		})
		for _, c := range good[limits.MaxEndpoints:] {
			f.dropped = append(f.dropped, drop{entity(c.id, 0), fmt.Sprintf("Alexa accepts %d endpoints, and there are more", limits.MaxEndpoints)})
		}
		good = good[:limits.MaxEndpoints]
		slices.SortFunc(good, byID)
	}
	for _, c := range good {
		f.Endpoints = append(f.Endpoints, c.raw)
	}
	return f
}

// entity returns an endpoint's id as Home Assistant spells it, bounded and redacted;
// without an id, its place in the list.
func entity(id string, place int) string {
	if id == "" {
		return fmt.Sprintf("number %d", place+1)
	}
	text, _ := security.Redact(fmt.Sprintf("%.64s", strings.Replace(id, "#", ".", 1)))
	return text
}

// A group holds the endpoints that were dropped for one reason.
type group struct {
	reason   string
	count    int
	entities []string
}

// groups returns what was dropped, by reason. The names of all entities together have
// at most that many bytes; the counts are of all.
func (f Filtered) groups(most int) (all []group) {
	for _, d := range f.dropped {
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

// Dropped returns how many endpoints were dropped, and a phrase for each reason that
// names at most so many bytes of them.
func (f Filtered) Dropped(most int) (count int, reasons []string) {
	for _, g := range f.groups(most) {
		reasons = append(reasons, g.String())
	}
	return len(f.dropped), reasons
}

func (g group) String() string {
	if n := g.count - len(g.entities); n > 0 {
		return fmt.Sprintf("%s and %d more (%s)", strings.Join(g.entities, ", "), n, g.reason)
	}
	return fmt.Sprintf("%s (%s)", strings.Join(g.entities, ", "), g.reason)
}

// describe returns groups as a line of the log shows them.
func describe(all []group) string {
	lines := make([]string, len(all))
	for i, g := range all {
		lines[i] = g.String()
	}
	return strings.Join(lines, "; ")
}
