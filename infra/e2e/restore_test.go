package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// A state is how a home was at one time.
type state map[string]realhome.Entity

// restored are the entities that samples change, in the order in which they are
// put back: the helpers first, for some of the others only show what they hold.
var restored = []string{
	"input_boolean.", "input_number.", "input_select.",
	"light.bed_light", "climate.thermostat", "alarm_control_panel.alarm", "fan.living_room_fan",
	"humidifier.", "media_player.living_room", "media_player.bedroom", "timer.kettle", "switch.outlet",
	"light.kitchen_light", "light.color_light", "lock.front_door", "cover.blind", "fan.fan", "media_player.radio", "media_player.player",
}

func snapshot(ctx context.Context, h *realhome.Home) (state, error) {
	all, err := h.States(ctx)
	s := state{}
	for _, e := range all {
		if slices.ContainsFunc(restored, func(prefix string) bool { return strings.HasPrefix(e.ID, prefix) }) {
			s[e.ID] = e
		}
	}
	return s, err
}

// changed returns what is otherwise than it was, in the order of restored.
func (s state) changed(now state) (ids []string) {
	for _, prefix := range restored {
		for id, e := range s {
			if strings.HasPrefix(id, prefix) && fingerprint(e) != fingerprint(now[id]) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func fingerprint(e realhome.Entity) string {
	attributes := map[string]any{}
	for k, v := range e.Attributes {
		switch k {
		case "media_position", "media_position_updated_at", "finishes_at", "remaining", "entity_picture", "changed_by", "app_name", "previous_state", "next_state", "last_transition":
		default:
			attributes[k] = v
		}
	}
	return fmt.Sprint(e.State, attributes)
}

// restore puts the home back into that state.
func (s state) restore(t *testing.T, h *realhome.Home) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		now, err := snapshot(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		ids := s.changed(now)
		if len(ids) == 0 {
			return
		}
		e := s[ids[0]]
		values := map[string]any{"state": e.State}
		for k, v := range e.Attributes {
			if v != nil {
				values[k] = v
			}
		}
		err = h.Call(ctx, "scene", "apply", map[string]any{"entities": map[string]any{e.ID: values}})
		if err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
	}
	now, _ := snapshot(t.Context(), h)
	for _, id := range s.changed(now) {
		t.Errorf("the home cannot be put back: %s was %s, is %s", id, fingerprint(s[id]), fingerprint(now[id]))
	}
	t.FailNow()
}
