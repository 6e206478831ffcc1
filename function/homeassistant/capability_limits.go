package homeassistant

import (
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// unreadable says that a capability has other values than Alexa defines.
const unreadable = "has a configuration that cannot be read"

// modesViolation says what is wrong with the modes of a ModeController.
func modesViolation(configuration []byte) string {
	var r reader
	modes, unnamed := 0, false
	r.each(r.member(configuration, "supportedModes"), func(mode []byte) {
		modes++
		named := r.named(r.member(mode, "modeResources"))
		unnamed = unnamed || !named || r.text(mode, "value") == ""
	})
	switch {
	case r.err != nil:
		return unreadable
	case modes < 2:
		return "has fewer than two modes"
	case unnamed:
		return "has a mode without a name"
	}
	return ""
}

// rangeViolation says what is wrong with the range of a RangeController.
func rangeViolation(configuration []byte) string {
	var r reader
	limits := r.member(configuration, "supportedRange")
	minimum, hasMinimum := r.number(limits, "minimumValue")
	maximum, hasMaximum := r.number(limits, "maximumValue")
	precision, hasPrecision := r.number(limits, "precision")
	unnamed := false
	r.each(r.member(configuration, "presets"), func(preset []byte) {
		named := r.named(r.member(preset, "presetResources"))
		unnamed = unnamed || !named
	})
	switch {
	case r.err != nil:
		return unreadable
	case !hasMinimum || !hasMaximum || !hasPrecision:
		return "has no range"
	case minimum >= maximum:
		return "has a range whose minimum is not below its maximum"
	case precision <= 0 || precision > maximum-minimum:
		return "has a precision that does not fit its range"
	case unnamed:
		return "has a preset without a name"
	}
	return ""
}

// inputsViolation says what is wrong with the inputs of an InputController.
func inputsViolation(list []byte) string {
	if problem := emptyList(list, "inputs"); problem != "" {
		return problem
	}
	var r reader
	unnamed := false
	r.each(list, func(input []byte) {
		name := strings.TrimSpace(r.text(input, "name"))
		unnamed = unnamed || name == ""
	})
	switch {
	case r.err != nil:
		return "has inputs that cannot be read"
	case unnamed:
		return "has an input without a name"
	}
	return ""
}

// thermostatViolation says what is wrong with the modes of a ThermostatController, which
// need not say which it has.
func thermostatViolation(configuration []byte) string {
	var r reader
	modes := r.member(configuration, "supportedModes")
	if r.err != nil || modes != nil && emptyList(modes, "") != "" {
		return "has no mode"
	}
	return ""
}

// equalizerViolation says what is wrong with the modes and bands of an
// EqualizerController, which need not have both.
func equalizerViolation(configurations []byte) string {
	var r reader
	modes, bands := r.member(configurations, "modes"), r.member(configurations, "bands")
	some := func(of []byte) bool { return of != nil && strictjson.Kind(of) != "null" }
	if r.err != nil || some(modes) && emptyList(r.member(modes, "supported"), "") != "" {
		return "has no mode"
	}
	if some(bands) {
		return emptyList(r.member(bands, "supported"), "bands")
	}
	return ""
}

// emptyList says that a list is empty, absent or no list, or has null in it; "" if it is
// not so.
func emptyList(list []byte, of string) string {
	var r reader
	n, nulls := 0, 0
	r.each(list, func(element []byte) {
		if n++; strictjson.Kind(element) == "null" {
			nulls++
		}
	})
	if r.err != nil || n == 0 || nulls > 0 {
		return strings.TrimSpace("has no " + of)
	}
	return ""
}

// A reader reads values as Alexa does, with letter case, and keeps its first error. What
// is absent or null is nothing.
type reader struct{ err error }

func (r *reader) note(err error) {
	if r.err == nil {
		r.err = err
	}
}

// member returns the value of a member of an object; nil without.
func (r *reader) member(object []byte, name string) (value []byte) {
	if object != nil {
		r.note(strictjson.Object(object, func(key, v []byte) error {
			if string(key) == name {
				value = v
			}
			return nil
		}))
	}
	return value
}

// each calls f for each element of a list.
func (r *reader) each(list []byte, f func(element []byte)) {
	if list != nil {
		r.note(strictjson.Array(list, func(_ int, element []byte) error {
			f(element)
			return nil
		}))
	}
}

// text returns the text of a member of an object.
func (r *reader) text(object []byte, name string) string {
	value := r.member(object, name)
	if value == nil {
		return ""
	}
	text, err := strictjson.String(value)
	r.note(err)
	return text
}

// number returns the number of a member of an object.
func (r *reader) number(object []byte, name string) (n float64, ok bool) {
	value := r.member(object, name)
	if value == nil || strictjson.Kind(value) == "null" {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(value), 64)
	r.note(err)
	return n, true
}

// named reports whether the resources of something have names that people say, and none
// is empty.
func (r *reader) named(resources []byte) bool {
	names, empty := 0, false
	r.each(r.member(resources, "friendlyNames"), func(name []byte) {
		names++
		value := r.member(name, "value")
		text, asset := strings.TrimSpace(r.text(value, "text")), r.text(value, "assetId")
		empty = empty || text == "" && asset == ""
	})
	return names > 0 && !empty
}
