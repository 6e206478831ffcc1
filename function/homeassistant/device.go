package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// noteDevice puts the friendly name of the endpoint of d on the line, as the last
// discovery has it, so that the owner reads "Kitchen light" and not an id. A directive
// does not wait for it: names that are not in memory are read after the reply.
func (c *Client) noteDevice(ctx context.Context, s *initialization.Settings, token core.Secret, d alexa.Directive) {
	if d.EndpointID == "" || c.Names == nil {
		return
	}
	key := keyFor(s, token)
	kept, ok := c.Names.Load(namesKey(key))
	if !ok {
		c.unnamed.Store(&key)
		return
	}
	if names, _ := kept.(map[string]string); names[d.EndpointID] != "" {
		logging.Note(ctx, slog.String("device", names[d.EndpointID]))
	}
}

// NamesDue reports whether a directive came whose device's name was not in memory, so
// that [Client.ReadNames] has something to do.
func (c *Client) NamesDue() bool { return c.unnamed.Load() != nil }

// ReadNames reads the names of devices into memory. It is meant for the time after the
// reply.
func (c *Client) ReadNames(ctx context.Context) {
	if key := c.unnamed.Swap(nil); key != nil {
		c.keepNames(*key, c.last(ctx, *key).endpoints())
	}
}

// keepNames keeps the names of the endpoints of the last discovery under key.
func (c *Client) keepNames(key string, endpoints []json.RawMessage) {
	if c.Names == nil {
		return
	}
	names := make(map[string]string, len(endpoints))
	for _, raw := range endpoints {
		var e endpoint
		if json.Unmarshal(raw, &e) == nil {
			names[e.ID] = e.Name
		}
	}
	c.Names.Keep(namesKey(key), names, keptFor)
}

func namesKey(key string) string { return "names of " + key }
