package demohome

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
)

// rooms are the areas of the devices of a new home.
var rooms = map[string]string{
	"light.kitchen_light": "Kitchen", "light.color_light": "Living Room", "switch.outlet": "Living Room",
	"lock.front_door": "Hall", "lock.jamming_lock": "Hall", "cover.blind": "Bedroom", "climate.thermostat": "Living Room",
	"binary_sensor.window": "Bedroom", "sensor.room_temperature": "Bedroom", "scene.movie": "Living Room",
}

// template answers POST /api/template. It renders one template only: the one that lists
// the areas.
func (h *Home) template(w http.ResponseWriter, r *http.Request) {
	b, ok := body(w, r)
	if !ok {
		return
	}
	var in struct {
		Template string `json:"template"`
	}
	if json.Unmarshal(b, &in) != nil || in.Template != homestate.RoomsTemplate {
		answer(w, http.StatusBadRequest, map[string]string{"message": "Error rendering template: the demo home has no templates"})
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.devices {
		if room := rooms[d.about().id]; room != "" {
			io.WriteString(w, fmt.Sprintf("%s\t%s\n", d.about().id, room))
		}
	}
}
