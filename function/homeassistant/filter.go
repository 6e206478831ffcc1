package homeassistant

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	limits "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Filtered is the result of [FilterEndpoints].
type Filtered struct {
	Endpoints []json.RawMessage // that Alexa accepts
	dropped   []drop
	removed   []drop              // capabilities of endpoints that stay
	unnamed   []string            // entities that got a name here, each with that name
	called    map[string][]string // entities by their name, as Alexa hears it
}

// changed reports whether Alexa gets something else than the home offered.
func (f Filtered) changed() bool { return len(f.dropped)+len(f.removed)+len(f.unnamed) > 0 }

// Endpoints returns the endpoints of a home's answer to a Discover. It reads at most
// maxListed of them, one by one, so that no answer takes more memory than it is long.
func Endpoints(body []byte) ([]json.RawMessage, error) {
	reply, err := alexa.ParseReply(body)
	if err != nil {
		return nil, malformed(body, err)
	}
	const most = 40 // bytes of a name
	if reply.Namespace != "Alexa.Discovery" || reply.Name != "Discover.Response" {
		return nil, core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant answers a Discover with %s.%s: look into its log", beginning(reply.Namespace, most), beginning(reply.Name, most))
	}
	var all []json.RawMessage
	found := false
	err = strictjson.Object(reply.Payload, func(key, value []byte) error {
		if string(key) != "endpoints" || strictjson.Kind(value) != "list" {
			return nil
		}
		found = true
		return strictjson.Array(value, func(i int, endpoint []byte) error {
			if i >= maxListed {
				return errTooManyListed
			}
			all = append(all, endpoint)
			return nil
		})
	})
	switch {
	case errors.Is(err, errTooManyListed):
		return nil, core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant lists more than %d endpoints, which no home has: check what is in front of it, and the filter below `alexa: smart_home:` in configuration.yaml", maxListed)
	case err != nil || !found:
		return nil, core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant answers a Discover without a list of endpoints: look into its log")
	}
	return all, nil
}

var errTooManyListed = errors.New("too many endpoints")

// FilterEndpoints drops the endpoints of a home, "" for the first, that Alexa would not
// accept, and of the others the capabilities that it would not accept. An endpoint without a name gets one made from
// its id. Of too many it keeps those that Alexa knows already, as known says by their
// ids, and then the first by their ids, in the order of the ids: a home's own order
// changes from start to start.
func FilterEndpoints(home string, all []json.RawMessage, known func() map[string]bool) (f Filtered) {
	good := make([]*candidate, 0, len(all))
	seen := make(map[string]bool, len(all))
	for i, raw := range all {
		c, reason := examine(home, raw)
		if reason == "" && seen[c.id] {
			reason = "another endpoint has the same id"
		}
		if reason != "" {
			f.dropped = append(f.dropped, drop{entity(c.id, i), reason})
			continue
		}
		seen[c.id] = true
		good = append(good, c)
	}
	if len(good) > limits.MaxEndpoints {
		good = f.choose(good, known())
	}
	f.called = make(map[string][]string, len(good))
	for _, c := range good {
		f.take(c)
	}
	return f
}

// A candidate is an endpoint that Alexa accepts.
type candidate struct {
	id, name string
	raw      json.RawMessage // mended
	removed  []string        // what is wrong with the capabilities that were removed
	named    bool            // its name is made from its id
}

// examine returns an endpoint of a home as Alexa accepts it, or why it does not.
func examine(home string, raw []byte) (c *candidate, reason string) {
	c = &candidate{}
	e, err := readEndpoint(raw)
	switch {
	case errors.Is(err, errLongEndpoint):
		return c, fmt.Sprintf("it is longer than %d KB", maxEndpoint>>10)
	case err != nil:
		c.id = e.id
		return c, "it is not an endpoint as Alexa defines it"
	}
	c.raw, c.removed, c.named = e.mend(raw)
	c.id, c.name = e.id, e.name
	if reason = e.violation(home); len(c.removed) > 0 && len(e.capabilities) == 0 {
		reason = "Alexa accepts none of its capabilities: " + c.removed[0]
	}
	return c, reason
}

// choose returns as many of the candidates as Alexa accepts, in the order of their ids.
func (f *Filtered) choose(good []*candidate, known map[string]bool) []*candidate {
	byID := func(a, b *candidate) int { return cmp.Compare(a.id, b.id) }
	slices.SortFunc(good, func(a, b *candidate) int {
		if known[a.id] != known[b.id] {
			return map[bool]int{true: -1, false: 1}[known[a.id]]
		}
		return byID(a, b)
	})
	for _, c := range good[limits.MaxEndpoints:] {
		f.dropped = append(f.dropped, drop{entity(c.id, 0), fmt.Sprintf("Alexa accepts %d endpoints, and there are more", limits.MaxEndpoints)})
	}
	good = good[:limits.MaxEndpoints]
	slices.SortFunc(good, byID)
	return good
}

// take adds c to the endpoints that Alexa gets.
func (f *Filtered) take(c *candidate) {
	f.Endpoints = append(f.Endpoints, c.raw)
	name := entity(c.id, 0)
	for _, problem := range c.removed {
		f.removed = append(f.removed, drop{name, problem})
	}
	if c.named {
		f.unnamed = append(f.unnamed, fmt.Sprintf("%s as %q", name, c.name))
	}
	heard := hearing(c.name)
	f.called[heard] = append(f.called[heard], name)
}
