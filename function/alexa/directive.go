package alexa

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// A Directive is a directive as Alexa sent it.
type Directive struct {
	Header     Header
	EndpointID string // "" where the directive is for no endpoint

	raw   []byte
	token string
}

// A Header identifies a message.
type Header struct {
	Namespace        string `json:"namespace"`
	Name             string `json:"name"`
	Instance         string `json:"instance,omitempty"` // of the interface, such as "cover.position"; "" where there is only one
	MessageID        string `json:"messageId"`
	CorrelationToken string `json:"correlationToken,omitempty"`
	PayloadVersion   string `json:"payloadVersion"`
}

func readDirective(raw []byte) (Event, error) {
	d := Directive{raw: raw}
	err := strictjson.Object(raw, func(key, value []byte) error {
		if string(key) != "directive" {
			return nil
		}
		return d.read(value)
	})
	return d, err
}

func (d *Directive) read(directive []byte) error {
	var endpoint, payload, grantee string // the tokens
	err := strictjson.Object(directive, func(key, value []byte) error {
		switch string(key) {
		case "header":
			return d.Header.read(value)
		case "endpoint":
			return strictjson.Object(value, func(key, value []byte) (err error) {
				switch string(key) {
				case "endpointId":
					d.EndpointID, err = whole(value)
				case "scope":
					endpoint, err = tokenOf(value)
				}
				return err
			})
		case "payload":
			return strictjson.Object(value, func(key, value []byte) (err error) {
				switch string(key) {
				case "scope":
					payload, err = tokenOf(value)
				case "grantee":
					grantee, err = tokenOf(value)
				}
				return err
			})
		}
		return nil
	})
	d.token = cmp.Or(endpoint, payload, grantee)
	return err
}

func (h *Header) read(object []byte) error {
	return strictjson.Object(object, func(key, value []byte) (err error) {
		switch string(key) {
		case "namespace":
			h.Namespace, err = whole(value)
		case "name":
			h.Name, err = whole(value)
		case "instance":
			h.Instance, err = whole(value)
		case "messageId":
			h.MessageID, err = strictjson.String(value)
		case "correlationToken":
			h.CorrelationToken, err = strictjson.String(value)
		case "payloadVersion":
			h.PayloadVersion, err = strictjson.Word(value)
		}
		return err
	})
}

// whole returns the text of a string of which every character is known. Half a
// surrogate pair is not one: other readers read it as other than U+FFFD, and what is
// judged here must be what they read.
func whole(value []byte) (string, error) {
	text, err := strictjson.Word(value)
	if err == nil && strings.ContainsRune(text, utf8.RuneError) {
		err = &strictjson.Error{Problem: "has a character that does not exist (half a surrogate pair, or U+FFFD)"}
	}
	return text, err
}

// tokenOf returns the token of a scope or a grantee.
func tokenOf(scope []byte) (token string, err error) {
	err = strictjson.Object(scope, func(key, value []byte) (err error) {
		if string(key) == "token" {
			token, err = strictjson.String(value)
		}
		return err
	})
	return token, err
}

// Kind returns [KindDirective].
func (d Directive) Kind() Kind { return KindDirective }

// Raw returns the event as it came. It is not to be changed.
func (d Directive) Raw() []byte { return d.raw }

// Token returns the token of the linked account, which is in the endpoint, in the
// payload of a Discover or with the grantee of an AcceptGrant; "" without.
func (d Directive) Token() string { return d.token }

// Is reports whether d is the directive of that namespace and name.
func (d Directive) Is(namespace, name string) bool {
	return d.Header.Namespace == namespace && d.Header.Name == name
}

// IsDiscover reports whether d asks which endpoints there are.
func (d Directive) IsDiscover() bool { return d.Is("Alexa.Discovery", "Discover") }

// IsReportState reports whether d asks for the state of an endpoint.
func (d Directive) IsReportState() bool { return d.Is("Alexa", "ReportState") }

// IsAcceptGrant reports whether d brings the code for proactive events.
func (d Directive) IsAcceptGrant() bool { return d.Is("Alexa.Authorization", "AcceptGrant") }

// IsWebRTC reports whether d is part of a camera's live session: Alexa waits less long
// for the reply, the camera takes most of that, and both have addresses of the home.
func (d Directive) IsWebRTC() bool { return d.Header.Namespace == "Alexa.RTCSessionController" }

// Idempotent reports whether d may be sent a second time without a command being
// carried out twice: it only asks.
func (d Directive) Idempotent() bool { return d.IsDiscover() || d.IsReportState() }

// String returns the directive's full name: "Alexa.PowerController.TurnOn".
func (d Directive) String() string { return d.Header.Namespace + "." + d.Header.Name }

// GoString returns what String does, so that %#v shows no token either.
func (d Directive) GoString() string { return d.String() }
