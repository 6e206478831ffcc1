package alexa_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/alexa"
)

// directive returns the directive that an event is.
func directive(t *testing.T, event string) alexa.Directive {
	t.Helper()
	e, err := alexa.ParseEvent([]byte(event))
	d, ok := e.(alexa.Directive)
	if err != nil || !ok {
		t.Fatalf("%s is a %T, %v; want a directive", event, e, err)
	}
	return d
}

// TestReplies compares each reply that is made here with what Alexa's documentation
// has, to the byte.
func TestReplies(t *testing.T) {
	const (
		discover = `{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","messageId":"m-1","payloadVersion":"3"},"payload":{"scope":{"token":"canary"}}}}`
		plain    = `{"directive":{"header":{"namespace":"Alexa","name":"ReportState","messageId":"m-1","payloadVersion":"3"},"payload":{}}}`
		header   = `"messageId":"r-1","correlationToken":"c-1","payloadVersion":"3"},"endpoint":{"endpointId":"light#kitchen"},`
	)
	at := time.Date(2026, 1, 31, 9, 0, 0, 5e7, time.FixedZone("CET", 3600))
	for _, tt := range []struct {
		name, event, want string
		reply             func(alexa.Directive) (json.RawMessage, error)
	}{
		{"an error", turnOn, `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse",` + header + `"payload":{"type":"INTERNAL_ERROR","message":"no \"luck\""}}}`,
			func(d alexa.Directive) (json.RawMessage, error) {
				return alexa.ErrorResponse(d, "r-1", "INTERNAL_ERROR", `no "luck"`)
			}},
		{"an error without endpoint and correlation token", plain, `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse","messageId":"r-1","payloadVersion":"3"},"payload":{"type":"BRIDGE_UNREACHABLE","message":""}}}`,
			func(d alexa.Directive) (json.RawMessage, error) {
				return alexa.ErrorResponse(d, "r-1", "BRIDGE_UNREACHABLE", "")
			}},
		{"no endpoints", discover, `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r-1","payloadVersion":"3"},"payload":{"endpoints":[]}}}`,
			func(d alexa.Directive) (json.RawMessage, error) { return alexa.EmptyDiscovery(d, "r-1") }},
		{"nil endpoints", discover, `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r-1","payloadVersion":"3"},"payload":{"endpoints":[]}}}`,
			func(d alexa.Directive) (json.RawMessage, error) { return alexa.Discovery(d, "r-1", nil) }},
		{"endpoints", discover, `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r-1","payloadVersion":"3"},"payload":{"endpoints":[{"endpointId":"a"},{"endpointId":"b"}]}}}`,
			func(d alexa.Directive) (json.RawMessage, error) {
				return alexa.Discovery(d, "r-1", []json.RawMessage{[]byte(`{"endpointId":"a"}`), []byte(`{"endpointId":"b"}`)})
			}},
		{"a discovery has no endpoint of its own", turnOn, `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"r-1","correlationToken":"c-1","payloadVersion":"3"},"payload":{"endpoints":[]}}}`,
			func(d alexa.Directive) (json.RawMessage, error) { return alexa.EmptyDiscovery(d, "r-1") }},
		{"a failed grant", turnOn, `{"event":{"header":{"namespace":"Alexa.Authorization","name":"ErrorResponse","messageId":"r-1","correlationToken":"c-1","payloadVersion":"3"},"payload":{"type":"ACCEPT_GRANT_FAILED","message":"no"}}}`,
			func(d alexa.Directive) (json.RawMessage, error) { return alexa.GrantFailed(d, "r-1", "no") }},
		{"an unreachable endpoint", turnOn, `{"event":{"header":{"namespace":"Alexa","name":"StateReport",` + header + `"payload":{}},` +
			`"context":{"properties":[{"namespace":"Alexa.EndpointHealth","name":"connectivity","value":{"value":"UNREACHABLE"},"timeOfSample":"2026-01-31T08:00:00.05Z","uncertaintyInMilliseconds":0}]}}`,
			func(d alexa.Directive) (json.RawMessage, error) { return alexa.Unreachable(d, "r-1", at) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.reply(directive(t, tt.event))
			if string(got) != tt.want || err != nil {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
			if _, err := alexa.ParseReply(got); err != nil {
				t.Errorf("it cannot be parsed as a reply: %v", err)
			}
		})
	}
}

func TestParseReply(t *testing.T) {
	const noHeader = "no event with a header"
	for _, tt := range []struct {
		name, raw string
		want      alexa.Reply
		isError   bool
		problem   string
	}{
		{"a response", `{"event":{"header":{"namespace":"Alexa","name":"Response","correlationToken":"c"},"payload":{}}}`, alexa.Reply{Namespace: "Alexa", Name: "Response", CorrelationToken: "c"}, false, ""},
		{"the type of a response is not that of an error", `{"event":{"header":{"namespace":"Alexa","name":"Response"},"payload":{"type":"X"}}}`, alexa.Reply{Namespace: "Alexa", Name: "Response"}, false, ""},
		{"an error", `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse"},"payload":{"type":"NO_SUCH_ENDPOINT"}}}`, alexa.Reply{Namespace: "Alexa", Name: "ErrorResponse", ErrorType: "NO_SUCH_ENDPOINT"}, true, ""},
		{"an error of another interface", `{"event":{"header":{"namespace":"Alexa.ThermostatController","name":"ErrorResponse"},"payload":{"type":"TRIPLE_SETPOINTS_UNSUPPORTED"}}}`,
			alexa.Reply{Namespace: "Alexa.ThermostatController", Name: "ErrorResponse", ErrorType: "TRIPLE_SETPOINTS_UNSUPPORTED"}, true, ""},
		{"an error whose type is a number", `{"event":{"header":{"namespace":"Alexa","name":"ErrorResponse"},"payload":{"type":7}}}`, alexa.Reply{Namespace: "Alexa", Name: "ErrorResponse"}, true, ""},
		{"of an endpoint", `{"event":{"header":{"namespace":"Alexa","name":"StateReport"},"endpoint":{"endpointId":"lock#a"}}}`, alexa.Reply{Namespace: "Alexa", Name: "StateReport", EndpointID: "lock#a"}, false, ""},
		{"an endpoint of another type", `{"event":{"header":{"namespace":"Alexa","name":"Response"},"endpoint":[7]}}`, alexa.Reply{Namespace: "Alexa", Name: "Response"}, false, ""},
		{"no event", `{}`, alexa.Reply{}, false, noHeader},
		{"null", `null`, alexa.Reply{}, false, noHeader},
		{"no name", `{"event":{"header":{"namespace":"Alexa"}}}`, alexa.Reply{}, false, noHeader},
		{"no namespace", `{"event":{"header":{"name":"Response"}}}`, alexa.Reply{}, false, noHeader},
		{"a header that is a text", `{"event":{"header":"Alexa"}}`, alexa.Reply{}, false, "not JSON as Alexa defines it"},
		{"a list", `[]`, alexa.Reply{}, false, "not JSON as Alexa defines it"},
		{"a page", `<html>`, alexa.Reply{}, false, "not JSON as Alexa defines it"},
		{"nothing", ``, alexa.Reply{}, false, "not JSON as Alexa defines it"},
		{"more behind it", `{"event":{"header":{"namespace":"Alexa","name":"Response"}}}x`, alexa.Reply{}, false, "not JSON as Alexa defines it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := alexa.ParseReply([]byte(tt.raw))
			got.Payload = nil // which is the rest of the message
			if !reflect.DeepEqual(got, tt.want) || got.IsError() != tt.isError {
				t.Errorf("got %+v, an error: %v; want %+v, %v", got, got.IsError(), tt.want, tt.isError)
			}
			if (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("got the error %v, want %q in it", err, tt.problem)
			}
		})
	}
}

// TestCorrelated changes the correlation token of replies, and nothing else of them.
func TestCorrelated(t *testing.T) {
	const noHeader = "the reply has no event with a header"
	for _, tt := range []struct{ name, raw, token, want string }{
		{"in place of another", `{"event":{"header":{"correlationToken":"old","name":"Response"},"payload":{"a":1.50}},"context":{}}`, "new",
			`{"context":{},"event":{"header":{"correlationToken":"new","name":"Response"},"payload":{"a":1.50}}}`},
		{"where there was none", `{"event":{"header":{}}}`, `a"b`, `{"event":{"header":{"correlationToken":"a\"b"}}}`},
		{"numbers and unknown fields stay", `{"x":[1e400],"event":{"header":{"y":null}}}`, "t", `{"event":{"header":{"correlationToken":"t","y":null}},"x":[1e400]}`},
		{"nothing gets longer", `{"x":"<&>\u2028","event":{"header":{"y":"<"},"payload":"<&>"}}`, "t", `{"event":{"header":{"correlationToken":"t","y":"<"},"payload":"<&>"},"x":"<&>\u2028"}`},
		{"no header", `{"event":{}}`, "t", noHeader},
		{"a header that is null", `{"event":{"header":null}}`, "t", noHeader},
		{"an event that is a list", `{"event":[]}`, "t", noHeader},
		{"a list", `[]`, "t", noHeader},
		{"nothing", ``, "t", noHeader},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := alexa.Correlated([]byte(tt.raw), tt.token)
			if err != nil {
				got = []byte(err.Error())
			}
			if string(got) != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
