package alexacheck_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
)

func directive(namespace, name, rest string) string {
	return fmt.Sprintf(`{"directive":{"header":{"namespace":%q,"name":%q,"messageId":"m1","payloadVersion":"3"%s}`, namespace, name, rest)
}

var (
	turnOn   = directive("Alexa.PowerController", "TurnOn", `,"correlationToken":"c"},"endpoint":{"endpointId":"light#a"},"payload":{}`) + "}"
	report   = directive("Alexa", "ReportState", `,"correlationToken":"c"},"endpoint":{"endpointId":"light#a"},"payload":{}`) + "}"
	activate = directive("Alexa.SceneController", "Activate", `,"correlationToken":"c"},"endpoint":{"endpointId":"light#a"},"payload":{}`) + "}"
	discover = directive("Alexa.Discovery", "Discover", `},"payload":{}`) + "}"
	grant    = directive("Alexa.Authorization", "AcceptGrant", `},"payload":{}`) + "}"
)

const (
	done = `{"event":{"header":{"namespace":"Alexa","name":"Response","messageId":"m2","correlationToken":"c","payloadVersion":"3"},` +
		`"endpoint":{"endpointId":"light#a"},"payload":{}},"context":{"properties":[{"namespace":"Alexa.PowerController","name":"powerState","value":"ON","timeOfSample":"2026-11-24T08:00:00.00Z","uncertaintyInMilliseconds":0}]}}`
	failed = `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","messageId":"m2","correlationToken":"c","payloadVersion":"3"},` +
		`"endpoint":{"endpointId":"light#a"},"payload":{"type":"BRIDGE_UNREACHABLE","message":"away"}}}`
	state = `{"event":{"header":{"namespace":"Alexa","name":"StateReport","messageId":"m2","correlationToken":"c","payloadVersion":"3"},` +
		`"endpoint":{"endpointId":"light#a"},"payload":{}},"context":{"properties":[{"namespace":"Alexa.EndpointHealth","name":"connectivity","value":{"value":"UNREACHABLE"},"timeOfSample":"2026-11-24T08:00:00.00Z","uncertaintyInMilliseconds":0}]}}`
	started = `{"event":{"header":{"namespace":"Alexa.SceneController","name":"ActivationStarted","messageId":"m2","correlationToken":"c","payloadVersion":"3"},` +
		`"endpoint":{"endpointId":"light#a"},"payload":{"cause":{"type":"VOICE_INTERACTION"},"timestamp":"2026-11-24T08:00:00Z"}}}`
	found = `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m2","payloadVersion":"3"},"payload":{"endpoints":[` +
		`{"endpointId":"light#a","manufacturerName":"M","friendlyName":"A","description":"D","displayCategories":["LIGHT"],"capabilities":[{"type":"AlexaInterface","interface":"Alexa","version":"3"}]}]}}}`
	empty   = `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m2","payloadVersion":"3"},"payload":{"endpoints":[]}}}`
	granted = `{"event":{"header":{"namespace":"Alexa.Authorization","name":"AcceptGrant.Response","messageId":"m2","payloadVersion":"3"},"payload":{}}}`
	refused = `{"event":{"header":{"namespace":"Alexa.Authorization","name":"ErrorResponse","messageId":"m2","payloadVersion":"3"},"payload":{"type":"ACCEPT_GRANT_FAILED","message":"no"}}}`
)

func TestGood(t *testing.T) {
	for _, test := range []struct{ name, directive, reply string }{
		{"response", turnOn, done},
		{"error", turnOn, failed},
		{"state report", report, state},
		{"error to a state report", report, failed},
		{"scene", activate, started},
		{"discovery", discover, found},
		{"discovery of nothing", discover, empty},
		{"grant", grant, granted},
		{"grant refused", grant, refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := alexacheck.Reply([]byte(test.directive), []byte(test.reply)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPlantedMistakes makes one mistake at a time in a good reply.
func TestPlantedMistakes(t *testing.T) {
	long := strings.Repeat("x", 129)
	for _, test := range []struct{ name, directive, reply, old, new, want string }{
		{"nothing", turnOn, done, done, "", "nothing at all"},
		{"no JSON", turnOn, done, done, "<html>", "not a JSON object"},
		{"a list", turnOn, done, done, "[]", "not a JSON object"},
		{"no event", turnOn, done, done, "{}", "no object event"},
		{"null event", turnOn, done, done, `{"event":null}`, "no object event"},
		{"something on top", turnOn, done, `{"event"`, `{"error":1,"event"`, `there is "error"`},
		{"Lambda's error", turnOn, done, done, `{"errorType":"x","errorMessage":"y"}`, "may stand on top"},
		{"no namespace", turnOn, done, `"namespace":"Alexa",`, ``, "namespace"},
		{"no messageId", turnOn, done, `"messageId":"m2",`, ``, "messageId: 0 characters"},
		{"long messageId", turnOn, done, `"m2"`, `"` + long + `"`, "messageId: 129 characters"},
		{"their messageId", turnOn, done, `"m2"`, `"m1"`, "the directive's own"},
		{"no correlation", turnOn, done, `"correlationToken":"c",`, ``, "correlationToken"},
		{"other correlation", turnOn, done, `"correlationToken":"c"`, `"correlationToken":"d"`, "correlationToken"},
		{"version 2", turnOn, done, `"payloadVersion":"3"`, `"payloadVersion":"2"`, "payloadVersion"},
		{"numeric version", turnOn, done, `"payloadVersion":"3"`, `"payloadVersion":3`, "event"},
		{"no payload", turnOn, done, `,"payload":{}`, ``, "payload: no object"},
		{"null payload", turnOn, done, `"payload":{}`, `"payload":null`, "payload: no object"},
		{"no endpoint", turnOn, failed, `"endpoint":{"endpointId":"light#a"},`, ``, "endpoint: missing"},
		{"other endpoint", turnOn, done, `light#a`, `light#b`, `"light#b", want "light#a"`},
		{"other reply", turnOn, done, `"Response"`, `"StateReport"`, "want Alexa.Response"},
		{"unknown error type", turnOn, failed, `BRIDGE_UNREACHABLE`, `HOME_ON_FIRE`, "is no error of Alexa"},
		{"error without message", turnOn, failed, `,"message":"away"`, ``, "payload.message"},
		{"error elsewhere", turnOn, failed, `"namespace":"Alexa"`, `"namespace":"Alexa.ThermostatController"`, "an ErrorResponse to"},
		{"grant's error", grant, refused, `"Alexa.Authorization"`, `"Alexa"`, "want Alexa.Authorization"},
		{"grant's error type", grant, refused, `ACCEPT_GRANT_FAILED`, `INTERNAL_ERROR`, "is no error of Alexa.Authorization"},
		{"error to a discovery", discover, empty, `"Alexa.Discovery","name":"Discover.Response"`, `"Alexa","name":"ErrorResponse"`, "want Alexa.Discovery.Discover.Response"},
		{"no endpoints", discover, empty, `"endpoints":[]`, ``, "endpoints: missing"},
		{"bad endpoint id", discover, found, `light#a`, `light.ä`, "no endpointId"},
		{"long name", discover, found, `"friendlyName":"A"`, `"friendlyName":"` + long + `"`, "friendlyName has 129"},
		{"no maker", discover, found, `"manufacturerName":"M",`, ``, "manufacturerName has 0"},
		{"no category", discover, found, `["LIGHT"]`, `null`, "no displayCategories"},
		{"no capability", discover, found, `{"type":"AlexaInterface","interface":"Alexa","version":"3"}`, ``, "0 capabilities"},
		{"odd capability", discover, found, `AlexaInterface`, `Interface`, `type "Interface"`},
		{"no context", report, state, state[strings.Index(state, `,"context"`):], `}`, "context: missing"},
		{"no properties", report, state, `"properties"`, `"property"`, "context.properties: missing"},
		{"no value", report, state, `"value":{"value":"UNREACHABLE"},`, ``, "no value"},
		{"odd connectivity", report, state, `"UNREACHABLE"`, `"AWAY"`, "connectivity"},
		{"local time", report, state, `08:00:00.00Z`, `08:00:00.00+01:00`, "timeOfSample"},
		{"no time", report, state, `"timeOfSample":"2026-11-24T08:00:00.00Z",`, ``, "timeOfSample"},
		{"no uncertainty", report, state, `,"uncertaintyInMilliseconds":0`, ``, "uncertaintyInMilliseconds"},
		{"no cause", activate, started, `"cause":{"type":"VOICE_INTERACTION"},`, ``, "payload.cause.type"},
		{"plain response of a scene", activate, started, `"Alexa.SceneController","name":"ActivationStarted"`, `"Alexa","name":"Response"`, "want Alexa.SceneController.ActivationStarted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(test.reply, test.old) {
				t.Fatalf("there is no %s to replace", test.old)
			}
			reply := strings.Replace(test.reply, test.old, test.new, 1)
			err := alexacheck.Reply([]byte(test.directive), []byte(reply))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestLiveSessions checks the replies to a camera's live session.
func TestLiveSessions(t *testing.T) {
	for asked, answer := range map[string]string{
		"InitiateSessionWithOffer": "AnswerGeneratedForSession", "SessionConnected": "SessionConnected", "SessionDisconnected": "SessionDisconnected",
	} {
		directive := strings.NewReplacer("Alexa.PowerController", "Alexa.RTCSessionController", "TurnOn", asked).Replace(turnOn)
		reply := strings.Replace(done, `"Alexa","name":"Response"`, `"Alexa.RTCSessionController","name":"`+answer+`"`, 1)
		if err := alexacheck.Reply([]byte(directive), []byte(reply)); err != nil {
			t.Errorf("%s: %v", asked, err)
		}
		if err := alexacheck.Reply([]byte(directive), []byte(done)); err == nil || !strings.Contains(err.Error(), "want Alexa.RTCSessionController."+answer) {
			t.Errorf("%s: a plain response gives %v", asked, err)
		}
	}
}

// TestTwice plants what is right once and wrong twice.
func TestTwice(t *testing.T) {
	endpoint := found[strings.Index(found, `{"endpointId"`) : strings.LastIndex(found, `}]}}}`)+1]
	two := strings.Replace(found, endpoint, endpoint+","+endpoint, 1)
	if err := alexacheck.Reply([]byte(discover), []byte(two)); err == nil || !strings.Contains(err.Error(), `endpoint "light#a": twice`) {
		t.Errorf("an endpoint twice: %v", err)
	}
	var many []string
	for i := range 301 {
		many = append(many, strings.Replace(endpoint, "light#a", fmt.Sprintf("light#%d", i), 1))
	}
	if err := alexacheck.Reply([]byte(discover), []byte(strings.Replace(found, endpoint, strings.Join(many, ","), 1))); err == nil || !strings.Contains(err.Error(), "301, and 300 are taken") {
		t.Errorf("301 endpoints: %v", err)
	}
}
