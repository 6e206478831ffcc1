package policy

import (
	"fmt"
	"slices"
	"strings"
)

// interfaces are the directives that Home Assistant answers, by their namespace. Those
// of PercentageController and PowerLevelController only older versions answer.
var interfaces = []struct {
	namespace string
	names     []string
}{
	{"Alexa", []string{"ReportState"}},
	{"Alexa.Authorization", []string{"AcceptGrant"}},
	{"Alexa.BrightnessController", []string{"AdjustBrightness", "SetBrightness"}},
	{"Alexa.CameraStreamController", []string{"InitializeCameraStreams"}},
	{"Alexa.ChannelController", []string{"ChangeChannel", "SkipChannels"}},
	{"Alexa.ColorController", []string{"SetColor"}},
	{"Alexa.ColorTemperatureController", []string{"DecreaseColorTemperature", "IncreaseColorTemperature", "SetColorTemperature"}},
	{"Alexa.Discovery", []string{"Discover"}},
	{"Alexa.EqualizerController", []string{"AdjustBands", "ResetBands", "SetBands", "SetMode"}},
	{"Alexa.InputController", []string{"SelectInput"}},
	{"Alexa.LockController", []string{"Lock", "Unlock"}},
	{"Alexa.ModeController", []string{"AdjustMode", "SetMode"}},
	{"Alexa.PercentageController", []string{"AdjustPercentage", "SetPercentage"}},
	{"Alexa.PlaybackController", []string{"Next", "Pause", "Play", "Previous", "Stop"}},
	{"Alexa.PowerController", []string{"TurnOff", "TurnOn"}},
	{"Alexa.PowerLevelController", []string{"AdjustPowerLevel", "SetPowerLevel"}},
	{"Alexa.RTCSessionController", []string{"InitiateSessionWithOffer", "SessionConnected", "SessionDisconnected"}},
	{"Alexa.RangeController", []string{"AdjustRangeValue", "SetRangeValue"}},
	{"Alexa.SceneController", []string{"Activate", "Deactivate"}},
	{"Alexa.SecurityPanelController", []string{"Arm", "Disarm"}},
	{"Alexa.SeekController", []string{"AdjustSeekPosition"}},
	{"Alexa.Speaker", []string{"AdjustVolume", "SetMute", "SetVolume"}},
	{"Alexa.StepSpeaker", []string{"AdjustVolume", "SetMute"}},
	{"Alexa.ThermostatController", []string{"AdjustTargetTemperature", "SetTargetTemperature", "SetThermostatMode"}},
	{"Alexa.TimeHoldController", []string{"Hold", "Resume"}},
	{"Alexa.ToggleController", []string{"TurnOff", "TurnOn"}},
}

// domains are the domains of Home Assistant whose entities it offers to Alexa.
var domains = []string{
	"alarm_control_panel", "alert", "automation", "binary_sensor", "button", "camera", "climate", "cover", "event", "fan", "group",
	"humidifier", "image_processing", "input_boolean", "input_button", "input_number", "light", "lock", "media_player", "number",
	"remote", "scene", "script", "sensor", "switch", "timer", "vacuum", "valve", "water_heater",
}

// Directives returns the directives that Home Assistant answers, without an endpoint,
// by namespace and name.
func Directives() []Directive {
	var all []Directive
	for _, i := range interfaces {
		for _, name := range i.names {
			all = append(all, Directive{Namespace: i.namespace, Name: name})
		}
	}
	return all
}

// TakesEndpoint reports whether d is for one endpoint, as all are but Discover and
// AcceptGrant.
func (d Directive) TakesEndpoint() bool {
	return !strings.EqualFold(d.Namespace, "Alexa.Discovery") && !strings.EqualFold(d.Namespace, "Alexa.Authorization")
}

// checkNamespace rejects a pattern that matches no namespace; "" matches any.
func checkNamespace(pattern string) error {
	all := make([]string, len(interfaces))
	for i, known := range interfaces {
		all[i] = known.namespace
	}
	if pattern == "" || anyMatches(pattern, all) {
		return nil
	}
	near := Near(pattern, all)
	if near == "" {
		near = Near("Alexa."+pattern, all)
	}
	return fmt.Errorf("field namespace is %.100q, which no directive has that Home Assistant answers%s", pattern, meant(near, "Alexa.LockController"))
}

// checkName rejects a pattern that matches no name in a namespace; "" matches any.
func checkName(namespace, pattern string) error {
	var all []string
	for _, i := range interfaces {
		if namespace == "" || match(strings.ToLower(namespace), strings.ToLower(i.namespace)) {
			all = append(all, i.names...)
		}
	}
	if pattern == "" || anyMatches(pattern, all) {
		return nil
	}
	where := "Home Assistant answers"
	if namespace != "" {
		where = "Home Assistant answers in " + namespace
	}
	return fmt.Errorf("field name is %.100q, which no directive has that %s%s", pattern, where, meant(Near(pattern, all), strings.Join(all[:min(len(all), 3)], ", ")))
}

// checkEndpoint rejects a pattern that matches no id: an id is a domain, a dot or #, and
// a name. Which domains an owner's Home Assistant has is not known here, so that one is
// rejected only if it looks like a misspelt one. A pattern without a dot has to match
// what begins with a known domain.
func checkEndpoint(pattern string) error {
	folded := strings.ReplaceAll(strings.ToLower(pattern), "#", ".")
	domain, name, ok := strings.Cut(folded, ".")
	switch wild := strings.ContainsAny(domain, "*?"); {
	case pattern == "":
	case strings.ContainsRune(domain, ':'): // as Alexa knows a device of a further home
		_, own, _ := strings.Cut(pattern, ":")
		return fmt.Errorf("field endpoint is %.100q, and no id of Home Assistant has a colon: the devices of a further home pass that home's own policy, so write the rule there, as %.100q", pattern, own)
	case wild && !ok && !strings.ContainsFunc(folded, unfit):
		if !slices.ContainsFunc(domains, func(d string) bool { return beginsWith(folded, d+".") }) {
			return fmt.Errorf("field endpoint is %.100q, which no endpoint's id matches, because an id begins with its domain: perhaps *.%.200s is meant, or one such as lock.*", pattern, pattern)
		}
	case !ok || domain == "" || name == "":
		return fmt.Errorf("field endpoint is %.100q, which is not an endpoint's id; expected one such as lock.front_door: `hearthgate policy` lists them", pattern)
	case strings.ContainsRune(name, '.') || strings.ContainsFunc(domain+name, unfit):
		return fmt.Errorf("field endpoint is %.100q, and no entity's id has a second dot or a space, or anything but letters from a to z, digits and _; expected one such as lock.front_door: `hearthgate policy` lists them", pattern)
	case wild && !anyMatches(domain, domains), !wild && !slices.Contains(domains, domain):
		if near := Near(domain, domains); near != "" {
			return fmt.Errorf("field endpoint is %.100q, and Home Assistant has no domain %.40q: perhaps %s.%.200s is meant", pattern, domain, near, name)
		} else if wild {
			return fmt.Errorf("field endpoint is %.100q, and Home Assistant has no domain %.40q; expected one such as lock.*: `hearthgate policy` lists the ids", pattern, domain)
		}
	}
	return nil
}

// unfit reports whether a folded character is in no entity's id and in no pattern.
func unfit(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '*' && r != '?'
}

// beginsWith reports whether a pattern matches a text that begins with a prefix and goes
// on.
func beginsWith(pattern, prefix string) bool {
	for i := range len(prefix) {
		switch {
		case i == len(pattern):
			return false
		case pattern[i] == '*':
			return true
		case pattern[i] != '?' && pattern[i] != prefix[i]:
			return false
		}
	}
	return len(pattern) > len(prefix)
}

// meant ends the sentence about an unknown name.
func meant(near, example string) string {
	if near == "" {
		return "; expected one such as " + example
	}
	return ": perhaps " + near + " is meant"
}

// anyMatches reports whether a pattern matches one of the names, without regard to case.
func anyMatches(pattern string, names []string) bool {
	pattern = strings.ToLower(pattern)
	return slices.ContainsFunc(names, func(name string) bool { return match(pattern, strings.ToLower(name)) })
}
