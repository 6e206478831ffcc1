package homeassistant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// sifted is what is left of a home's endpoints after those were dropped that Alexa
// would not take, and which those are.
type sifted struct {
	endpoints []json.RawMessage
	dropped   []drop
}

// A drop is an endpoint that was left out, and why.
type drop struct{ entity, reason string }

// endpointsOf returns the endpoints of a home's answer to a Discover.
func endpointsOf(body []byte) ([]json.RawMessage, error) {
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

// sift drops of all endpoints what Alexa would not take. Of more than it takes in
// number it leaves those that Alexa knows already, by known, and then the first by
// their ids, in the order of the ids: a home's own order changes from start to start.
func sift(all []json.RawMessage, known func() map[string]bool) (s sifted) {
	type candidate struct {
		id  string
		raw json.RawMessage
	}
	good := make([]candidate, 0, len(all))
	seen := make(map[string]bool, len(all))
	for i, raw := range all {
		var e endpoint
		reason := "it is not as Alexa defines an endpoint"
		if json.Unmarshal(raw, &e) == nil {
			reason = e.breaks()
		}
		if reason == "" && seen[e.ID] {
			reason = "its id is taken by another one"
		}
		if reason != "" {
			s.dropped = append(s.dropped, drop{entity(e.ID, i), reason})
			continue
		}
		seen[e.ID] = true
		good = append(good, candidate{e.ID, raw})
	}
	if len(good) > maxEndpoints {
		old := known()
		byID := func(a, b candidate) int { return cmp.Compare(a.id, b.id) }
		slices.SortFunc(good, func(a, b candidate) int {
			if old[a.id] != old[b.id] {
				return map[bool]int{true: -1, false: 1}[old[a.id]]
			}
			return byID(a, b)
		})
		for _, c := range good[maxEndpoints:] {
			s.dropped = append(s.dropped, drop{entity(c.id, 0), fmt.Sprintf("it is beyond the %d that Alexa takes", maxEndpoints)})
		}
		good = good[:maxEndpoints]
		slices.SortFunc(good, byID)
	}
	for _, c := range good {
		s.endpoints = append(s.endpoints, c.raw)
	}
	return s
}

// entity returns an endpoint's id as Home Assistant spells it, bounded and without
// a secret; where there is none, its place in the list.
func entity(id string, place int) string {
	if id == "" {
		return fmt.Sprintf("number %d", place+1)
	}
	text, _ := security.Scrub(fmt.Sprintf("%.64s", strings.Replace(id, "#", ".", 1)))
	return text
}

// A group is the endpoints that were dropped for one reason.
type group struct {
	reason   string
	count    int
	entities []string
}

// groups returns what was dropped by its reasons. The names of all entities
// together have at most that many bytes; the counts are of all.
func (s sifted) groups(most int) (all []group) {
	for _, d := range s.dropped {
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

// text returns groups as a line of the log has them.
func text(all []group) string {
	lines := make([]string, len(all))
	for i, g := range all {
		lines[i] = g.String()
	}
	return strings.Join(lines, "; ")
}
