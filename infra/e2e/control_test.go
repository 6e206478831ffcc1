package e2e_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun"
	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// controls are commands to the real home and what must have become of the device
// then. Before, it was otherwise: a row relies on those above it.
var controls = []struct {
	command, endpoint, payload string
	entity, attribute, want    string // "state" for the state itself; no entity where the reply alone tells
}{
	{"PowerController.TurnOn", "switch#outlet", `{}`, "switch.outlet", "state", "on"},
	{"PowerController.TurnOff", "switch#outlet", `{}`, "switch.outlet", "state", "off"},
	{"PowerController.TurnOn", "light#kitchen_light", `{}`, "light.kitchen_light", "state", "on"},
	{"BrightnessController.SetBrightness", "light#kitchen_light", `{"brightness":40}`, "light.kitchen_light", "brightness", "102"},
	{"BrightnessController.AdjustBrightness", "light#kitchen_light", `{"brightnessDelta":-20}`, "light.kitchen_light", "brightness", "51"},
	{"ColorController.SetColor", "light#color_light", `{"color":{"hue":120,"saturation":1,"brightness":1}}`, "light.color_light", "hs_color", "[120 100]"},
	{"ColorTemperatureController.SetColorTemperature", "light#bed_light", `{"colorTemperatureInKelvin":4000}`, "light.bed_light", "color_temp_kelvin", "4000"},
	{"ColorTemperatureController.IncreaseColorTemperature", "light#bed_light", `{}`, "light.bed_light", "color_temp_kelvin", "4500"},
	{"ColorTemperatureController.DecreaseColorTemperature", "light#bed_light", `{}`, "light.bed_light", "color_temp_kelvin", "4000"},
	{"LockController.Unlock", "lock#front_door", `{}`, "lock.front_door", "state", "unlocked"},
	{"LockController.Lock", "lock#front_door", `{}`, "lock.front_door", "state", "locked"},
	{"RangeController.SetRangeValue/cover.position", "cover#blind", `{"rangeValue":70}`, "cover.blind", "current_position", "70"},
	{"RangeController.AdjustRangeValue/cover.position", "cover#blind", `{"rangeValueDelta":-20,"rangeValueDeltaDefault":false}`, "cover.blind", "current_position", "50"},
	{"RangeController.SetRangeValue/cover.tilt", "cover#living_room_window", `{"rangeValue":40}`, "cover.living_room_window", "current_tilt_position", "40"},
	{"RangeController.SetRangeValue/fan.percentage", "fan#fan", `{"rangeValue":60}`, "fan.fan", "percentage", "60"},
	{"RangeController.SetRangeValue/humidifier.humidity", "humidifier#humidifier", `{"rangeValue":50}`, "humidifier.humidifier", "humidity", "50"},
	{"RangeController.SetRangeValue/input_number.value", "input_number#dimmer_level", `{"rangeValue":99}`, "input_number.dimmer_level", "state", "99.0"},
	{"RangeController.SetRangeValue/number.value", "number#volume", `{"rangeValue":10}`, "number.volume", "state", "10.0"},
	{"RangeController.SetRangeValue/vacuum.fan_speed", "vacuum#0_ground_floor", `{"rangeValue":3}`, "vacuum.0_ground_floor", "fan_speed", "max"},
	{"ModeController.SetMode/cover.position", "cover#kitchen_window", `{"mode":"position.open"}`, "cover.kitchen_window", "state", "open"},
	{"ModeController.SetMode/fan.direction", "fan#living_room_fan", `{"mode":"direction.reverse"}`, "fan.living_room_fan", "direction", "reverse"},
	{"ModeController.SetMode/fan.preset_mode", "fan#preset_only_limited_fan", `{"mode":"preset_mode.sleep"}`, "fan.preset_only_limited_fan", "preset_mode", "sleep"},
	{"ModeController.SetMode/humidifier.mode", "humidifier#hygrostat", `{"mode":"mode.eco"}`, "humidifier.hygrostat", "mode", "eco"},
	{"ModeController.SetMode/valve.state", "valve#front_garden", `{"mode":"state.closed"}`, "valve.front_garden", "state", "closed"},
	{"ModeController.SetMode/water_heater.operation_mode", "water_heater#demo_water_heater", `{"mode":"operation_mode.gas"}`, "water_heater.demo_water_heater", "state", "gas"},
	{"ToggleController.TurnOn/fan.oscillating", "fan#living_room_fan", `{}`, "fan.living_room_fan", "oscillating", "true"},
	{"ToggleController.TurnOff/fan.oscillating", "fan#living_room_fan", `{}`, "fan.living_room_fan", "oscillating", "false"},
	{"SceneController.Activate", "scene#movie", `{}`, "light.kitchen_light", "brightness", "50"},
	{"SceneController.Activate", "script#hello", `{}`, "script.hello", "last_triggered", "*"},
	{"SceneController.Activate", "input_button#bell", `{}`, "input_button.bell", "state", "*"},
	{"ThermostatController.SetTargetTemperature", "climate#thermostat", `{"targetSetpoint":{"value":22,"scale":"CELSIUS"}}`, "climate.thermostat", "temperature", "22"},
	{"ThermostatController.AdjustTargetTemperature", "climate#thermostat", `{"targetSetpointDelta":{"value":-1,"scale":"CELSIUS"}}`, "climate.thermostat", "temperature", "21"},
	{"ThermostatController.SetThermostatMode", "climate#thermostat", `{"thermostatMode":{"value":"OFF"}}`, "climate.thermostat", "state", "off"},
	{"ThermostatController.SetThermostatMode", "climate#thermostat", `{"thermostatMode":{"value":"HEAT"}}`, "climate.thermostat", "state", "heat"},
	{"Speaker.SetVolume", "media_player#living_room", `{"volume":30}`, "media_player.living_room", "volume_level", "0.3"},
	{"Speaker.AdjustVolume", "media_player#living_room", `{"volume":10,"volumeDefault":false}`, "media_player.living_room", "volume_level", "0.4"},
	{"Speaker.SetMute", "media_player#living_room", `{"mute":true}`, "media_player.living_room", "is_volume_muted", "true"},
	{"StepSpeaker.AdjustVolume", "media_player#radio", `{"volumeSteps":2,"volumeStepsDefault":false}`, "input_number.radio_volume", "state", "32.0"},
	{"PlaybackController.Pause", "media_player#living_room", `{}`, "media_player.living_room", "state", "paused"},
	{"PlaybackController.Play", "media_player#living_room", `{}`, "media_player.living_room", "state", "playing"},
	{"PlaybackController.Next", "media_player#walkman", `{}`, "media_player.walkman", "media_track", "2"},
	{"PlaybackController.Previous", "media_player#walkman", `{}`, "media_player.walkman", "media_track", "1"},
	{"SeekController.AdjustSeekPosition", "media_player#living_room", `{"deltaPositionMilliseconds":60000}`, "", "", ""}, // the demo's player does not move,
	{"ChannelController.ChangeChannel", "media_player#bedroom", `{"channel":{"number":"9"},"channelMetadata":{}}`, "media_player.bedroom", "media_content_id", "9"},
	{"InputController.SelectInput", "media_player#radio", `{"input":"TV"}`, "media_player.radio", "source", "tv"},
	{"EqualizerController.SetMode", "media_player#radio", `{"mode":"MOVIE"}`, "media_player.radio", "sound_mode", "movie"},
	{"TimeHoldController.Hold", "timer#kettle", `{}`, "timer.kettle", "state", "paused"},
	{"TimeHoldController.Resume", "timer#kettle", `{}`, "timer.kettle", "state", "active"},
	{"SecurityPanelController.Arm", "alarm_control_panel#alarm", `{"armState":"ARMED_NIGHT"}`, "alarm_control_panel.alarm", "state", "armed_night"},
	{"SecurityPanelController.Disarm", "alarm_control_panel#alarm", `{}`, "alarm_control_panel.alarm", "state", "disarmed"},
}

func TestControls(t *testing.T) { eachHome(t, controlled) }

func controlled(t *testing.T, v realhome.Version) {
	h := homeOf(t, v)
	if err := h.Call(t.Context(), "timer", "start", map[string]string{"entity_id": "timer.kettle"}); err != nil {
		t.Fatal(err)
	}
	f := start(t, localrun.Options{}, at(h.URL, h.Token)...)
	for _, c := range controls {
		c.endpoint, c.entity = spelled(v, c.endpoint), spelled(v, c.entity)
		t.Run(c.command+" "+c.endpoint, func(t *testing.T) {
			f := &function{f.Function, t}
			if c.entity == "" {
				o := f.ask(command(c.command, c.endpoint, c.payload))
				o.done(t)
				return
			}
			before, err := h.State(t.Context(), c.entity)
			if err != nil {
				t.Fatal(err)
			}
			was := show(before, c.attribute)
			if was == c.want {
				t.Fatalf("%s is %s already: this test would prove nothing", c.entity, c.want)
			}
			o := f.ask(command(c.command, c.endpoint, c.payload))
			o.done(t)
			after, err := h.Await(t.Context(), c.entity, func(e realhome.Entity) bool {
				now := show(e, c.attribute)
				return now == c.want || c.want == "*" && now != was
			})
			if err != nil {
				t.Errorf("%s was %s, is %s, want %s: %v", c.attribute, was, show(after, c.attribute), c.want, err)
			}
		})
	}
}

// show returns an attribute as text.
func show(e realhome.Entity, attribute string) string {
	if attribute == "state" {
		return e.State
	}
	return fmt.Sprint(e.Attributes[attribute])
}

// TestControlsAreAll fails when Home Assistant offers something to command that
// the table above does not, so that the table stays complete.
func TestControlsAreAll(t *testing.T) {
	var covered []string
	for _, c := range controls {
		name, instance, _ := strings.Cut(c.command, "/")
		covered = append(covered, "Alexa."+strings.Split(name, ".")[0]+"/"+instance)
	}
	for _, e := range offered(t) {
		for _, c := range e.Capabilities {
			name := c.Interface + "/" + c.Instance
			if strings.Contains(name, "Controller") && name != "Alexa.PlaybackController/cover.stop" && !slices.Contains(covered, name) {
				t.Errorf("%s offers %s, and no test commands it", e.ID, name)
			}
		}
	}
}

// An endpoint is a device as the home offers it.
type endpoint struct {
	ID           string `json:"endpointId"`
	Capabilities []struct {
		Interface string `json:"interface"`
		Instance  string `json:"instance"`
	} `json:"capabilities"`
}

// offered returns what the shared home offers, asked through the function.
func offered(t testing.TB) []endpoint {
	h := home(t)
	o := start(t, localrun.Options{}, at(h.URL, h.Token)...).ask(discover())
	o.expect(t, "Discover.Response", "")
	all := make([]endpoint, len(o.reply.Event.Payload.Endpoints))
	for i, raw := range o.reply.Event.Payload.Endpoints {
		if err := json.Unmarshal(raw, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
