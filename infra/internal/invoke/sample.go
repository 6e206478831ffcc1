package invoke

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// NoToken is sent in place of the token of a linked account. A function whose token is
// stored does not use it.
const NoToken = "no-token-of-a-linked-account"

// A Sample is a directive that comes with hearthgate and is sent by its name.
type Sample struct {
	Name     string
	Doc      string
	Endpoint bool // it is for one device

	namespace, name, payload string
}

// samples are in the order in which they are listed.
var samples = []Sample{
	{"discover", "which devices are there?", false, "Alexa.Discovery", "Discover", `{"scope":{"type":"BearerToken","token":"TOKEN"}}`},
	{"report-state", "what is the state of a device?", true, "Alexa", "ReportState", `{}`},
	{"turn-on", "turn a device on", true, "Alexa.PowerController", "TurnOn", `{}`},
	{"turn-off", "turn a device off", true, "Alexa.PowerController", "TurnOff", `{}`},
	{"set-brightness", "set a light to 40 percent", true, "Alexa.BrightnessController", "SetBrightness", `{"brightness":40}`},
	{"lock", "lock a door", true, "Alexa.LockController", "Lock", `{}`},
	{"set-temperature", "set a thermostat to 21 °C", true, "Alexa.ThermostatController", "SetTargetTemperature", `{"targetSetpoint":{"value":21,"scale":"CELSIUS"}}`},
	{"activate", "activate a scene", true, "Alexa.SceneController", "Activate", `{}`},
}

// Samples returns every sample.
func Samples() []Sample { return slices.Clone(samples) }

// SampleNames returns the names of all samples.
func SampleNames() []string {
	var names []string
	for _, s := range samples {
		names = append(names, s.Name)
	}
	return names
}

// SampleEvent returns the sample of that name as Alexa would send it now, for the
// device with that endpoint id if the sample is for one. An entity id,
// "light.kitchen", works as well. The token is that of the linked account.
func SampleEvent(name, endpoint, token string) ([]byte, error) {
	i := slices.IndexFunc(samples, func(s Sample) bool { return s.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no sample %q: give the name of a file, or one of %s", name, strings.Join(SampleNames(), ", "))
	}
	s := samples[i]
	switch {
	case s.Endpoint && endpoint == "":
		return nil, fmt.Errorf("%s is for a device: name it with --endpoint, such as light#kitchen; `hearthgate invoke discover` lists them", name)
	case !s.Endpoint && endpoint != "":
		return nil, fmt.Errorf("%s is not for one device: leave --endpoint out", name)
	}
	quoted, _ := json.Marshal(token) // text: cannot fail
	return Directive(s.namespace, s.name, endpoint, strings.ReplaceAll(s.payload, `"TOKEN"`, string(quoted)), token), nil
}

// Directive returns a directive as Alexa would send it now. Without an endpoint it is
// for the home as a whole. The payload is JSON; default: {}.
func Directive(namespace, name, endpoint, payload, token string) []byte {
	scope := map[string]string{"type": "BearerToken", "token": token}
	header := map[string]string{"namespace": namespace, "name": name, "payloadVersion": "3", "messageId": rand.Text()}
	directive := map[string]any{"header": header, "payload": json.RawMessage(payload)}
	switch {
	case endpoint != "":
		if !strings.Contains(endpoint, "#") {
			endpoint = strings.Replace(endpoint, ".", "#", 1)
		}
		header["correlationToken"] = rand.Text()
		directive["endpoint"] = map[string]any{"endpointId": endpoint, "cookie": struct{}{}, "scope": scope}
		if payload == "" {
			directive["payload"] = struct{}{}
		}
	case payload == "":
		directive["payload"] = map[string]any{"scope": scope}
	}
	b, _ := json.Marshal(map[string]any{"directive": directive}) // text and valid JSON: cannot fail
	return b
}

// WithInstance returns a directive for one instance of a capability that an endpoint has
// more than once, such as "cover.position". The directive is one that [Directive] made.
func WithInstance(directive []byte, instance string) []byte {
	var d struct {
		Directive map[string]any `json:"directive"`
	}
	if instance == "" || json.Unmarshal(directive, &d) != nil {
		return directive
	}
	if header, ok := d.Directive["header"].(map[string]any); ok {
		header["instance"] = instance
	}
	b, _ := json.Marshal(d) // it was decoded from JSON
	return b
}
