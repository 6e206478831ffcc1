package simulator

import (
	"encoding/json"

	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
)

// A way is one directive that carries an action out, for a device with that interface.
type way struct {
	namespace, name string
	payload         func(grammar.Reading) string // default: empty
	action          string                       // the directive is what the discovery maps this to
}

const (
	opened = "Alexa.Actions.Open"
	closed = "Alexa.Actions.Close"
	step   = 25 // percent, of "brighter" and "dimmer"
)

// ways are the ways to carry out each action, the first that a device has is used.
var ways = map[grammar.Action][]way{
	grammar.On:  {{namespace: "Alexa.PowerController", name: "TurnOn"}, {namespace: "Alexa.SceneController", name: "Activate"}},
	grammar.Off: {{namespace: "Alexa.PowerController", name: "TurnOff"}},
	grammar.Percent: {
		{namespace: "Alexa.BrightnessController", name: "SetBrightness", payload: number("brightness")},
		{namespace: "Alexa.RangeController", name: "SetRangeValue", payload: number("rangeValue")},
		{namespace: "Alexa.PercentageController", name: "SetPercentage", payload: number("percentage")},
		{namespace: "Alexa.PowerLevelController", name: "SetPowerLevel", payload: number("powerLevel")},
		{namespace: "Alexa.Speaker", name: "SetVolume", payload: number("volume")},
	},
	grammar.Degrees: {{namespace: "Alexa.ThermostatController", name: "SetTargetTemperature", payload: degrees}},
	grammar.Number: {
		{namespace: "Alexa.ThermostatController", name: "SetTargetTemperature", payload: degrees},
		{namespace: "Alexa.BrightnessController", name: "SetBrightness", payload: number("brightness")},
		{namespace: "Alexa.RangeController", name: "SetRangeValue", payload: number("rangeValue")},
	},
	grammar.Brighter: {
		{namespace: "Alexa.BrightnessController", name: "AdjustBrightness", payload: by("brightnessDelta", step)},
		{namespace: "Alexa.RangeController", name: "AdjustRangeValue", payload: by("rangeValueDelta", step)},
	},
	grammar.Dimmer: {
		{namespace: "Alexa.BrightnessController", name: "AdjustBrightness", payload: by("brightnessDelta", -step)},
		{namespace: "Alexa.RangeController", name: "AdjustRangeValue", payload: by("rangeValueDelta", -step)},
	},
	grammar.Lock:     {{namespace: "Alexa.LockController", name: "Lock"}},
	grammar.Unlock:   {{namespace: "Alexa.LockController", name: "Unlock"}},
	grammar.Open:     {{namespace: "Alexa.RangeController", action: opened}, {namespace: "Alexa.ModeController", action: opened}},
	grammar.Close:    {{namespace: "Alexa.RangeController", action: closed}, {namespace: "Alexa.ModeController", action: closed}},
	grammar.Activate: {{namespace: "Alexa.SceneController", name: "Activate"}},
	grammar.Color:    {{namespace: "Alexa.ColorController", name: "SetColor", payload: color}},
}

// marshal returns a payload as JSON.
func marshal(v any) string {
	b, _ := json.Marshal(v) // numbers and text: cannot fail
	return string(b)
}

// number returns a payload with the number that was said.
func number(field string) func(grammar.Reading) string {
	return func(r grammar.Reading) string { return marshal(map[string]float64{field: r.Number}) }
}

// by returns a payload with a difference.
func by(field string, delta float64) func(grammar.Reading) string {
	return func(grammar.Reading) string { return marshal(map[string]any{field: delta, field + "Default": false}) }
}

func degrees(r grammar.Reading) string {
	return marshal(map[string]any{"targetSetpoint": map[string]any{"value": r.Number, "scale": "CELSIUS"}})
}

// hues are the colors by their English names: hue in degrees and saturation.
var hues = map[string][2]float64{
	"red": {0, 1}, "orange": {39, 1}, "yellow": {60, 1}, "green": {120, 1}, "blue": {240, 1}, "purple": {277, 0.86}, "pink": {348, 0.25}, "white": {0, 0},
}

func color(r grammar.Reading) string {
	h := hues[r.Color]
	return marshal(map[string]any{"color": map[string]float64{"hue": h[0], "saturation": h[1], "brightness": 1}})
}
