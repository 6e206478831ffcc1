package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config"
	limits "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// A part is what one home offers.
type part struct {
	settings  *initialization.Settings
	endpoints []json.RawMessage // as the home knows them
	err       error             // why it did not answer; the endpoints are its last known good ones then
	stale     bool
	dropped   float64
	notes     []slog.Attr
}

// discover asks all homes at once, and returns the devices of all of them. In the place of
// a home that does not answer stands what it last offered. Only if no home has any does it
// return an error: that of the first.
func (h *Homes) discover(ctx context.Context, p access.Permit, d alexa.Directive, s *initialization.Settings) (json.RawMessage, error) {
	parts := make([]part, 1+len(s.Homes))
	var together sync.WaitGroup
	for i, own := range s.Each() {
		one := &parts[i]
		one.settings = own
		together.Go(func() { h.ask(ctx, p, d, one) })
	}
	together.Wait()
	any, stale, dropped, offered := false, 0.0, 0.0, 0
	for _, one := range parts {
		any = any || one.err == nil || len(one.endpoints) > 0
		dropped, offered = dropped+one.dropped, offered+len(one.endpoints)
		if one.stale {
			stale = 1
		}
		logging.Note(ctx, slog.Any(wire.FieldHome+"_"+shown(one.settings.Home), slog.GroupValue(one.describe()...)))
	}
	metrics.Put(ctx, config.DiscoveryServedStale, stale)
	if !any {
		metrics.Put(ctx, config.EndpointsDropped, dropped)
		return nil, parts[0].err
	}
	all := h.merge(ctx, parts)
	merged := fitting(all)
	if n := len(all) - len(merged); n > 0 {
		logging.Note(ctx, slog.Int("left_out_too_long", n))
	}
	metrics.Put(ctx, config.EndpointsDropped, dropped+float64(offered-len(merged)))
	logging.Note(ctx, slog.Int("endpoints", len(merged)))
	return alexa.Discovery(d, core.NewID(), merged)
}

// ask asks one home, whose notes and metrics are its own.
func (h *Homes) ask(ctx context.Context, p access.Permit, d alexa.Directive, one *part) {
	ctx, notes := logging.Part(WithRefusal(metrics.WithRecorder(ctx)))
	c := h.Of(one.settings.Home)
	var reply json.RawMessage
	if one.err = h.allow(ctx, one.settings.Home, d); one.err == nil {
		if reply, one.err = c.Forward(ctx, p, d); one.err != nil {
			reply, _ = c.LastKnown(ctx, d, one.err)
		}
	}
	if reply != nil {
		one.endpoints, _ = Endpoints(reply) // it was read before
	}
	value, _ := metrics.Last(ctx, config.DiscoveryServedStale)
	one.stale = value > 0
	one.dropped, _ = metrics.Last(ctx, config.EndpointsDropped)
	one.notes = notes()
}

// allow asks the policy of a further home; that of the first was asked at the door.
func (h *Homes) allow(ctx context.Context, home string, d alexa.Directive) error {
	if home == "" || h.Allow == nil {
		return nil
	}
	return h.Allow(ctx, home, d)
}

// describe returns what the line says about the part.
func (p part) describe() []slog.Attr {
	attrs := p.notes
	if p.err != nil {
		attrs = append(attrs, slog.String("cause", string(core.CauseOf(p.err))), slog.String("error", p.err.Error()))
	}
	return attrs
}

// An offer is a device of one home in a discovery of several.
type offer struct {
	settings *initialization.Settings
	raw      json.RawMessage
	id       string // as Alexa knows it
	name     string
}

// merge returns the devices of all homes as Alexa gets them: with ids of their own, names
// of their own, and as many as it accepts.
func (h *Homes) merge(ctx context.Context, parts []part) []json.RawMessage {
	var homes [][]*offer
	total, homesOf := 0, map[string]map[*initialization.Settings]bool{}
	for _, one := range parts {
		var offers []*offer
		for _, raw := range one.endpoints {
			e, err := readEndpoint(raw)
			if err != nil {
				continue // cannot happen: it was read before
			}
			if home, _ := h.Cut(e.id); one.settings.Home == "" && home != "" {
				continue // an id that another home's device would have
			}
			offers = append(offers, &offer{one.settings, raw, config.EndpointID(one.settings.Home, e.id), e.name})
			heard := hearing(e.name)
			if homesOf[heard] == nil {
				homesOf[heard] = map[*initialization.Settings]bool{}
			}
			homesOf[heard][one.settings] = true
		}
		homes, total = append(homes, offers), total+len(offers)
	}
	if total > limits.MaxEndpoints {
		h.share(ctx, homes)
	}
	merged := []json.RawMessage{}
	for _, offers := range homes {
		for _, o := range offers {
			name := o.name
			if len(homesOf[hearing(o.name)]) > 1 {
				name = suffixed(o.name, o.settings.Label)
			}
			if o.settings.Home == "" && name == o.name {
				merged = append(merged, o.raw) // byte for byte
				continue
			}
			merged = append(merged, alexa.Renamed(o.raw, o.id, name))
		}
	}
	if total > limits.MaxEndpoints {
		h.remember(ctx, shared, h.last(ctx, shared), merged)
	}
	return merged
}

// fitting returns the endpoints that fit into a reply together: each home's do, and of
// several homes the longest are left out if they do not.
func fitting(all []json.RawMessage) []json.RawMessage {
	const spare = 4 << 10 // of the reply, for what is around the list
	room := limits.MaxPayload - spare
	for _, raw := range all {
		room -= len(raw) + len(",")
	}
	if room >= 0 {
		return all
	}
	places := make([]int, len(all))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(i, j int) int { return len(all[j]) - len(all[i]) })
	kept := slices.Clone(all)
	for _, i := range places {
		if room >= 0 {
			break
		}
		room += len(all[i]) + len(",")
		kept[i] = nil
	}
	return slices.DeleteFunc(kept, func(raw json.RawMessage) bool { return raw == nil })
}

// shared is the key of what Alexa got of all homes together, when they had too much.
const shared = "homes"

// share leaves each home its part of what Alexa accepts: none loses a device as long as
// another one has more. Those that Alexa knows already stay first.
func (h *Homes) share(ctx context.Context, homes [][]*offer) {
	known := h.last(ctx, shared).ids()
	for i, room := range shares(homes, limits.MaxEndpoints) {
		if len(homes[i]) <= room {
			continue
		}
		slices.SortFunc(homes[i], func(a, b *offer) int {
			if known[a.id] != known[b.id] {
				return map[bool]int{true: -1, false: 1}[known[a.id]]
			}
			return strings.Compare(a.id, b.id)
		})
		logging.Note(ctx, slog.Int("left_out_"+shown(homes[i][0].settings.Home), len(homes[i])-room))
		homes[i] = homes[i][:room]
	}
}

// shares divides room among the homes: what one does not need goes to the others.
func shares(homes [][]*offer, room int) []int {
	shares := make([]int, len(homes))
	for open := len(homes); open > 0 && room > 0; {
		each, before := max(1, room/open), room
		open = 0
		for i := range homes {
			more := min(each, len(homes[i])-shares[i], room)
			shares[i], room = shares[i]+more, room-more
			if shares[i] < len(homes[i]) {
				open++
			}
		}
		if room == before {
			break
		}
	}
	return shares
}

// hearing returns a name as Alexa hears it.
func hearing(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// suffixed returns a name with a label behind it, within what Alexa accepts.
func suffixed(name, label string) string {
	if label == "" {
		return name
	}
	most := limits.MaxText - utf8.RuneCountInString(label) - 1
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most])
	}
	return name + " " + label
}
