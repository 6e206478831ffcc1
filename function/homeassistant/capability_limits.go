package homeassistant

import (
	"encoding/json"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

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
	n, nulls := 0, 0
	err := strictjson.Array(orNull(list), func(_ int, element []byte) error {
		if n++; strictjson.Kind(element) == "null" {
			nulls++
		}
		return nil
	})
	if err != nil || n == 0 || nulls > 0 {
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
