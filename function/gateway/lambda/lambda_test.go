package lambda_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

const (
	turnOn = `{"directive":{"header":{"namespace":"Alexa.PowerController","name":"TurnOn","payloadVersion":"3","messageId":"m","correlationToken":"c"},"endpoint":{"endpointId":"light#a"},"payload":{}}}`
	help   = `{"version":"1.0","request":{"type":"IntentRequest","requestId":"r","locale":"en-US","intent":{"name":"AMAZON.HelpIntent"}}}`
	turn   = `{"version":"1.0","session":{"attributes":{"kept":1}},"request":{"type":"IntentRequest","requestId":"r","locale":"en-US","intent":{"name":"Sentence_turn","slots":{"sentence":{"name":"sentence","value":"on the light"}}}}}`
	ended  = `{"version":"1.0","request":{"type":"SessionEndedRequest","requestId":"r","locale":"en-US","reason":"USER_INITIATED"}}`
	doctor = `{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","time":"2026-01-05T03:00:00Z","resources":["arn:aws:events:eu-west-1:1:rule/x"],"detail":{"task":"doctor"}}`
	plain  = `{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","detail":{}}`
)

func TestValidateEvent(t *testing.T) {
	d := bound(lambda.Options{})
	for event, want := range map[string]string{
		turnOn: "directive Alexa.PowerController.TurnOn",
		help:   "skill IntentRequest AMAZON.HelpIntent",
		ended:  "skill SessionEndedRequest",
		doctor: "scheduled doctor",
		plain:  "scheduled keep_warm",
		`{"operation":"cache.get","input":{"key":"a"}}`: "operation cache.get",
		`{"operation":"cache.get","more":1}`:            `there is no field "more"`,
		`{"operation":7}`:                               "field operation is a JSON number",
		`{}`:                                            "neither a Smart Home directive",
		`[]`:                                            "not a JSON object",
		`{"directive":{},"operation":"x"}`:              "a directive and an operation",
		`{"directive":{}}`:                              "no namespace",
		`{"directive":{"header":{"namespace":"A","name":"B","payloadVersion":"2"}}}`: "only version 3",
		`{"request":{"type":"Foo"}}`: `type is "Foo"`,
		`{"request":7}`:              "field request is a JSON number",
		`{"detail-type":"Scheduled Event","detail":{"task":"dance"}}`: "expected doctor or keep_warm",
		`{"detail-type":"Scheduled Event","detail":7}`:                "field detail is a JSON number",
	} {
		facts, err := core.Do(t.Context(), d, lambda.ValidateEvent, lambda.EventInput{Event: json.RawMessage(event)})
		if err == nil {
			if got := string(facts.Kind) + " " + facts.Subject; got != want {
				t.Errorf("%s is %q, want %q", event, got, want)
			}
		} else if !strings.Contains(err.Error(), want) || core.KindOf(err) != core.Invalid {
			t.Errorf("%s: %v (%v), want %q", event, err, core.KindOf(err), want)
		}
	}
}

func TestProcess(t *testing.T) {
	away := core.Errorf(core.Unreachable, core.CauseTimeout, "no answer")
	d := bound(lambda.Options{
		Home: home{
			forward: func(alexa.Directive) (json.RawMessage, error) { return json.RawMessage(`"forwarded"`), nil },
			converse: func(_ alexa.SkillRequest, sentence string) (alexa.SkillReply, error) {
				return alexa.SkillReply{Speech: "I heard " + sentence}, nil
			},
			diagnose: func() (wire.Diagnosis, error) {
				return wire.Diagnosis{Steps: []wire.DiagnosisStep{{Name: "dns", OK: true}, {Name: "tcp", Cause: "refused", Problem: "nothing listens", Fix: "start it"}}}, nil
			},
		},
		Host: host{warmUp: func() (bool, error) { return true, nil }},
	})
	for event, want := range map[string]string{
		turnOn: `directive "forwarded"`,
		turn:   `skill {"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"I heard turn on the light"},"shouldEndSession":true}}`,
		plain:  `"reached":true`,
		doctor: `nothing listens; start it`,
		`{"operation":"lambda.validate_event","input":{"event":{"operation":"x.y"}}}`: `operation {"kind":"operation","subject":"x.y"}`,
		`{"operation":"no.such"}`: `there is no operation`,
	} {
		p, err := core.Do(t.Context(), d, lambda.Process, lambda.EventInput{Event: json.RawMessage(event)})
		got := string(p.Kind) + " " + string(p.Reply)
		if err != nil {
			got += err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s is answered with %s, want %s", event, got, want)
		}
	}
	d = bound(lambda.Options{Home: home{forward: func(alexa.Directive) (json.RawMessage, error) { return nil, away }}})
	if p, err := core.Do(t.Context(), d, lambda.Process, lambda.EventInput{Event: json.RawMessage(turnOn)}); !errors.Is(err, away.Err) || p.Kind != alexa.KindDirective {
		t.Errorf("got %+v, %v; want the failure and the kind", p, err)
	}
	for _, event := range []string{turnOn, turn, doctor, plain} {
		if _, err := core.Do(t.Context(), bound(lambda.Options{}), lambda.Process, lambda.EventInput{Event: json.RawMessage(event)}); err == nil {
			t.Errorf("without the application %s succeeds", event)
		}
	}
}

// TestNesting has an operation run itself through another one.
func TestNesting(t *testing.T) {
	d := bound(lambda.Options{})
	nest := func(levels int) []byte {
		in := `{"operation":"lambda.context"}`
		for range levels {
			in = `{"operation":"lambda.handle_operation","input":` + in + `}`
		}
		return []byte(in)
	}
	if _, err := core.Execute(t.Context(), d, "lambda.handle_operation", nest(lambda.MaxNesting-1)); err != nil {
		t.Errorf("%d levels: %v", lambda.MaxNesting, err)
	}
	_, err := core.Execute(t.Context(), d, "lambda.handle_operation", nest(lambda.MaxNesting))
	if core.KindOf(err) != core.Invalid || core.CauseOf(err) != core.CauseNested {
		t.Errorf("%d levels: %v, want it refused", lambda.MaxNesting+1, err)
	}
	event := `{"operation":"lambda.context"}`
	for range 20 {
		event = `{"operation":"lambda.process","input":{"event":` + event + `}}`
	}
	_, err = core.Do(t.Context(), d, lambda.Process, lambda.EventInput{Event: json.RawMessage(event)})
	if core.CauseOf(err) != core.CauseNested {
		t.Errorf("an event in an event in an event: %v, want it refused", err)
	}
}

func TestScheduled(t *testing.T) {
	asked := 0
	o := lambda.Options{
		Home:   home{diagnose: func() (wire.Diagnosis, error) { asked++; return wire.Diagnosis{OK: true}, nil }},
		Host:   host{warmUp: func() (bool, error) { asked++; return false, nil }},
		Probes: func() bool { return false },
	}
	for _, task := range []string{"", config.TaskKeepWarm, config.TaskDoctor} {
		done, err := core.Do(t.Context(), bound(o), lambda.HandleScheduled, lambda.ScheduledInput{Task: task})
		if err != nil || done.Skipped == "" || asked != 0 {
			t.Errorf("%q without leave: %+v, %v, asked %d times; want it skipped", task, done, err, asked)
		}
	}
	o.Probes = nil
	for _, tt := range []struct {
		task             string
		warmUp, diagnose bool
	}{{config.TaskKeepWarm, true, false}, {config.TaskDoctor, false, true}} {
		done, err := core.Do(t.Context(), bound(o), lambda.HandleScheduled, lambda.ScheduledInput{Task: tt.task})
		if err != nil || done.Skipped != "" || (done.WarmUp != nil) != tt.warmUp || (done.Diagnosis != nil) != tt.diagnose {
			t.Errorf("%q: %+v, %v; want a warm-up: %v, a diagnosis: %v", tt.task, done, err, tt.warmUp, tt.diagnose)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times, want 2", asked)
	}
	o.Home = home{diagnose: func() (wire.Diagnosis, error) {
		return wire.Diagnosis{OK: true, Steps: []wire.DiagnosisStep{
			{Name: "tcp", OK: true, Advice: []string{"an address inside a home"}},
			{Name: "tls", OK: true, Cause: "certificate_ends", Advice: []string{"the certificate ends in 5 days"}},
		}}, nil
	}}
	_, err := core.Do(t.Context(), bound(o), lambda.HandleScheduled, lambda.ScheduledInput{Task: config.TaskDoctor})
	if core.CauseOf(err) != core.CauseCertificateEnds || !strings.Contains(err.Error(), "in 5 days") {
		t.Errorf("a certificate that ends: %v", err)
	}
}

func TestCreateProxyResponse(t *testing.T) {
	d := bound(lambda.Options{})
	for in, want := range map[string]string{
		`{}`:                                `{"statusCode":204,"headers":{},"body":"","isBase64Encoded":false}`,
		`{"body":{"a":1}}`:                  `{"statusCode":200,"headers":{"Content-Type":"application/json"},"body":"{\"a\":1}","isBase64Encoded":false}`,
		`{"body":"hello"}`:                  `{"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"hello","isBase64Encoded":false}`,
		`{"binary":"/wA="}`:                 `{"statusCode":200,"headers":{"Content-Type":"application/octet-stream"},"body":"/wA=","isBase64Encoded":true}`,
		`{"kind":"unreachable","body":"x"}`: `{"statusCode":502,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"x","isBase64Encoded":false}`,
		`{"kind":"gone"}`:                   `{"statusCode":410,"headers":{},"body":"","isBase64Encoded":false}`,
		`{"status":201,"body":1,"headers":{"content-type":"text/x"}}`: `{"statusCode":201,"headers":{"Content-Type":"text/x"},"body":"1","isBase64Encoded":false}`,
	} {
		got, err := core.Execute(t.Context(), d, "lambda.create_proxy_response", []byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%s gives %s, %v; want %s", in, got, err, want)
		}
	}
	if _, err := core.Execute(t.Context(), d, "lambda.create_proxy_response", []byte(`{"kind":"bad"}`)); core.KindOf(err) != core.Invalid {
		t.Errorf("an unknown kind: %v", err)
	}
}

// TestChecks looks that each input that can be wrong says so, by the field's name.
func TestChecks(t *testing.T) {
	for _, tt := range []struct {
		in   interface{ Check() error }
		want string
	}{
		{lambda.ProxyInput{Status: 42}, "field status"},
		{lambda.ProxyInput{Body: json.RawMessage("1"), Binary: []byte("1")}, "field body and field binary"},
		{lambda.OperationInput{}, "field operation"},
		{lambda.ScheduledInput{Task: "x"}, "field task"},
		{lambda.ReplyInput{}, "field event"},
		{lambda.ReplyInput{Event: json.RawMessage("{}"), Kind: "internal", Speech: "x"}, "field kind"},
		{lambda.ReplyInput{Event: json.RawMessage("{}"), Card: &alexa.Card{}, LinkAccount: true}, "field card"},
		{lambda.ReplyInput{Event: json.RawMessage("{}"), Card: &alexa.Card{Type: "Big"}}, "field card.type"},
		{lambda.EventInput{}, "field event"},
	} {
		if err := tt.in.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.in, err, tt.want)
		}
	}
}
