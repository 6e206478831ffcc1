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

// TestKinds reads an event of each kind but a skill's request, which has its own test.
func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		event string
		kind  alexa.Kind
		want  string // its subject
	}{
		{turnOn, alexa.KindDirective, "Alexa.PowerController.TurnOn"},
		{`{"operation":"cache.get","input":{"key":"a"}}`, alexa.KindOperation, "cache.get"},
		{`{"operation":""}`, alexa.KindOperation, ""},
		{`{"detail-type":"Scheduled Event","detail":{"task":"doctor"},"source":"aws.events"}`, alexa.KindScheduled, "doctor"},
		{`{"detail-type":"Scheduled Event","detail":{}}`, alexa.KindScheduled, "keep_warm"},
		{`{"detail-type":"Scheduled Event"}`, alexa.KindScheduled, "keep_warm"},
	} {
		e, err := alexa.ParseEvent([]byte(tt.event))
		if err != nil {
			t.Errorf("%s: %v", tt.event, err)
			continue
		}
		if e.Kind() != tt.kind || e.String() != tt.want || string(e.Raw()) != tt.event {
			t.Errorf("%s is the %s %q, kept as %s; want the %s %q", tt.event, e.Kind(), e, e.Raw(), tt.kind, tt.want)
		}
	}
	e, _ := alexa.ParseEvent([]byte(`{"operation":"cache.get","input": {"key":"a"} }`))
	if o, _ := e.(alexa.Operation); string(o.Input) != `{"key":"a"}` {
		t.Errorf("the input is %s, want it as it came", o.Input)
	}
}

// TestQuestions lists which directives only ask, and may be sent a second time.
func TestQuestions(t *testing.T) {
	for _, tt := range []struct {
		namespace, name                                string
		discover, reportState, acceptGrant, idempotent bool
	}{
		{namespace: "Alexa.Discovery", name: "Discover", discover: true, idempotent: true},
		{namespace: "Alexa", name: "ReportState", reportState: true, idempotent: true},
		{namespace: "Alexa.Authorization", name: "AcceptGrant", acceptGrant: true},
		{namespace: "Alexa.PowerController", name: "TurnOn"},
		{namespace: "Alexa.Discovery", name: "ReportState"},
		{namespace: "Alexa", name: "Discover"},
		{namespace: "alexa", name: "reportstate"},
	} {
		d := alexa.Directive{Header: alexa.Header{Namespace: tt.namespace, Name: tt.name}}
		for _, is := range []struct {
			field     string
			got, want bool
		}{
			{"IsDiscover", d.IsDiscover(), tt.discover}, {"IsReportState", d.IsReportState(), tt.reportState},
			{"IsAcceptGrant", d.IsAcceptGrant(), tt.acceptGrant}, {"Idempotent", d.Idempotent(), tt.idempotent},
		} {
			if is.got != is.want {
				t.Errorf("%s of %v is %v, want %v", is.field, d, is.got, is.want)
			}
		}
	}
}
