package homestate

import "encoding/json"

// Plain returns the value of a property of a reply as short as it can be read.
func Plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct {
		Value json.RawMessage `json:"value"`
	}
	if json.Unmarshal(raw, &object) == nil && object.Value != nil {
		return Plain(object.Value)
	}
	return string(raw)
}
