package demohome_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
)

const token = "a-token-of-the-demo-home"

// ask sends one request to a home and returns status and body.
func ask(h http.Handler, method, path, bearer, body string) (int, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// direct sends a directive to a device and returns the reply.
func direct(t *testing.T, h http.Handler, directive, endpoint, payload string) answer {
	t.Helper()
	i := strings.LastIndex(directive, ".")
	header := fmt.Sprintf(`{"namespace":%q,"name":%q,"payloadVersion":"3","messageId":"m-1","correlationToken":"c-1"`, directive[:i], directive[i+1:])
	if strings.HasPrefix(directive, "Alexa.RangeController") {
		header += `,"instance":"cover.position"`
	}
	event := `{"directive":{"header":` + header + `},"payload":` + payload
	if endpoint != "" {
		event += `,"endpoint":{"endpointId":"` + endpoint + `","cookie":{"k":"v"}}`
	}
	status, body := ask(h, "POST", "/api/alexa/smart_home", token, event+"}}")
	if status != http.StatusOK {
		t.Fatalf("%s: status %d: %s", directive, status, body)
	}
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

type answer struct {
	Event struct {
		Header  struct{ Namespace, Name, MessageID, CorrelationToken, PayloadVersion string }
		Payload struct {
			Type, Message string
			Endpoints     []struct{ EndpointID, FriendlyName string }
		}
		Endpoint json.RawMessage
	}
	Context struct {
		Properties []struct {
			Namespace, Name string
			Value           any
		}
	}
}

// state returns what the home's API says of an entity: its state and one attribute.
func state(t *testing.T, h http.Handler, entity, attribute string) string {
	t.Helper()
	_, body := ask(h, "GET", "/api/states/"+entity, token, "")
	var e struct {
		State      string
		Attributes map[string]any
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if attribute == "" {
		return e.State
	}
	return fmt.Sprintf("%s %v", e.State, e.Attributes[attribute])
}

func TestDirectivesChangeTheHome(t *testing.T) {
	tests := []struct {
		directive, endpoint, payload string
		entity, attribute            string
		before, after                string
	}{
		{"Alexa.PowerController.TurnOn", "switch#outlet", `{}`, "switch.outlet", "", "off", "on"},
		{"Alexa.PowerController.TurnOn", "light#kitchen_light", `{}`, "light.kitchen_light", "brightness", "off <nil>", "on 128"},
		{"Alexa.BrightnessController.SetBrightness", "light#kitchen_light", `{"brightness":40}`, "light.kitchen_light", "brightness", "off <nil>", "on 102"},
		{"Alexa.BrightnessController.SetBrightness", "light#kitchen_light", `{"brightness":0}`, "light.kitchen_light", "brightness", "off <nil>", "off <nil>"},
		{"Alexa.BrightnessController.AdjustBrightness", "light#kitchen_light", `{"brightnessDelta":25}`, "light.kitchen_light", "brightness", "off <nil>", "on 64"},
		{"Alexa.ColorController.SetColor", "light#color_light", `{"color":{"hue":240,"saturation":1,"brightness":1}}`, "light.color_light", "hs_color", "off <nil>", "on [240 100]"},
		{"Alexa.ColorTemperatureController.SetColorTemperature", "light#color_light", `{"colorTemperatureInKelvin":2700}`, "light.color_light", "color_temp_kelvin", "off <nil>", "on 2700"},
		{"Alexa.LockController.Unlock", "lock#front_door", `{}`, "lock.front_door", "", "locked", "unlocked"},
		{"Alexa.RangeController.SetRangeValue", "cover#blind", `{"rangeValue":75}`, "cover.blind", "current_position", "open 40", "open 75"},
		{"Alexa.RangeController.AdjustRangeValue", "cover#blind", `{"rangeValueDelta":-60}`, "cover.blind", "current_position", "open 40", "closed 0"},
		{"Alexa.PowerController.TurnOff", "cover#blind", `{}`, "cover.blind", "current_position", "open 40", "closed 0"},
		{"Alexa.ThermostatController.SetTargetTemperature", "climate#thermostat", `{"targetSetpoint":{"value":22.5,"scale":"CELSIUS"}}`, "climate.thermostat", "temperature", "heat 20", "heat 22.5"},
		{"Alexa.ThermostatController.SetTargetTemperature", "climate#thermostat", `{"targetSetpoint":{"value":68,"scale":"FAHRENHEIT"}}`, "climate.thermostat", "temperature", "heat 20", "heat 20"},
		{"Alexa.ThermostatController.AdjustTargetTemperature", "climate#thermostat", `{"targetSetpointDelta":{"value":-1.5,"scale":"CELSIUS"}}`, "climate.thermostat", "temperature", "heat 20", "heat 18.5"},
		{"Alexa.ThermostatController.SetThermostatMode", "climate#thermostat", `{"thermostatMode":{"value":"OFF"}}`, "climate.thermostat", "", "heat", "off"},
		{"Alexa.SceneController.Activate", "scene#movie", `{}`, "light.kitchen_light", "brightness", "off <nil>", "on 50"},
	}
	for _, tt := range tests {
		t.Run(tt.directive+" "+tt.payload, func(t *testing.T) {
			h := demohome.New(token)
			if got := state(t, h, tt.entity, tt.attribute); got != tt.before {
				t.Errorf("before: %s, want %s", got, tt.before)
			}
			a := direct(t, h, tt.directive, tt.endpoint, tt.payload)
			if name := a.Event.Header.Name; name != "Response" && name != "ActivationStarted" {
				t.Errorf("reply %s: %+v", name, a.Event.Payload)
			}
			if a.Event.Header.CorrelationToken != "c-1" || !strings.Contains(string(a.Event.Endpoint), `"cookie":{"k":"v"}`) {
				t.Errorf("the reply does not mirror the directive: %+v, %s", a.Event.Header, a.Event.Endpoint)
			}
			if got := state(t, h, tt.entity, tt.attribute); got != tt.after {
				t.Errorf("after: %s, want %s", got, tt.after)
			}
		})
	}
}

func TestDirectivesThatFail(t *testing.T) {
	for _, tt := range []struct{ directive, endpoint, payload, want string }{
		{"Alexa.PowerController.TurnOn", "light#nope", `{}`, "NO_SUCH_ENDPOINT"},
		{"Alexa.PowerController.TurnOn", "", `{}`, "INTERNAL_ERROR"},
		{"Alexa.Nonsense.TurnOn", "light#kitchen_light", `{}`, "INTERNAL_ERROR"},
		{"Alexa.LockController.Lock", "light#kitchen_light", `{}`, "INTERNAL_ERROR"},
		{"Alexa.PowerController.TurnOn", "binary_sensor#window", `{}`, "INTERNAL_ERROR"},
		{"Alexa.PowerController.TurnOn", "sensor#room_temperature", `{}`, "INTERNAL_ERROR"},
		{"Alexa.BrightnessController.SetBrightness", "light#kitchen_light", `{"brightness":101}`, "INTERNAL_ERROR"},
		{"Alexa.BrightnessController.SetBrightness", "light#kitchen_light", `{}`, "INTERNAL_ERROR"},
		{"Alexa.ThermostatController.SetTargetTemperature", "climate#thermostat", `{"targetSetpoint":{"value":99,"scale":"CELSIUS"}}`, "TEMPERATURE_VALUE_OUT_OF_RANGE"},
		{"Alexa.ThermostatController.SetThermostatMode", "climate#thermostat", `{"thermostatMode":{"value":"COOL"}}`, "UNSUPPORTED_THERMOSTAT_MODE"},
	} {
		t.Run(tt.directive+" "+tt.endpoint+" "+tt.payload, func(t *testing.T) {
			a := direct(t, demohome.New(token), tt.directive, tt.endpoint, tt.payload)
			if a.Event.Header.Name != "ErrorResponse" || a.Event.Payload.Type != tt.want {
				t.Errorf("%s %s, want %s", a.Event.Header.Name, a.Event.Payload.Type, tt.want)
			}
		})
	}
}

func TestEveryEndpointReportsItsState(t *testing.T) {
	h := demohome.New(token)
	endpoints := direct(t, h, "Alexa.Discovery.Discover", "", `{"scope":{"type":"BearerToken","token":"x"}}`).Event.Payload.Endpoints
	if len(endpoints) < 6 {
		t.Errorf("%d endpoints, want half a dozen or more", len(endpoints))
	}
	for _, e := range endpoints {
		a := direct(t, h, "Alexa.ReportState", e.EndpointID, `{}`)
		if a.Event.Header.Name != "StateReport" {
			t.Errorf("%s: %s %s", e.EndpointID, a.Event.Header.Name, a.Event.Payload.Message)
		}
		if n := len(a.Context.Properties); n == 0 && e.EndpointID != "scene#movie" {
			t.Errorf("%s reports no property", e.EndpointID)
		}
		if got := state(t, h, strings.Replace(e.EndpointID, "#", ".", 1), "friendly_name"); !strings.HasSuffix(got, e.FriendlyName) {
			t.Errorf("%s: the API says %q of it", e.EndpointID, got)
		}
	}
}

func TestStatuses(t *testing.T) {
	discover := `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"m"},"payload":{}}}`
	grant := strings.Replace(discover, `Alexa.Discovery","name":"Discover`, `Alexa.Authorization","name":"AcceptGrant`, 1)
	for _, tt := range []struct {
		name, method, path, bearer, body string
		want                             int
		text                             string
	}{
		{"root", "GET", "/api/", token, "", 200, "API running."},
		{"no token", "GET", "/api/", "", "", 401, "Unauthorized"},
		{"wrong token", "POST", "/api/alexa/smart_home", "wrong", discover, 401, "Unauthorized"},
		{"configured, without a token", "GET", "/api/alexa/smart_home", "", "", 405, "Method Not Allowed"},
		{"no such path", "GET", "/api/nope", token, "", 404, "Not Found"},
		{"no such entity", "GET", "/api/states/light.nope", token, "", 404, "Entity not found."},
		{"config", "GET", "/api/config", token, "", 200, `"state":"RUNNING"`},
		{"discover", "POST", "/api/alexa/smart_home", token, discover, 200, "Discover.Response"},
		{"grant", "POST", "/api/alexa/smart_home", token, grant, 200, "AcceptGrant.Response"},
		{"version 2", "POST", "/api/alexa/smart_home", token, strings.Replace(discover, `"3"`, `"2"`, 1), 500, "trouble"},
		{"no JSON", "POST", "/api/alexa/smart_home", token, "{", 500, "trouble"},
		{"no directive", "POST", "/api/alexa/smart_home", token, "{}", 500, "trouble"},
		{"sentence", "POST", "/api/conversation/process", token, `{"text":"turn on the outlet"}`, 200, "Turned on the switch"},
		{"German sentence", "POST", "/api/conversation/process", token, `{"text":"Schalte Outlet ein","language":"de-DE"}`, 200, "Outlet eingeschaltet"},
		{"sentence that it does not know", "POST", "/api/conversation/process", token, `{"text":"sing"}`, 200, "no_intent_match"},
		{"no sentence", "POST", "/api/conversation/process", token, `{}`, 400, "required key"},
		{"intent", "POST", "/api/alexa", token, `{"request":{"type":"IntentRequest","intent":{"name":"HelloIntent"}}}`, 200, "Hello from intent script"},
		{"unknown intent", "POST", "/api/alexa", token, `{"request":{"type":"IntentRequest","intent":{"name":"X"}}}`, 200, "not yet configured"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := ask(demohome.New(token), tt.method, tt.path, tt.bearer, tt.body)
			if status != tt.want || !strings.Contains(body, tt.text) {
				t.Errorf("%d %s, want %d with %q", status, body, tt.want, tt.text)
			}
		})
	}
}

func TestItCountsWhatReachesIt(t *testing.T) {
	h := demohome.New(token)
	ask(h, "GET", "/api/", "wrong", "")
	direct(t, h, "Alexa.PowerController.TurnOn", "switch#outlet", `{}`)
	direct(t, h, "Alexa.PowerController.TurnOn", "switch#outlet", `{}`)
	if got := h.Received()["m-1"]; got != 2 {
		t.Errorf("the directive counts %d times, want 2", got)
	}
	if got := h.Requests(); got != 3 {
		t.Errorf("%d requests, want 3", got)
	}
}

func TestServerGoesDownAndUpAgain(t *testing.T) {
	s := &demohome.Server{Handler: demohome.New(token)}
	if s.URL() != "" {
		t.Errorf("a URL before it started: %s", s.URL())
	}
	for range 2 {
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(s.Stop)
	url := s.URL()
	if body := get(t, url); body != "405: Method Not Allowed" {
		t.Errorf("up: %q", body)
	}
	s.Stop()
	s.Stop()
	if body := get(t, url); body != "" {
		t.Errorf("down, and it answers %q", body)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if body := get(t, url); s.URL() != url || body == "" {
		t.Errorf("up again at %s: %q, want %s", s.URL(), body, url)
	}
}

// get returns what the server answers, "" when it does not.
func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url + "/api/alexa/smart_home")
	if err != nil {
		return ""
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
