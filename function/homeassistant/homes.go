package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// Homes are the homes behind one skill. A directive goes to the home whose device it is
// for, a Discover to all of them at once; what is for no device, such as what is said to
// the custom skill, goes to the first. Where there is only one, it gets everything. It is
// safe for concurrent use.
type Homes struct {
	*Client // of the first home

	// Further makes the client of a further home, whose settings are those given.
	Further func(settings func() *initialization.Settings) *Client

	// Allow says whether the policy of a further home lets d through; default: it does.
	Allow func(ctx context.Context, home string, d alexa.Directive) error

	mu   sync.Mutex
	made map[string]*Client // guarded by mu; of further homes, by name
}

// Forward sends d on, as [Client.Forward] does, to the home that it is for. On the line
// stands which one.
func (h *Homes) Forward(ctx context.Context, p access.Permit, d alexa.Directive) (json.RawMessage, error) {
	s := h.Settings()
	if s == nil || len(s.Homes) == 0 {
		return h.Client.Forward(ctx, p, d)
	}
	if d.IsDiscover() {
		return h.discover(ctx, p, d, s)
	}
	home, id := h.Cut(d.EndpointID)
	logging.Note(ctx, slog.String(wire.FieldHome, shown(home)))
	metrics.ForHome(ctx, shown(home))
	if home == "" {
		return h.Client.Forward(ctx, p, d)
	}
	reply, err := h.Of(home).Forward(ctx, p, d.WithEndpoint(id))
	if err != nil {
		return nil, err
	}
	return alexa.FromEndpoint(reply, d.EndpointID), nil
}

// Cut returns the home that an endpoint is of, "" for the first, and its id there.
func (h *Homes) Cut(endpoint string) (home, id string) {
	s := h.Settings()
	if s == nil || len(s.Homes) == 0 {
		return "", endpoint
	}
	return config.CutEndpointID(endpoint, func(home string) bool { return further(s, home) != nil })
}

// further returns the settings of a further home; nil if there is none of that name.
func further(s *initialization.Settings, home string) *initialization.Settings {
	for _, own := range s.Homes {
		if own.Home == home {
			return own
		}
	}
	return nil
}

// shown returns the name of a home where each has one.
func shown(home string) string {
	if home == "" {
		return config.FirstHome
	}
	return home
}

// Of returns the client of a home, "" for the first. That of a home which the settings do
// not have has no settings.
func (h *Homes) Of(home string) *Client {
	if home == "" {
		return h.Client
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.made[home]; c != nil {
		return c
	}
	c := h.Further(func() *initialization.Settings {
		if s := h.Settings(); s != nil {
			return further(s, home)
		}
		return nil
	})
	if h.made == nil {
		h.made = map[string]*Client{}
	}
	h.made[home] = c
	return c
}

// All returns the clients of all homes, the first one first; of those of settings, which
// may not be in effect yet.
func (h *Homes) All(s *initialization.Settings) (all []*Client) {
	for _, own := range s.Each() {
		all = append(all, h.Of(own.Home))
	}
	return all
}

// NamesDue does what [Client.NamesDue] does, for all homes.
func (h *Homes) NamesDue() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.made {
		if c.NamesDue() {
			return true
		}
	}
	return h.Client.NamesDue()
}

// ReadNames does what [Client.ReadNames] does, for all homes.
func (h *Homes) ReadNames(ctx context.Context) {
	h.mu.Lock()
	all := []*Client{h.Client}
	for _, c := range h.made {
		all = append(all, c)
	}
	h.mu.Unlock()
	for _, c := range all {
		c.ReadNames(ctx)
	}
}

// Choose returns the client of a home by the name that a person gives it, [config.FirstHome]
// or "" for the first one.
func (h *Homes) Choose(home string) (*Client, error) {
	if home == "" || home == config.FirstHome {
		return h.Client, nil
	}
	if s := h.Settings(); s == nil || further(s, home) == nil {
		return nil, core.Errorf(core.NotFound, core.CauseInput, "the settings have no home %.40q: name one of %s, or leave it out for the first", home, config.EnvHomes)
	}
	return h.Of(home), nil
}
