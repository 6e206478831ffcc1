package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// noteDevice puts the friendly name of the endpoint of d on the line, as the last
// discovery has it, so that the owner reads "Kitchen light" and not an id.
func (c *Client) noteDevice(ctx context.Context, s *initialization.Settings, token Token, d alexa.Directive) {
	if d.EndpointID == "" || c.Names == nil {
		return
	}
	if name := c.names(ctx, keyFor(s, token))[d.EndpointID]; name != "" {
		logging.Note(ctx, slog.String("device", name))
	}
}

// names returns the friendly names of the last discovery under key, by endpoint id.
// They are read once a process and kept in memory; without a discovery there are none.
func (c *Client) names(ctx context.Context, key string) map[string]string {
	key = "names of " + key
	if kept, ok := c.Names.Load(key); ok {
		names, _ := kept.(map[string]string)
		return names
	}
	return c.learnNames(key, c.last(ctx, key[len("names of "):]).endpoints())
}

// learnNames keeps the names of endpoints.
func (c *Client) learnNames(key string, endpoints []json.RawMessage) map[string]string {
	names := make(map[string]string, len(endpoints))
	for _, raw := range endpoints {
		if e, err := readEndpoint(raw); err == nil {
			names[e.id] = e.name
		}
	}
	if c.Names != nil {
		c.Names.Keep(key, names, keptFor)
	}
	return names
}
