package homeassistant

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
)

// A claim is what Home Assistant's reply to a command says about the device before the
// device has moved: one property, and its value once the command is carried out.
type claim struct {
	namespace, name, instance string // of the property
	value                     any    // as encoding/json decodes it
}

// claimants are the directives whose claim can be confirmed, each for a kind of device.
// The value is that of the home's reply; where the reply has none, it is this one.
var claimants = []struct {
	kind                           string // of config.ConfirmKinds; a garage door is a cover here
	namespace, directive, instance string
	property                       string
	value                          any   // default: only the reply says it
	only                           []any // values that a device can end up with; default: any
}{
	{config.ConfirmLock, "Alexa.LockController", "Lock", "", "lockState", "LOCKED", nil},
	{config.ConfirmLock, "Alexa.LockController", "Unlock", "", "lockState", "UNLOCKED", nil},
	// "position.custom" stops a cover, and no cover reports it.
	{config.ConfirmCover, "Alexa.ModeController", "SetMode", "cover.position", "mode", nil, []any{"position.open", "position.closed"}},
	{config.ConfirmCover, "Alexa.RangeController", "SetRangeValue", "cover.position", "rangeValue", nil, nil},
	{config.ConfirmCover, "Alexa.RangeController", "AdjustRangeValue", "cover.position", "rangeValue", nil, nil},
	{config.ConfirmAlarm, "Alexa.SecurityPanelController", "Arm", "", "armState", nil, nil},
	{config.ConfirmAlarm, "Alexa.SecurityPanelController", "Disarm", "", "armState", "DISARMED", nil},
	{config.ConfirmValve, "Alexa.ModeController", "SetMode", "valve.state", "mode", nil, nil},
	{config.ConfirmValve, "Alexa.RangeController", "SetRangeValue", "valve.position", "rangeValue", nil, nil},
	{config.ConfirmValve, "Alexa.RangeController", "AdjustRangeValue", "valve.position", "rangeValue", nil, nil},
}

// claimOf returns what reply claims about the endpoint of d, if that can be confirmed,
// and the kind of the device.
func claimOf(d alexa.Directive, reply json.RawMessage) (kind string, c claim, ok bool) {
	for _, by := range claimants {
		if !d.Is(by.namespace, by.directive) || d.Header.Instance != by.instance {
			continue
		}
		c = claim{by.namespace, by.property, by.instance, by.value}
		if said, ok := c.in(reply); ok && c.fits(said) {
			c.value = said
		}
		return by.kind, c, c.value != nil && (by.only == nil || slices.Contains(by.only, c.value))
	}
	return "", claim{}, false
}

// in returns the value of the property in a reply or report, and whether it has one.
func (c claim) in(reply json.RawMessage) (value any, ok bool) {
	all, err := alexa.Properties(reply)
	if err != nil {
		return nil, false
	}
	for _, p := range all {
		if p.Namespace == c.namespace && p.Name == c.name && p.Instance == c.instance {
			return value, json.Unmarshal(p.Value, &value) == nil && value != nil
		}
	}
	return nil, false
}

// fits reports whether the property can have that value: a range has numbers, all others
// have words.
func (c claim) fits(value any) bool {
	if c.name == "rangeValue" {
		_, ok := value.(float64)
		return ok
	}
	_, ok := value.(string)
	return ok
}

// holds reports whether the property has the value that was claimed.
func (c claim) holds(value any) bool { return reflect.DeepEqual(value, c.value) }
