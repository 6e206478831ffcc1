package alexa_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/alexa"
)

const turnOn = `{"directive":{"header":{"namespace":"Alexa.PowerController","name":"TurnOn","messageId":"m-1","correlationToken":"c-1","payloadVersion":"3"},"endpoint":{"endpointId":"light#kitchen","scope":{"type":"BearerToken","token":"canary"}},"payload":{}}}`

func TestDirective(t *testing.T) {
	e, err := alexa.ParseEvent([]byte(turnOn))
	d, ok := e.(alexa.Directive)
	if err != nil || !ok {
		t.Fatalf("got %T, %v", e, err)
	}
	want := alexa.Header{Namespace: "Alexa.PowerController", Name: "TurnOn", MessageID: "m-1", CorrelationToken: "c-1", PayloadVersion: "3"}
	if d.Header != want || d.EndpointID != "light#kitchen" || d.Token() != "canary" || string(d.Raw()) != turnOn || d.String() != "Alexa.PowerController.TurnOn" {
		t.Errorf("got %+v, %q, %q", d.Header, d.EndpointID, d.Token())
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, d); strings.Contains(text, "canary") {
			t.Errorf("%s shows the token: %s", format, text)
		}
	}
}

// TestToken reads the token in each of the places where a directive can have it.
func TestToken(t *testing.T) {
	for place, payload := range map[string]string{
		"payload": `{"scope":{"token":"canary"}}`, "grantee": `{"grantee":{"token":"canary"},"grant":{"code":"x"}}`,
	} {
		e, err := alexa.ParseEvent([]byte(`{"directive":{"header":{"namespace":"A","name":"B"},"payload":` + payload + `}}`))
		if d, _ := e.(alexa.Directive); err != nil || d.Token() != "canary" {
			t.Errorf("%s: got %q, %v", place, d.Token(), err)
		}
	}
}

// TestStrictly has directives that Go's decoder reads otherwise than Home Assistant's.
func TestStrictly(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(turnOn, old, new, 1) }
	for name, tt := range map[string]struct{ event, name, problem string }{
		"a key in another case beside it": {change(`"name":"TurnOn"`, `"name":"TurnOn","NAME":"TurnOff"`), "TurnOn", ""},
		"a key in another case alone":     {change(`"name":"TurnOn"`, `"Name":"TurnOn"`), "", ""},
		"a key twice":                     {change(`"name":"TurnOn"`, `"name":"TurnOn","name":"TurnOff"`), "TurnOff", "comes twice"},
		"an escaped key twice":            {change(`"name":"TurnOn"`, `"name":"TurnOn","n\u0061me":"TurnOff"`), "TurnOff", "comes twice"},
		"the header twice":                {change(`"endpoint":`, `"header":{"name":"Other"},"endpoint":`), "Other", "comes twice"},
		"a key twice in the payload":      {change(`"payload":{}`, `"payload":{"a":1,"a":2}`), "TurnOn", "comes twice"},
		"a name of another type":          {change(`"TurnOn"`, `7`), "", "field directive.header.name is a JSON number"},
		"text behind it":                  {turnOn + "x", "TurnOn", "more behind"},
	} {
		e, err := alexa.ParseEvent([]byte(tt.event))
		d, _ := e.(alexa.Directive)
		switch {
		case tt.problem == "" && (err != nil || d.Header.Name != tt.name):
			t.Errorf("%s: got the name %q, %v; want %q", name, d.Header.Name, err, tt.name)
		case tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)):
			t.Errorf("%s: got %v, want %q", name, err, tt.problem)
		}
		if e != nil && d.Header.MessageID != "m-1" && name != "the header twice" {
			t.Errorf("%s: the message's id is lost", name)
		}
	}
}
