// Package alexacheck checks, by the rules that Amazon has published, whether Alexa
// would accept a reply of a Smart Home skill (version 3 of its messages), a reply of a
// custom skill, and an interaction model.
//
// It is a judge: it shares no code with hearthgate, config/alexa included, so that it
// does not repeat its mistakes.
package alexacheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Reply returns nil for a reply that Alexa accepts as the answer to the directive,
// and otherwise everything that is wrong with it, a line each.
func Reply(directive, reply []byte) error {
	asked, err := read(directive, "directive")
	if err != nil {
		return fmt.Errorf("the directive itself: %w", err)
	}
	answer, err := read(reply, "event")
	if err != nil {
		return err
	}
	c := &check{asked: asked, answer: answer}
	c.header()
	c.endpoint()
	c.message()
	c.context()
	return errors.Join(c.wrong...)
}

// A message is what a directive and a reply have in common.
type message struct {
	Header struct {
		Namespace        string `json:"namespace"`
		Name             string `json:"name"`
		MessageID        string `json:"messageId"`
		CorrelationToken string `json:"correlationToken"`
		PayloadVersion   string `json:"payloadVersion"`
	} `json:"header"`
	Endpoint *struct {
		EndpointID string `json:"endpointId"`
	} `json:"endpoint"`
	Payload json.RawMessage `json:"payload"`

	context json.RawMessage // beside the message
}

func (m *message) is(namespace, name string) bool {
	return m.Header.Namespace == namespace && m.Header.Name == name
}

// kind returns the full name, "Alexa.Discovery.Discover".
func (m *message) kind() string { return m.Header.Namespace + "." + m.Header.Name }

// read reads the message that stands below a key of an object.
func read(b []byte, key string) (*message, error) {
	if len(b) == 0 {
		return nil, errors.New("nothing at all")
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(b, &top); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	for name := range top {
		if name != key && name != "context" {
			return nil, fmt.Errorf("%s and context are all that may stand on top, and there is %q", key, name)
		}
	}
	if !isObject(top[key]) {
		return nil, fmt.Errorf("no object %s", key)
	}
	m := &message{context: top["context"]}
	if err := json.Unmarshal(top[key], m); err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return m, nil
}

// A check is one comparison of a reply with its directive.
type check struct {
	asked, answer *message
	wrong         []error
}

func (c *check) fail(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf(format, args...))
}

func (c *check) header() {
	h := c.answer.Header
	if h.Namespace == "" || h.Name == "" {
		c.fail("header: namespace %q and name %q, neither may be empty", h.Namespace, h.Name)
	}
	if n := len(h.MessageID); n < 1 || n > 127 {
		c.fail("header.messageId: %d characters, want 1 to 127", n)
	}
	if h.MessageID == c.asked.Header.MessageID && h.MessageID != "" {
		c.fail("header.messageId: the directive's own, want a new one")
	}
	if h.PayloadVersion != "3" {
		c.fail(`header.payloadVersion: %q, want "3"`, h.PayloadVersion)
	}
	if want := c.asked.Header.CorrelationToken; h.CorrelationToken != want {
		c.fail("header.correlationToken: %q, want the directive's %q", h.CorrelationToken, want)
	}
	if !isObject(c.answer.Payload) {
		c.fail("payload: no object")
	}
}

// endpoint checks that the reply speaks of the endpoint that was asked.
func (c *check) endpoint() {
	if c.asked.Endpoint == nil || c.asked.Endpoint.EndpointID == "" {
		return
	}
	switch want := c.asked.Endpoint.EndpointID; {
	case c.answer.Endpoint == nil:
		c.fail("endpoint: missing, want %q", want)
	case c.answer.Endpoint.EndpointID != want:
		c.fail("endpoint.endpointId: %q, want %q", c.answer.Endpoint.EndpointID, want)
	}
}

// message checks that the reply is one that may follow the directive.
func (c *check) message() {
	switch asked := c.asked.kind(); {
	case asked == "Alexa.Discovery.Discover":
		if c.expect("Alexa.Discovery.Discover.Response") {
			c.discovery()
		}
	case asked == "Alexa.Authorization.AcceptGrant":
		if c.answer.Header.Name == "ErrorResponse" {
			c.failure("Alexa.Authorization")
		} else {
			c.expect("Alexa.Authorization.AcceptGrant.Response")
		}
	case c.answer.Header.Name == "ErrorResponse":
		c.failure("Alexa", c.asked.Header.Namespace, "Alexa.Video")
	case asked == "Alexa.ReportState":
		c.expect("Alexa.StateReport")
	case asked == "Alexa.SceneController.Activate":
		c.started("Alexa.SceneController.ActivationStarted")
	case asked == "Alexa.SceneController.Deactivate":
		c.started("Alexa.SceneController.DeactivationStarted")
	case c.asked.Header.Namespace == "Alexa.SeekController":
		c.expect("Alexa.SeekController.StateReport")
	case asked == "Alexa.SecurityPanelController.Arm":
		c.expect("Alexa.SecurityPanelController.Arm.Response")
	case asked == "Alexa.RTCSessionController.InitiateSessionWithOffer":
		c.expect("Alexa.RTCSessionController.AnswerGeneratedForSession")
	case c.asked.Header.Namespace == "Alexa.RTCSessionController":
		c.expect(asked) // the session's end and begin are answered with their own names
	default:
		c.expect("Alexa.Response")
	}
}

func (c *check) expect(kind string) bool {
	if got := c.answer.kind(); got != kind {
		c.fail("%s answers %s, want %s", got, c.asked.kind(), kind)
		return false
	}
	return true
}

// started checks what a scene says.
func (c *check) started(kind string) {
	if !c.expect(kind) {
		return
	}
	var p struct {
		Cause     struct{ Type string }
		Timestamp string
	}
	if err := json.Unmarshal(c.answer.Payload, &p); err != nil {
		c.fail("payload: %v", err)
		return
	}
	switch p.Cause.Type {
	case "APP_INTERACTION", "PERIODIC_POLL", "PHYSICAL_INTERACTION", "RULE_TRIGGER", "VOICE_INTERACTION":
	default:
		c.fail("payload.cause.type: %q", p.Cause.Type)
	}
	c.time("payload.timestamp", p.Timestamp)
}

// time checks a time of Amazon's: ISO 8601 in UTC.
func (c *check) time(where, text string) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if _, offset := at.Zone(); err != nil || offset != 0 {
		c.fail("%s: %q, want a time such as 2026-11-24T08:00:00.00Z", where, text)
	}
}

func isObject(b json.RawMessage) bool {
	b = bytes.TrimSpace(b)
	return len(b) > 0 && b[0] == '{'
}
