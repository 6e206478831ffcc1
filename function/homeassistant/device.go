package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// A device is what is kept in memory of a discovered endpoint.
type device struct {
	name   string
	garage bool // a garage door or gate
}

// noteDevice puts the friendly name of the endpoint of d on the line, as the last
// discovery has it, so that the owner reads "Kitchen light" and not an id. A directive
// does not wait for it: names that are not in memory are read after the reply.
func (c *Client) noteDevice(ctx context.Context, s *initialization.Settings, token Token, d alexa.Directive) {
	if d.EndpointID == "" || c.Names == nil {
		return
	}
	key := keyFor(s, token)
	kept, ok := c.Names.Load(namesKey(key))
	if !ok {
		unnamed := key // the only one that needs memory of its own
		c.unnamed.Store(&unnamed)
		return
	}
	devices, _ := kept.(map[string]device)
	if name := devices[d.EndpointID].name; name != "" {
		logging.Note(ctx, slog.String("device", name))
	}
}

// NamesDue reports whether a directive came whose device's name was not in memory, so
// that [Client.ReadNames] has something to do.
func (c *Client) NamesDue() bool { return c.unnamed.Load() != nil }

// ReadNames reads the names of devices into memory. It is meant for the time after the
// reply.
func (c *Client) ReadNames(ctx context.Context) {
	if key := c.unnamed.Swap(nil); key != nil {
		c.keepDevices(*key, c.last(ctx, *key).endpoints())
	}
}

// devices returns the devices of the last discovery under key, by endpoint id, for who
// has the time to read them.
func (c *Client) devices(ctx context.Context, key string) map[string]device {
	if kept, ok := c.Names.Load(namesKey(key)); ok {
		devices, _ := kept.(map[string]device)
		return devices
	}
	return c.keepDevices(key, c.last(ctx, key).endpoints())
}

// keepDevices keeps the devices of the last discovery under key.
func (c *Client) keepDevices(key string, endpoints []json.RawMessage) map[string]device {
	devices := make(map[string]device, len(endpoints))
	for _, raw := range endpoints {
		if e, err := readEndpoint(raw); err == nil {
			var kind struct {
				Categories []string `json:"displayCategories"`
			}
			_ = json.Unmarshal(raw, &kind) // of another type, it is no garage door
			devices[e.id] = device{e.name, slices.Contains(kind.Categories, "GARAGE_DOOR")}
		}
	}
	if c.Names != nil {
		c.Names.Keep(namesKey(key), devices, keptFor)
	}
	return devices
}

func namesKey(key string) string { return "names of " + key }
