package demohome

import (
	"encoding/json"
	"strings"
)

// A device is one entity of the home. The home's mutex guards it.
type device interface {
	about() about
	state() (string, map[string]any)  // as Home Assistant has it
	properties() []property           // as Alexa gets it
	do(c command) ([]property, error) // the properties for the reply; the error is a *fault, or any other
}

// about is what never changes about a device.
type about struct {
	id           string // "light.kitchen_light"
	name         string
	category     string
	capabilities []capability
}

// A command is a directive to a device.
type command struct {
	namespace, name, instance string
	payload                   json.RawMessage
}

// actions are the directives that the home supports, for any device.
var actions = map[string]bool{
	"Alexa.PowerController.TurnOn":                              true,
	"Alexa.PowerController.TurnOff":                             true,
	"Alexa.BrightnessController.SetBrightness":                  true,
	"Alexa.BrightnessController.AdjustBrightness":               true,
	"Alexa.ColorController.SetColor":                            true,
	"Alexa.ColorTemperatureController.SetColorTemperature":      true,
	"Alexa.ColorTemperatureController.IncreaseColorTemperature": true,
	"Alexa.ColorTemperatureController.DecreaseColorTemperature": true,
	"Alexa.LockController.Lock":                                 true,
	"Alexa.LockController.Unlock":                               true,
	"Alexa.RangeController.SetRangeValue":                       true,
	"Alexa.RangeController.AdjustRangeValue":                    true,
	"Alexa.ThermostatController.SetTargetTemperature":           true,
	"Alexa.ThermostatController.AdjustTargetTemperature":        true,
	"Alexa.ThermostatController.SetThermostatMode":              true,
	"Alexa.SceneController.Activate":                            true,
}

// A property is a state in the format of Alexa.
type property struct {
	Namespace   string `json:"namespace"`
	Instance    string `json:"instance,omitempty"`
	Name        string `json:"name"`
	Value       any    `json:"value"`
	At          string `json:"timeOfSample,omitempty"`
	Uncertainty *int   `json:"uncertaintyInMilliseconds,omitempty"`
}

// sample returns a property as it is now.
func sample(namespace, name string, value any) property {
	return property{Namespace: namespace, Name: name, Value: value, At: stamp(), Uncertainty: new(int)}
}

// said returns a property that a directive has just set.
func said(namespace, name string, value any) []property {
	return []property{{Namespace: namespace, Name: name, Value: value}}
}

func power(on bool) property {
	return sample("Alexa.PowerController", "powerState", either(on, "ON", "OFF"))
}

func healthy() property {
	return sample("Alexa.EndpointHealth", "connectivity", map[string]string{"value": "OK"})
}

func either(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// A capability is an interface that an endpoint has.
type capability map[string]any

// has returns a capability with the properties that it reports.
func has(name string, properties ...string) capability {
	c := capability{"type": "AlexaInterface", "interface": name, "version": "3"}
	if len(properties) > 0 {
		var supported []map[string]string
		for _, p := range properties {
			supported = append(supported, map[string]string{"name": p})
		}
		c["properties"] = map[string]any{"supported": supported, "proactivelyReported": true, "retrievable": true}
	}
	return c
}

// with returns c with another field.
func (c capability) with(field string, value any) capability {
	c[field] = value
	return c
}

// endpoints returns what Discover finds; the caller holds mu.
func (h *Home) endpoints() []map[string]any {
	var all []map[string]any
	for _, d := range h.devices {
		a := d.about()
		domain, _, _ := strings.Cut(a.id, ".")
		all = append(all, map[string]any{
			"endpointId":        strings.Replace(a.id, ".", "#", 1),
			"friendlyName":      a.name,
			"description":       a.id + " via Home Assistant",
			"manufacturerName":  "Home Assistant",
			"displayCategories": []string{a.category},
			"cookie":            struct{}{},
			"additionalAttributes": map[string]string{
				"manufacturer": "Home Assistant", "model": domain, "softwareVersion": Version, "customIdentifier": "-" + a.id,
			},
			"capabilities": a.capabilities,
		})
	}
	return all
}

// number reads the number at a path of fields in a payload.
func number(payload json.RawMessage, fields ...string) (float64, error) {
	for _, f := range fields {
		var m map[string]json.RawMessage
		if json.Unmarshal(payload, &m) != nil || m[f] == nil {
			return 0, errUnknown
		}
		payload = m[f]
	}
	var n float64
	if json.Unmarshal(payload, &n) != nil {
		return 0, errUnknown
	}
	return n, nil
}

// text reads the string at a path of fields in a payload.
func text(payload json.RawMessage, fields ...string) string {
	for _, f := range fields {
		var m map[string]json.RawMessage
		if json.Unmarshal(payload, &m) != nil {
			return ""
		}
		payload = m[f]
	}
	var s string
	json.Unmarshal(payload, &s)
	return s
}
