package homeassistant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// A capability is the part of a capability that has limits. Amazon's validation of a
// discovery rejects the device, and sometimes every device, when one is exceeded.
type capability struct {
	Interface      string          `json:"interface"`
	Instance       string          `json:"instance"`
	Inputs         json.RawMessage `json:"inputs"`         // of an InputController
	Configuration  json.RawMessage `json:"configuration"`  // of a Mode-, Range- or ThermostatController
	Configurations json.RawMessage `json:"configurations"` // of an EqualizerController
	Semantics      struct {
		StateMappings []json.RawMessage `json:"stateMappings"`
	} `json:"semantics"`
}

// generic are the interfaces of which an endpoint may have several capabilities, each
// with an instance.
var generic = []string{"Alexa.ModeController", "Alexa.RangeController", "Alexa.ToggleController"}

// label is how a capability is called in a sentence.
func (c capability) label() string {
	if c.Instance == "" {
		return fmt.Sprintf("%.64s", c.Interface)
	}
	return fmt.Sprintf("%.64s %.64s", c.Interface, c.Instance)
}

// goodCapabilities returns the capabilities of e that Alexa accepts, and what is wrong
// with each other one.
func (e *endpoint) goodCapabilities() (kept []json.RawMessage, removed []string) {
	var before []capability // that are kept
	for i, raw := range e.capabilities {
		var c capability
		problem := ""
		_, twice := strictjson.Check(raw)
		switch err := json.Unmarshal(raw, &c); {
		case strictjson.Kind(raw) == "null":
			problem = fmt.Sprintf("number %d of its capabilities is null", i+1)
		case err != nil || twice != nil: // of two values for one key Alexa may take the other
			problem = fmt.Sprintf("number %d of its capabilities is not one as Alexa defines it", i+1)
		default:
			if problem = c.violation(before); problem != "" {
				problem = "its " + c.label() + " " + problem
			}
		}
		if problem != "" {
			removed = append(removed, problem)
			continue
		}
		before, kept = append(before, c), append(kept, raw)
	}
	return kept, removed
}

// violation says which limit c exceeds beside the capabilities before it; "" for none.
func (c capability) violation(before []capability) string {
	for _, other := range before {
		switch {
		case c.Instance != "" && other.Instance == c.Instance:
			return "has an instance that another capability has"
		case c.Instance == "" && other.Instance == "" && c.Interface == other.Interface && slices.Contains(generic, c.Interface):
			return "has no instance, and neither has another capability of that interface"
		case c.Instance != "" && other.Instance != "" && overlap(c.Instance, other.Instance):
			return "has an instance whose name is part of another, or the other way round"
		case c.Interface == other.Interface && len(c.Semantics.StateMappings) > 0 && len(other.Semantics.StateMappings) > 0:
			return "has state mappings, as another capability of that interface has"
		}
	}
	switch c.Interface {
	case "Alexa.ModeController":
		return modesViolation(c.Configuration)
	case "Alexa.RangeController":
		return rangeViolation(c.Configuration)
	case "Alexa.InputController":
		return inputsViolation(c.Inputs)
	case "Alexa.ThermostatController":
		var in struct{ SupportedModes json.RawMessage }
		if json.Unmarshal(orNull(c.Configuration), &in) != nil || in.SupportedModes != nil && emptyList(in.SupportedModes, "") != "" {
			return "has no mode"
		}
	case "Alexa.EqualizerController":
		var in struct {
			Modes, Bands *struct{ Supported json.RawMessage }
		}
		if json.Unmarshal(orNull(c.Configurations), &in) != nil || in.Modes != nil && emptyList(in.Modes.Supported, "") != "" {
			return "has no mode"
		}
		if in.Bands != nil {
			return emptyList(in.Bands.Supported, "bands")
		}
	}
	return ""
}

// overlap reports whether one of two instances is part of the other. Their names are
// compared, without the domain in front: Amazon rejects cover.position beside
// cover.tilt_position.
func overlap(a, b string) bool {
	name := func(instance string) string {
		_, after, found := strings.Cut(instance, ".")
		if !found || after == "" {
			return instance
		}
		return after
	}
	return strings.Contains(name(a), name(b)) || strings.Contains(name(b), name(a))
}

// modesViolation says what is wrong with the modes of a ModeController.
func modesViolation(configuration json.RawMessage) string {
	var in struct {
		SupportedModes []struct {
			Value         string    `json:"value"`
			ModeResources resources `json:"modeResources"`
		} `json:"supportedModes"`
	}
	if json.Unmarshal(orNull(configuration), &in) != nil {
		return "has a configuration that cannot be read"
	}
	if n := len(in.SupportedModes); n < 2 {
		return "has fewer than two modes"
	}
	for _, mode := range in.SupportedModes {
		if mode.Value == "" || !mode.ModeResources.named() {
			return "has a mode without a name"
		}
	}
	return ""
}

// rangeViolation says what is wrong with the range of a RangeController.
func rangeViolation(configuration json.RawMessage) string {
	var in struct {
		SupportedRange struct {
			Minimum   *float64 `json:"minimumValue"`
			Maximum   *float64 `json:"maximumValue"`
			Precision *float64 `json:"precision"`
		} `json:"supportedRange"`
		Presets []struct {
			PresetResources resources `json:"presetResources"`
		} `json:"presets"`
	}
	if json.Unmarshal(orNull(configuration), &in) != nil {
		return "has a configuration that cannot be read"
	}
	switch r := in.SupportedRange; {
	case r.Minimum == nil || r.Maximum == nil || r.Precision == nil:
		return "has no range"
	case *r.Minimum >= *r.Maximum:
		return "has a range whose minimum is not below its maximum"
	case *r.Precision <= 0 || *r.Precision > *r.Maximum-*r.Minimum:
		return "has a precision that does not fit its range"
	}
	for _, preset := range in.Presets {
		if !preset.PresetResources.named() {
			return "has a preset without a name"
		}
	}
	return ""
}

// inputsViolation says what is wrong with the inputs of an InputController.
func inputsViolation(list json.RawMessage) string {
	var inputs []struct {
		Name string `json:"name"`
	}
	if problem := emptyList(list, "inputs"); problem != "" {
		return problem
	}
	if json.Unmarshal(list, &inputs) != nil {
		return "has inputs that cannot be read"
	}
	for _, input := range inputs {
		if strings.TrimSpace(input.Name) == "" {
			return "has an input without a name"
		}
	}
	return ""
}

// resources are the names that people say for something.
type resources struct {
	FriendlyNames []struct {
		Value struct {
			Text    string `json:"text"`
			AssetID string `json:"assetId"`
		} `json:"value"`
	} `json:"friendlyNames"`
}

// named reports whether there are names, and none is empty.
func (r resources) named() bool {
	for _, name := range r.FriendlyNames {
		if strings.TrimSpace(name.Value.Text) == "" && name.Value.AssetID == "" {
			return false
		}
	}
	return len(r.FriendlyNames) > 0
}

// emptyList says that a list is empty, absent or no list, or has null in it; "" if it is
// not so.
func emptyList(list json.RawMessage, of string) string {
	var all []json.RawMessage
	isNull := func(element json.RawMessage) bool { return strictjson.Kind(element) == "null" }
	if json.Unmarshal(orNull(list), &all) != nil || len(all) == 0 || slices.ContainsFunc(all, isNull) {
		return strings.TrimSpace("has no " + of)
	}
	return ""
}

// orNull returns raw, or null where there is none.
func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}
