package homeassistant

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	limits "github.com/hearthgate/hearthgate/config/alexa"
)

// An endpoint is the part of a discovered endpoint that has limits.
type endpoint struct {
	ID           string            `json:"endpointId"`
	Name         string            `json:"friendlyName"`
	Description  string            `json:"description"`
	Manufacturer string            `json:"manufacturerName"`
	Capabilities []json.RawMessage `json:"capabilities"`
}

// violation says which limit of Alexa e exceeds; "" if it exceeds none.
func (e endpoint) violation() string {
	long := func(text string) bool { return utf8.RuneCountInString(text) > limits.MaxText }
	switch {
	case e.ID == "" || len(e.ID) > limits.MaxEndpointID:
		return fmt.Sprintf("its id does not have 1 to %d characters", limits.MaxEndpointID)
	case strings.ContainsFunc(e.ID, func(r rune) bool { return !allowed(r) }):
		return "its id has a character that Alexa does not accept"
	case e.Name == "":
		return "it has no name"
	case long(e.Name):
		return fmt.Sprintf("its name is longer than %d characters", limits.MaxText)
	case long(e.Description), long(e.Manufacturer):
		return fmt.Sprintf("its description is longer than %d characters", limits.MaxText)
	case len(e.Capabilities) == 0:
		return "it has no capability"
	case len(e.Capabilities) > limits.MaxCapabilities:
		return fmt.Sprintf("it has more than %d capabilities", limits.MaxCapabilities)
	}
	return ""
}

// allowed reports whether an endpoint's id may contain r.
func allowed(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-=#;:?@& ", r)
}
