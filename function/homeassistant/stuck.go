package homeassistant

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
)

// A stuck is what is kept of a device whose reports did not change after a command,
// such as one that reports nothing at all. It is not waited for again until it reports
// something else.
type stuck struct {
	State any   `json:"state"`           // what it reported; nil for nothing
	Times int   `json:"times"`           // in a row; 0 for a device that reports
	After []any `json:"after,omitempty"` // which claims, if it is jammed
}

// stuckFor is how long that is kept of a device that does report a state: it may be
// repaired.
const stuckFor = 24 * time.Hour

// is reports whether a device that now reports state, after a command with that claim,
// need not be waited for. A device whose state stays what it was may have failed once: it
// is believed the second time. A lock that jams while it locks may yet unlock.
func (s stuck) is(state, claimed any) bool {
	enough := 2
	switch state {
	case nil:
		enough = 1
	case jammedState:
		enough = 1
		if !slices.Contains(s.After, claimed) {
			return false
		}
	}
	return s.Times >= enough && reflect.DeepEqual(s.State, state)
}

// again returns what is known of the device when it reported state after one more
// command.
func (s stuck) again(state, claimed any) stuck {
	s.State, s.Times = state, s.Times+1
	if state == jammedState && !slices.Contains(s.After, claimed) {
		s.After = append(s.After, claimed)
	}
	return s
}

// stuck returns what is kept under a key.
func (c *Client) stuck(ctx context.Context, key string) (s stuck) {
	kept, err := core.Do(ctx, c.Dispatcher, cache.Get, cache.GetInput{Namespace: cache.Discovery, Key: key})
	if err != nil || json.Unmarshal(kept.Value, &s) != nil {
		return stuck{}
	}
	return s
}

// keepStuck keeps s under a key. Without it the next command is waited for in vain,
// which is no reason to fail this one.
func (c *Client) keepStuck(ctx context.Context, key string, s stuck) {
	ttl := stuckFor
	switch {
	case s.Times == 0:
		ttl = time.Second
	case s.State == nil:
		ttl = keptFor
	}
	if b, err := json.Marshal(s); err == nil {
		_, _ = core.Do(ctx, c.Dispatcher, cache.Set, cache.SetInput{Namespace: cache.Discovery, Key: key, Value: b, TTL: core.Seconds(ttl)})
	}
}
