package demo

import (
	"crypto/rand"
	"encoding/json"
)

// linkedToken stands for the token of a linked account, which every directive
// carries. The demo home accepts another one.
const linkedToken = "token-of-the-linked-account"

// A directive is what Alexa sends.
type directive struct {
	namespace, name string
	endpoint        string // "light#kitchen_light"; default: none
	payload         string // JSON; default: {}
}

// event returns the directive as the event that Alexa sends, with a message id
// and a correlation token of its own.
func (d directive) event() (raw []byte, messageID, correlation string) {
	messageID, correlation = rand.Text(), rand.Text()
	type header struct {
		Namespace        string `json:"namespace"`
		Name             string `json:"name"`
		PayloadVersion   string `json:"payloadVersion"`
		MessageID        string `json:"messageId"`
		CorrelationToken string `json:"correlationToken,omitempty"`
	}
	type endpoint struct {
		ID     string            `json:"endpointId"`
		Scope  map[string]string `json:"scope"`
		Cookie struct{}          `json:"cookie"`
	}
	scope := map[string]string{"type": "BearerToken", "token": linkedToken}
	var event struct {
		Directive struct {
			Header   header    `json:"header"`
			Endpoint *endpoint `json:"endpoint,omitempty"`
			Payload  any       `json:"payload"`
		} `json:"directive"`
	}
	at := &event.Directive
	at.Header = header{d.namespace, d.name, "3", messageID, correlation}
	at.Payload = json.RawMessage(d.payload)
	if d.payload == "" {
		at.Payload = struct{}{}
	}
	if d.endpoint != "" {
		at.Endpoint = &endpoint{ID: d.endpoint, Scope: scope}
	} else {
		at.Header.CorrelationToken, correlation = "", ""
		at.Payload = map[string]any{"scope": scope}
	}
	raw, _ = json.Marshal(event) // strings and valid JSON: cannot fail
	return raw, messageID, correlation
}

// String returns the directive as a line.
func (d directive) String() string {
	s := d.namespace + "." + d.name
	if d.endpoint != "" {
		s += "  " + d.endpoint
	}
	if d.payload != "" {
		s += "  " + d.payload
	}
	return s
}
