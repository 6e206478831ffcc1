package homeassistant

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/config"
	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// maxDropped is how many bytes the names of dropped endpoints may take on a line: some
// hundred names, and far less than CloudWatch accepts.
const maxDropped = 16 << 10

// DiscoveryLimit returns how long the answer of each of so many homes to a Discover may be,
// so that those of all fit into the memory at once.
func DiscoveryLimit(homes int) int {
	const most = 2 // answers of the longest length
	if homes <= most {
		return 0
	}
	return most * facts.MaxPayload / homes
}

// discovered returns a reply to a Discover that Alexa accepts: the home's own, byte for
// byte, unless endpoints have to be dropped or mended, or there are suddenly so many fewer than
// in the last one that the home seems to be starting.
func (c *Client) discovered(ctx context.Context, home, key string, d alexa.Directive, body json.RawMessage) (json.RawMessage, error) {
	all, err := Endpoints(body)
	if err != nil {
		return nil, err
	}
	last := c.last(ctx, key)
	found := FilterEndpoints(home, all, last.ids)
	metrics.Put(ctx, config.EndpointsDropped, float64(len(found.dropped)))
	logging.Note(ctx, slog.Int("endpoints", len(found.Endpoints)))
	if what := found.describe(maxDropped); what != "" {
		logging.Note(ctx, slog.String("dropped", what))
	}
	if last.holds(len(found.Endpoints), time.Now()) {
		if last.Less.IsZero() {
			last.Less = time.Now().UTC()
			c.keep(ctx, key, last)
		}
		if reply, ok := c.stale(ctx, d, last); ok {
			return reply, nil
		}
	}
	c.remember(ctx, key, last, found.Endpoints)
	metrics.Put(ctx, config.DiscoveryServedStale, 0)
	if !found.changed() {
		return body, nil
	}
	return alexa.Discovery(d, core.NewID(), found.Endpoints)
}

// LastKnown returns the last known good answer to the Discover d, which failed with
// err, and whether there is one that its sender may see. The home must be unreachable
// or broken, and [Client.Forward] must have said so: a sender who was rejected, by the
// home or before it was asked, sees nothing, and neither does one with an expired
// linked token, which no one can verify now.
func (c *Client) LastKnown(ctx context.Context, d alexa.Directive, err error) (json.RawMessage, bool) {
	// Waiting for the home may have used up the time; a look into the cache fits into
	// the reserve for making the reply.
	const atMost = 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), atMost)
	defer cancel()
	if key, ok := c.mayKnow(d, err); ok {
		if reply, ok := c.stale(ctx, d, c.last(ctx, key)); ok {
			if core.CauseOf(err) == core.CausePaused { // the owner knows
				metrics.Put(ctx, config.DiscoveryServedStale, 0)
			}
			return reply, true
		}
	}
	metrics.Put(ctx, config.DiscoveryServedStale, 0)
	return nil, false
}

// mayKnow returns the key of the last known good answer that the sender of d may see
// after err; ok is false if they may see none.
func (c *Client) mayKnow(d alexa.Directive, err error) (key string, ok bool) {
	if _, ok := errors.AsType[homeError](err); !ok {
		return "", false
	}
	switch core.KindOf(err) {
	case core.Unreachable, core.Unavailable, core.RateLimited, core.Internal:
	default:
		return "", false
	}
	s := c.Settings()
	if s == nil {
		return "", false
	}
	token, err := shownToken(s, d.Token())
	if err != nil {
		return "", false
	}
	if at, ok := security.Expiry(token.Secret); ok && s.TokenSource == config.Linked && time.Now().After(at) {
		return "", false
	}
	return keyFor(s, token), true
}

// stale returns a reply to d with the endpoints of l, if it has any.
func (c *Client) stale(ctx context.Context, d alexa.Directive, l lastKnown) (json.RawMessage, bool) {
	endpoints := l.endpoints()
	if len(endpoints) == 0 {
		return nil, false
	}
	reply, err := alexa.Discovery(d, core.NewID(), endpoints)
	if err != nil {
		return nil, false
	}
	logging.Note(ctx, slog.Int("stale_endpoints", len(endpoints)), slog.Time("stale_since", l.At))
	metrics.Put(ctx, config.DiscoveryServedStale, 1)
	return reply, true
}
