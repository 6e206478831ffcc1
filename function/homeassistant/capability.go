package homeassistant

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// A capability is the part of a capability that has limits. Amazon's validation of a
// discovery rejects the device, and sometimes every device, when one is exceeded.
type capability struct {
	Interface      string
	Instance       string
	inputs         []byte // of an InputController
	configuration  []byte // of a Mode-, Range- or ThermostatController
	configurations []byte // of an EqualizerController
	stateMappings  int    // how many it has
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
// with the first maxRemoved others.
func (e *endpoint) goodCapabilities() (kept []json.RawMessage, removed []string) {
	var before []capability // that are kept
	var c capability        // one for all, as there may be many
	for i, raw := range e.capabilities {
		c = capability{}
		err := c.read(raw)
		problem := ""
		if err == nil {
			problem = c.violation(before)
		}
		switch {
		case err == nil && problem == "":
			before, kept = append(before, c), append(kept, raw)
		case len(removed) == maxRemoved:
		case err != nil:
			removed = append(removed, fmt.Sprintf("number %d of its capabilities %v", i+1, err))
		default:
			removed = append(removed, "its "+c.label()+" "+problem)
		}
	}
	return kept, removed
}

// read reads a capability as Home Assistant sent it. Its errors go on where "a
// capability" begins a sentence.
func (c *capability) read(raw []byte) error {
	switch {
	case strictjson.Kind(raw) == "null":
		return errNull
	case len(raw) > maxCapability:
		return errLongCapability
	}
	if shape, err := strictjson.Check(raw); err != nil || shape.Kind != "object" { // of two values for one key Alexa may take the other
		return errNoCapability
	}
	var r reader
	r.note(strictjson.Object(raw, func(key, value []byte) (err error) {
		switch string(key) {
		case "interface":
			c.Interface, err = strictjson.Word(value)
		case "instance":
			c.Instance, err = strictjson.Word(value)
		case "inputs":
			c.inputs = value
		case "configuration":
			c.configuration = value
		case "configurations":
			c.configurations = value
		case "semantics":
			r.each(r.member(value, "stateMappings"), func([]byte) { c.stateMappings++ })
		}
		return err
	}))
	if r.err != nil {
		return errNoCapability
	}
	return nil
}

var (
	errNull           = errors.New("is null")
	errLongCapability = fmt.Errorf("is longer than %d KB", maxCapability>>10)
	errNoCapability   = errors.New("is not one as Alexa defines it")
)

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
		case c.Interface == other.Interface && c.stateMappings > 0 && other.stateMappings > 0:
			return "has state mappings, as another capability of that interface has"
		}
	}
	switch c.Interface {
	case "Alexa.ModeController":
		return modesViolation(c.configuration)
	case "Alexa.RangeController":
		return rangeViolation(c.configuration)
	case "Alexa.InputController":
		return inputsViolation(c.inputs)
	case "Alexa.ThermostatController":
		return thermostatViolation(c.configuration)
	case "Alexa.EqualizerController":
		return equalizerViolation(c.configurations)
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
