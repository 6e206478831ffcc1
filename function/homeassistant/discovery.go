package homeassistant

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// named is how many bytes the names of dropped endpoints may take on a line: some
// hundred names, and far less than CloudWatch takes.
const named = 16 << 10

// discovered returns the answer to a Discover that Alexa can take: the home's own,
// byte for byte, unless something of it has to be dropped, or it is suddenly so much
// less than the last one that the home seems to be starting.
func (c *Client) discovered(ctx context.Context, key string, e alexa.Event, body json.RawMessage) (json.RawMessage, error) {
	all, err := endpointsOf(body)
	if err != nil {
		return nil, err
	}
	last := c.last(ctx, key)
	found := sift(all, last.ids)
	c.record(ctx, config.EndpointsDropped, len(found.dropped))
	logging.Note(ctx, slog.Int("endpoints", len(found.endpoints)))
	if len(found.dropped) > 0 {
		logging.Note(ctx, slog.String("dropped", text(found.groups(named))))
	}
	if last.holds(len(found.endpoints), time.Now()) {
		if last.Less.IsZero() {
			last.Less = time.Now().UTC()
			c.keep(ctx, key, last)
		}
		if reply, ok := c.stale(ctx, e, last); ok {
			return reply, nil
		}
	}
	c.remember(ctx, key, last, found.endpoints)
	c.record(ctx, config.DiscoveryServedStale, 0)
	if len(found.dropped) == 0 {
		return body, nil
	}
	return alexa.Discovery(e, core.NewID(), found.endpoints)
}

// LastKnown returns the last known good answer to the Discover e, which failed with
// err, and whether there is one and its sender may see it. The home has to be away or
// broken, and [Client.Forward] to have said so: who is refused, by the home or before
// it was asked, is shown nothing, and neither is who brings a linked token that is past
// its time, since nobody can be asked whether it still holds.
func (c *Client) LastKnown(ctx context.Context, e alexa.Event, err error) (json.RawMessage, bool) {
	// What the home was waited for may have used up the time; a look into the cache
	// fits into what is kept for making the reply.
	const atMost = 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), atMost)
	defer cancel()
	if key, ok := c.mayKnow(e, err); ok {
		if reply, ok := c.stale(ctx, e, c.last(ctx, key)); ok {
			return reply, true
		}
	}
	c.record(ctx, config.DiscoveryServedStale, 0)
	return nil, false
}

// mayKnow returns the key of the last known good answer that the sender of e may see
// after err, and whether there is such a key.
func (c *Client) mayKnow(e alexa.Event, err error) (key string, ok bool) {
	if _, ok := errors.AsType[passed](err); !ok {
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
	token, err := tokenFor(s, e.Token())
	if err != nil {
		return "", false
	}
	if at, ok := security.Expiry(token); ok && s.TokenSource == config.Linked && time.Now().After(at) {
		return "", false
	}
	return keyFor(s, token), true
}

// stale returns the answer to e that is made of l, if there is anything in it.
func (c *Client) stale(ctx context.Context, e alexa.Event, l lastKnown) (json.RawMessage, bool) {
	endpoints := l.endpoints()
	if len(endpoints) == 0 {
		return nil, false
	}
	reply, err := alexa.Discovery(e, core.NewID(), endpoints)
	if err != nil {
		return nil, false
	}
	logging.Note(ctx, slog.Int("stale_endpoints", len(endpoints)), slog.Time("stale_since", l.At))
	c.record(ctx, config.DiscoveryServedStale, 1)
	return reply, true
}

func (c *Client) record(ctx context.Context, m config.Metric, n int) {
	_, _ = core.Do(ctx, c.Dispatcher, metrics.Record, metrics.RecordInput{Name: m.Name, Value: float64(n)})
}
