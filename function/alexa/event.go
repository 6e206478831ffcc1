// Package alexa holds the messages of the Alexa Smart Home API, version 3: the
// event that comes in, read no further than an answer needs, and the replies
// that are made here. What Home Assistant answers passes through untouched.
//
// It imports the standard library only.
package alexa

import (
	"encoding/json"
	"errors"
	"fmt"
)

// An Event is a directive as Alexa sent it. Printed, it shows which directive it
// is, and none of the tokens that it carries.
type Event struct {
	Header     Header
	EndpointID string // "" where the directive is for no endpoint

	raw   []byte
	token string
}

// A Header identifies a message.
type Header struct {
	Namespace        string `json:"namespace"`
	Name             string `json:"name"`
	MessageID        string `json:"messageId"`
	CorrelationToken string `json:"correlationToken,omitempty"`
	PayloadVersion   string `json:"payloadVersion"`
}

// envelope is as much of an event as is read.
type envelope struct {
	Directive *struct {
		Header   Header `json:"header"`
		Endpoint struct {
			EndpointID string `json:"endpointId"`
			Scope      scope  `json:"scope"`
		} `json:"endpoint"`
		Payload struct {
			Scope   scope `json:"scope"`
			Grantee scope `json:"grantee"`
		} `json:"payload"`
	} `json:"directive"`
}

type scope struct {
	Token string `json:"token"`
}

// ErrNoDirective says that an event is not one of a Smart Home skill.
var ErrNoDirective = errors.New("the event has no directive")

// Parse reads an event, which keeps raw. With an error it returns what could be
// read all the same, so that the answer names the message it answers. An event
// without a directive is [ErrNoDirective].
func Parse(raw []byte) (Event, error) {
	var in envelope
	err := json.Unmarshal(raw, &in)
	e := Event{raw: raw}
	if in.Directive == nil {
		return e, errors.Join(ErrNoDirective, err)
	}
	d := in.Directive
	e.Header, e.EndpointID = d.Header, d.Endpoint.EndpointID
	for _, s := range []scope{d.Endpoint.Scope, d.Payload.Scope, d.Payload.Grantee} {
		if e.token == "" {
			e.token = s.Token
		}
	}
	if err != nil {
		return e, fmt.Errorf("the directive is not as Alexa defines it: %w", err)
	}
	return e, nil
}

// Raw returns the event as it came. It is not to be changed.
func (e Event) Raw() []byte { return e.raw }

// Token returns the token of the linked account, which sits in the endpoint, in
// the payload of a Discover or with the grantee of an AcceptGrant; "" without.
func (e Event) Token() string { return e.token }

// Is reports whether e is the directive of that namespace and name.
func (e Event) Is(namespace, name string) bool {
	return e.Header.Namespace == namespace && e.Header.Name == name
}

// IsDiscover reports whether e asks which endpoints there are.
func (e Event) IsDiscover() bool { return e.Is("Alexa.Discovery", "Discover") }

// IsReportState reports whether e asks for the state of an endpoint.
func (e Event) IsReportState() bool { return e.Is("Alexa", "ReportState") }

// IsAcceptGrant reports whether e brings the code for proactive events.
func (e Event) IsAcceptGrant() bool { return e.Is("Alexa.Authorization", "AcceptGrant") }

// IsQuestion reports whether e only asks: whether it may be sent a second time
// without a command being carried out twice.
func (e Event) IsQuestion() bool { return e.IsDiscover() || e.IsReportState() }

// String returns the directive's full name: "Alexa.PowerController.TurnOn".
func (e Event) String() string { return e.Header.Namespace + "." + e.Header.Name }

// GoString returns what String does, so that %#v shows no token either.
func (e Event) GoString() string { return e.String() }
