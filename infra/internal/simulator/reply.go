package simulator

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
)

// A reply is what is read of a reply to a directive.
type reply struct {
	Event struct {
		Header struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"header"`
		Payload struct {
			Type      string            `json:"type"`
			Message   string            `json:"message"`
			Endpoints []json.RawMessage `json:"endpoints"`
		} `json:"payload"`
	} `json:"event"`
	Context struct {
		Properties []property `json:"properties"`
	} `json:"context"`
}

type property struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

func readReply(payload []byte) (r reply) {
	_ = json.Unmarshal(payload, &r) // of another shape: it is shown as such
	return r
}

// String returns the reply as a line.
func (r reply) String() string {
	h := r.Event.Header
	switch {
	case h.Name == "":
		return "nothing that Alexa would understand"
	case h.Name == "ErrorResponse":
		return h.Namespace + "." + h.Name + "  " + r.Event.Payload.Type + ": " + r.Event.Payload.Message
	case h.Name == "Discover.Response":
		return fmt.Sprintf("%s.%s  %d endpoints", h.Namespace, h.Name, len(r.Event.Payload.Endpoints))
	}
	return strings.TrimSpace(h.Namespace + "." + h.Name + "  " + r.shown())
}

// shown returns the properties of a reply: "powerState ON, brightness 40". That the device
// is reachable goes without saying.
func (r reply) shown() string {
	var shown []string
	for _, p := range r.Context.Properties {
		if text := homestate.Plain(p.Value); p.Name != "connectivity" || text != "OK" {
			shown = append(shown, p.Name+" "+text)
		}
	}
	return strings.Join(shown, ", ")
}

// value returns a property; ok is false if the reply does not have it.
func (r reply) value(name string) (string, bool) {
	for _, p := range r.Context.Properties {
		if p.Name == name {
			return homestate.Plain(p.Value), true
		}
	}
	return "", false
}

// errorAnswers are the keys of what Alexa says for each type of error.
var errorAnswers = map[string]string{
	"BRIDGE_UNREACHABLE": "bridge", "ENDPOINT_UNREACHABLE": "unreachable", "NO_SUCH_ENDPOINT": "missing",
	"VALUE_OUT_OF_RANGE": "range", "TEMPERATURE_VALUE_OUT_OF_RANGE": "range", "UNWILLING_TO_SET_VALUE": "range",
	"INVALID_DIRECTIVE": "cannot", "INVALID_VALUE": "cannot", "UNSUPPORTED_THERMOSTAT_MODE": "cannot", "NOT_SUPPORTED_IN_CURRENT_MODE": "cannot",
	"INSUFFICIENT_PERMISSIONS": "denied", "CLOUD_CONTROL_DISABLED": "denied",
	"INVALID_AUTHORIZATION_CREDENTIAL": "credentials", "EXPIRED_AUTHORIZATION_CREDENTIAL": "credentials",
}

// spoken returns what Alexa would say for the reply to an order.
func (r reply) spoken(g *grammar.Grammar, o order, action grammar.Action) string {
	answer := func(key, n string) string { return g.Answer(key, o.device.Name, n) }
	if r.Event.Header.Name == "" {
		return answer("unreachable", "")
	}
	if r.Event.Header.Name == "ErrorResponse" {
		key := errorAnswers[r.Event.Payload.Type]
		if key == "" {
			key = "failed"
		}
		return answer(key, "")
	}
	if c, _ := r.value("connectivity"); c == "UNREACHABLE" {
		return answer("unreachable", "")
	}
	lock, locks := r.value("lockState")
	switch {
	case locks && lock == "JAMMED":
		return answer("jammed", "")
	case o.name == "Lock" && locks && lock != "LOCKED":
		return answer("unlocked", "")
	case action.Question():
		return r.told(answer, action)
	}
	return answer("ok", "")
}

// told answers a question by the properties of a state report.
func (r reply) told(answer func(key, n string) string, action grammar.Action) string {
	facts := []struct {
		property string
		asked    []grammar.Action
		key      func(value string) (key, n string)
	}{
		{"lockState", []grammar.Action{grammar.IsLocked}, either("LOCKED", "locked", "unlocked")},
		{"detectionState", []grammar.Action{grammar.IsOpen}, either("DETECTED", "open", "closed")},
		{"rangeValue", []grammar.Action{grammar.IsOpen}, either("0", "closed", "open")},
		{"targetSetpoint", nil, figure("degrees")},
		{"temperature", []grammar.Action{grammar.Temperature}, figure("degrees")},
		{"powerState", []grammar.Action{grammar.IsOn}, either("ON", "on", "off")},
	}
	for _, f := range facts {
		for _, a := range f.asked {
			if v, ok := r.value(f.property); ok && a == action {
				return answer(f.key(v))
			}
		}
	}
	for _, f := range facts { // what else it says
		if v, ok := r.value(f.property); ok {
			return answer(f.key(v))
		}
	}
	if v, ok := r.value("brightness"); ok {
		return answer("percent", v)
	}
	return answer("ok", "")
}

// either returns the key of one value and that of any other.
func either(value, yes, no string) func(string) (string, string) {
	return func(v string) (string, string) {
		if v == value {
			return yes, ""
		}
		return no, ""
	}
}

func figure(key string) func(string) (string, string) {
	return func(v string) (string, string) { return key, strings.TrimSuffix(v, ".0") }
}
