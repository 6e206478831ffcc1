package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// has returns a capability with more members.
func has(face, more string) string {
	if more != "" {
		more = "," + more
	}
	return fmt.Sprintf(`{"type":"AlexaInterface","interface":%q,"version":"3"%s}`, face, more)
}

func mode(value, name string) string {
	return fmt.Sprintf(`{"value":%q,"modeResources":{"friendlyNames":[{"@type":"text","value":{"text":%q,"locale":"en-US"}}]}}`, value, name)
}

func modes(instance string, all ...string) string {
	return has("Alexa.ModeController", fmt.Sprintf(`"instance":%q,"configuration":{"ordered":false,"supportedModes":[%s]}`, instance, strings.Join(all, ",")))
}

func ranged(instance, supported, more string) string {
	return has("Alexa.RangeController", fmt.Sprintf(`"instance":%q,"configuration":{"supportedRange":{%s}%s}`, instance, supported, more))
}

const percent = `"minimumValue":0,"maximumValue":100,"precision":1`

// TestA1LimitsOfACapability has a device with one capability beyond each of Amazon's
// limits, and one that just keeps it: the capability goes, the device and its other
// capabilities stay, and the line says what was left out and why.
func TestA1LimitsOfACapability(t *testing.T) {
	const mapped = `,"semantics":{"@type":"S","stateMappings":[{"@type":"StatesToValue","states":["Alexa.States.Closed"],"value":0}]}`
	withMapping := func(c string) string { return strings.TrimSuffix(c, "}") + mapped + "}" }
	low, high := mode("speed.low", "low"), mode("speed.high", "high")
	for _, tt := range []struct {
		name         string
		capabilities []string
		removed      []int // indexes of capabilities
		why          string
	}{
		{"all is well", []string{modes("fan.preset_mode", low, high), ranged("fan.percentage", percent, ""), has("Alexa.InputController", `"inputs":[{"name":"TV"}]`)}, nil, ""},
		{"no modes", []string{modes("fan.preset_mode")}, []int{0}, "its Alexa.ModeController fan.preset_mode has fewer than two modes"},
		{"one mode", []string{modes("fan.preset_mode", low)}, []int{0}, "fewer than two modes"},
		{"modes null", []string{has("Alexa.ModeController", `"instance":"fan.preset_mode","configuration":{"supportedModes":null}`)}, []int{0}, "fewer than two modes"},
		{"no configuration", []string{has("Alexa.ModeController", `"instance":"fan.preset_mode"`)}, []int{0}, "fewer than two modes"},
		{"modes of another type", []string{has("Alexa.ModeController", `"instance":"fan.preset_mode","configuration":{"supportedModes":"low"}`)}, []int{0}, "cannot be read"},
		{"a mode without a name", []string{modes("fan.preset_mode", low, mode("speed.high", ""))}, []int{0}, "has a mode without a name"},
		{"a mode with a name of space", []string{modes("fan.preset_mode", low, mode("speed.high", " "))}, []int{0}, "has a mode without a name"},
		{"a mode without resources", []string{modes("fan.preset_mode", low, `{"value":"speed.high"}`)}, []int{0}, "has a mode without a name"},
		{"a mode without a value", []string{modes("fan.preset_mode", low, mode("", "high"))}, []int{0}, "has a mode without a name"},
		{"a mode named by an asset", []string{modes("fan.preset_mode", low, `{"value":"x","modeResources":{"friendlyNames":[{"@type":"asset","value":{"assetId":"Alexa.Value.High"}}]}}`)}, nil, ""},
		{"no inputs", []string{has("Alexa.InputController", `"inputs":[]`)}, []int{0}, "its Alexa.InputController has no inputs"},
		{"inputs missing", []string{has("Alexa.InputController", ``)}, []int{0}, "has no inputs"},
		{"an input that is null", []string{has("Alexa.InputController", `"inputs":[{"name":"TV"},null]`)}, []int{0}, "has no inputs"},
		{"an input without a name", []string{has("Alexa.InputController", `"inputs":[{"name":"TV"},{"name":" "}]`)}, []int{0}, "has an input without a name"},
		{"an input of another type", []string{has("Alexa.InputController", `"inputs":["TV"]`)}, []int{0}, "has inputs that cannot be read"},
		{"equalizer modes", []string{has("Alexa.EqualizerController", `"configurations":{"modes":{"supported":[{"name":"MOVIE"}]}}`)}, nil, ""},
		{"no equalizer mode", []string{has("Alexa.EqualizerController", `"configurations":{"modes":{"supported":[]}}`)}, []int{0}, "has no mode"},
		{"equalizer bands alone", []string{has("Alexa.EqualizerController", `"configurations":{"bands":{"supported":[{"name":"BASS"}]}}`)}, nil, ""},
		{"no equalizer band", []string{has("Alexa.EqualizerController", `"configurations":{"bands":{"supported":[]}}`)}, []int{0}, "has no bands"},
		{"thermostat modes", []string{has("Alexa.ThermostatController", `"configuration":{"supportedModes":["HEAT"]}`)}, nil, ""},
		{"thermostat without a word on modes", []string{has("Alexa.ThermostatController", `"configuration":{"supportsScheduling":false}`)}, nil, ""},
		{"no thermostat mode", []string{has("Alexa.ThermostatController", `"configuration":{"supportedModes":[]}`)}, []int{0}, "has no mode"},
		{"a thermostat mode that is null", []string{has("Alexa.ThermostatController", `"configuration":{"supportedModes":["HEAT",null]}`)}, []int{0}, "has no mode"},
		{"minimum is maximum", []string{ranged("vacuum.fan_speed", `"minimumValue":0,"maximumValue":0,"precision":1`, "")}, []int{0}, "minimum is not below its maximum"},
		{"minimum above maximum", []string{ranged("x.y", `"minimumValue":2,"maximumValue":1,"precision":0.1`, "")}, []int{0}, "minimum is not below its maximum"},
		{"no precision", []string{ranged("x.y", `"minimumValue":0,"maximumValue":1`, "")}, []int{0}, "has no range"},
		{"no range", []string{ranged("x.y", ``, "")}, []int{0}, "has no range"},
		{"precision of nothing", []string{ranged("x.y", `"minimumValue":0,"maximumValue":1,"precision":0`, "")}, []int{0}, "precision that does not fit"},
		{"precision below nothing", []string{ranged("x.y", `"minimumValue":0,"maximumValue":1,"precision":-1`, "")}, []int{0}, "precision that does not fit"},
		{"precision of the whole range", []string{ranged("x.y", `"minimumValue":0,"maximumValue":1,"precision":1`, "")}, nil, ""},
		{"precision above the range", []string{ranged("x.y", `"minimumValue":0,"maximumValue":1,"precision":2`, "")}, []int{0}, "precision that does not fit"},
		{"range below zero", []string{ranged("x.y", `"minimumValue":-30.5,"maximumValue":-1,"precision":0.5`, "")}, nil, ""},
		{"a preset without a name", []string{ranged("x.y", percent, `,"presets":[{"rangeValue":1,"presetResources":{"friendlyNames":[]}}]`)}, []int{0}, "preset without a name"},
		{"one instance twice", []string{ranged("x.y", percent, ""), modes("x.y", low, high)}, []int{1}, "an instance that another capability has"},
		{"no instance twice", []string{has("Alexa.RangeController", `"configuration":{"supportedRange":{`+percent+`}}`), has("Alexa.RangeController", `"configuration":{"supportedRange":{`+percent+`}}`)}, []int{1}, "has no instance, and neither"},
		{"no instance, of two interfaces", []string{has("Alexa.ToggleController", ""), has("Alexa.PowerController", ""), has("Alexa.PowerController", "")}, nil, ""},
		{"an instance in another", []string{ranged("cover.position", percent, ""), ranged("cover.tilt_position", percent, "")}, []int{1}, "is part of another"},
		{"the other way round", []string{ranged("cover.tilt_position", percent, ""), ranged("cover.position", percent, "")}, []int{1}, "is part of another"},
		{"instances of one domain", []string{ranged("cover.position", percent, ""), ranged("cover.tilt", percent, ""), has("Alexa.ToggleController", `"instance":"cover.stop"`)}, nil, ""},
		{"state mappings twice", []string{withMapping(ranged("cover.position", percent, "")), withMapping(ranged("cover.tilt", percent, ""))}, []int{1}, "has state mappings, as another"},
		{"state mappings of two interfaces", []string{withMapping(ranged("cover.position", percent, "")), withMapping(modes("cover.tilt", low, high))}, nil, ""},
		{"null", []string{"null"}, []int{0}, "number 2 of its capabilities is null"},
		{"a number", []string{"7"}, []int{0}, "number 2 of its capabilities is not one"},
		{"a name of another type", []string{`{"interface":7}`}, []int{0}, "number 2 of its capabilities is not one"},
		{"an interface twice", []string{`{"interface":"Alexa.ModeController","interface":"Alexa.Speaker"}`}, []int{0}, "number 2 of its capabilities is not one"},
		{"inputs twice", []string{has("Alexa.InputController", `"inputs":[],"inputs":[{"name":"TV"}]`)}, []int{0}, "number 2 of its capabilities is not one"},
		{"a second interface in another case", []string{has("Alexa.ModeController", `"INTERFACE":"Alexa.PowerController","instance":"fan.preset_mode","configuration":{"supportedModes":[]}`)}, []int{0}, "fewer than two modes"},
		{"modes in another case", []string{has("Alexa.ModeController", `"instance":"fan.preset_mode","configuration":{"SupportedModes":[`+low+","+high+`]}`)}, []int{0}, "fewer than two modes"},
		{"no modes, and some in another case", []string{has("Alexa.ModeController", `"instance":"fan.preset_mode","configuration":{"supportedModes":[],"SupportedModes":[`+low+","+high+`]}`)}, []int{0}, "fewer than two modes"},
		{"inputs in another case", []string{has("Alexa.InputController", `"Inputs":[{"name":"TV"}]`)}, []int{0}, "has no inputs"},
		{"an input's name in another case", []string{has("Alexa.InputController", `"inputs":[{"Name":"TV"}]`)}, []int{0}, "has an input without a name"},
		{"a range in another case", []string{ranged("x.y", `"minimumvalue":0,"maximumValue":1,"precision":1`, "")}, []int{0}, "has no range"},
		{"a limit that is null", []string{ranged("x.y", `"minimumValue":null,"maximumValue":1,"precision":1`, "")}, []int{0}, "has no range"},
		{"a limit that is text", []string{ranged("x.y", `"minimumValue":"0","maximumValue":1,"precision":1`, "")}, []int{0}, "cannot be read"},
		{"a limit beyond all numbers", []string{ranged("x.y", `"minimumValue":0,"maximumValue":1e400,"precision":1`, "")}, []int{0}, "cannot be read"},
		{"limits of any size", []string{ranged("x.y", `"minimumValue":-1e300,"maximumValue":1e300,"precision":0.000000000000001`, "")}, nil, ""},
		{"presets of another type", []string{ranged("x.y", percent, `,"presets":{}`)}, []int{0}, "cannot be read"},
		{"bands of another type", []string{has("Alexa.EqualizerController", `"configurations":{"bands":7}`)}, []int{0}, "has no bands"},
		{"a list as configuration", []string{has("Alexa.ModeController", `"instance":"x.y","configuration":[]`)}, []int{0}, "cannot be read"},
		{"nested too deep", []string{has("Alexa.Speaker", `"x":`+strings.Repeat("[", 70)+strings.Repeat("]", 70))}, []int{0}, "number 2 of its capabilities is not one"},
		{"a long text", []string{has("Alexa.Speaker", `"x":"`+strings.Repeat("x", 70_000)+`"`)}, []int{0}, "number 2 of its capabilities is longer than 64 KB"},
		{"a list in its place", []string{"[]"}, []int{0}, "number 2 of its capabilities is not one"},
		{"two of three", []string{"null", modes("fan.preset_mode", low), ranged("fan.percentage", percent, "")}, []int{0, 1}, "fewer than two modes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home, url := newLister(t)
			app, out := started(t, url, nil)
			home.offers(gadget("light#a", "A", plainCapability), gadget("fan#b", "B", append([]string{plainCapability}, tt.capabilities...)...))
			d, raw := devicesOf(t, app)
			if len(d.Event.Payload.Endpoints) != 2 {
				t.Fatalf("the device does not stay: %s", raw)
			}
			b := d.Event.Payload.Endpoints[1]
			want := []string{"Alexa"}
			for i, c := range tt.capabilities {
				if !slices.Contains(tt.removed, i) {
					_, name, _ := strings.Cut(c, `"interface":"`)
					name, _, _ = strings.Cut(name, `"`)
					want = append(want, name)
				}
			}
			var got []string
			for _, c := range b.Capabilities {
				got = append(got, c.Interface)
			}
			if !slices.Equal(got, want) || b.FriendlyName != "B" || b.Cookie["k"] != "v" {
				t.Errorf("the device has %v, want %v: %s", got, want, raw)
			}
			line := out.line(t)
			dropped, _ := line["dropped"].(string)
			if tt.why == "" && (dropped != "" || string(raw) != *home.body.Load()) {
				t.Errorf("something was changed: %q", dropped)
			}
			if !strings.Contains(dropped, tt.why) || tt.why != "" && !strings.Contains(dropped, "fan.b") {
				t.Errorf("the line says %q, want %q", dropped, tt.why)
			}
			if line[config.EndpointsDropped.Name] != 0.0 {
				t.Errorf("EndpointsDropped is %v, want 0", line[config.EndpointsDropped.Name])
			}
		})
	}
}

// TestA1NothingLeft has a device that loses all it can do.
func TestA1NothingLeft(t *testing.T) {
	home, url := newLister(t)
	app, out := started(t, url, nil)
	home.offers(gadget("light#a", "A", plainCapability), gadget("fan#b", "B", "null"))
	if d, raw := devicesOf(t, app); len(d.Event.Payload.Endpoints) != 1 {
		t.Errorf("want one device: %s", raw)
	}
	if dropped := out.line(t)["dropped"]; dropped != "fan.b (Alexa accepts none of its capabilities: number 1 of its capabilities is null)" {
		t.Errorf("the line says %v", dropped)
	}
}

// TestA10NoName has helpers without a name, as Home Assistant of 2026.11 sends them: each
// stays, with a name that a person can say, and the next directive's line has that name.
func TestA10NoName(t *testing.T) {
	for _, tt := range []struct{ id, name, want string }{
		{"input_number#dimmer_level", `""`, "dimmer level"},
		{"input_number#dimmer_level", `null`, "dimmer level"},
		{"input_number#dimmer_level", `"  "`, "dimmer level"},
		{"input_number#dimmer_level", `"\u200b\u00a0"`, "dimmer level"},
		{"light#kitchen", `"\u2728"`, "\u2728"},
		{"script#good_night_2", `""`, "good night 2"},
		{"light#1", `""`, "light 1"},
		{"scene#_a__b_", `""`, "a b"},
		{"lamp", `""`, "lamp"},
		{"light#" + strings.Repeat("x", 200), `""`, strings.Repeat("x", 128)},
		{"light#kitchen", `"Küche"`, "Küche"},
	} {
		t.Run(tt.id+tt.name, func(t *testing.T) {
			home, url := newLister(t)
			app, _ := started(t, url, nil)
			home.offers(strings.Replace(gadget(tt.id, "unnamed", plainCapability), `"unnamed"`, tt.name, 1))
			d, raw := devicesOf(t, app)
			if len(d.Event.Payload.Endpoints) != 1 || d.Event.Payload.Endpoints[0].FriendlyName != tt.want || strings.Count(string(raw), `"friendlyName"`) != 1 {
				t.Errorf("want the name %q: %s", tt.want, raw)
			}
		})
	}
	home, url := newLister(t)
	app, out := started(t, url, nil)
	home.offers(gadget("light#kitchen", "", plainCapability), gadget("#", "", plainCapability))
	if d, raw := devicesOf(t, app); len(d.Event.Payload.Endpoints) != 1 {
		t.Errorf("a device of which no name can be made is offered: %s", raw)
	}
	out.before = len(out.lines)
	invoke(t, app, turnOn)
	if device := out.line(t)["device"]; device != "kitchen" {
		t.Errorf("the line of a command to it says %v", device)
	}
}
