package alexa

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// A Reply is the part of a reply that is read: which message it is.
type Reply struct {
	Namespace        string
	Name             string
	CorrelationToken string // of the directive that it answers; "" without
	EndpointID       string // of the endpoint that it is about; "" without
	ErrorType        string // of an ErrorResponse, else ""
	ErrorMessage     string // the home's own words in an ErrorResponse, else ""
	Payload          []byte // as it came; nil without
}

// IsError reports whether the reply says that the directive failed.
func (r Reply) IsError() bool { return r.Name == "ErrorResponse" }

// ParseReply reads which message a reply is, once, and keeps no more of it than its
// payload. It returns an error for anything that Alexa would not accept as one.
func ParseReply(raw []byte) (Reply, error) {
	var r Reply
	err := strictjson.Object(raw, func(key, value []byte) error {
		if string(key) == "event" {
			return r.read(value)
		}
		return nil
	})
	switch {
	case err != nil:
		return Reply{}, fmt.Errorf("the reply is not JSON as Alexa defines it: %w", err)
	case r.Namespace == "" || r.Name == "":
		return Reply{}, errors.New("the reply has no event with a header")
	case r.IsError():
		_ = members(r.Payload, map[string]func([]byte) error{"type": text(&r.ErrorType), "message": text(&r.ErrorMessage)}) // of another type: ""
	}
	return r, nil
}

func (r *Reply) read(event []byte) error {
	return strictjson.Object(event, func(key, value []byte) error {
		switch string(key) {
		case "header":
			return r.readHeader(value)
		case "endpoint":
			_ = r.readEndpoint(value) // of another type: ""
		case "payload":
			r.Payload = value
		}
		return nil
	})
}

func (r *Reply) readHeader(header []byte) error {
	return strictjson.Object(header, func(key, value []byte) (err error) {
		switch string(key) {
		case "namespace":
			r.Namespace, err = strictjson.Word(value)
		case "name":
			r.Name, err = strictjson.Word(value)
		case "correlationToken":
			r.CorrelationToken, err = strictjson.String(value)
		}
		return err
	})
}

func (r *Reply) readEndpoint(endpoint []byte) error {
	return strictjson.Object(endpoint, func(key, value []byte) (err error) {
		if string(key) == "endpointId" {
			r.EndpointID, err = strictjson.Word(value)
		}
		return err
	})
}

// A message is a reply made here.
type message struct {
	Event struct {
		Header   Header    `json:"header"`
		Endpoint *endpoint `json:"endpoint,omitempty"`
		Payload  any       `json:"payload"`
	} `json:"event"`
	Context *properties `json:"context,omitempty"`
}

type endpoint struct {
	EndpointID string `json:"endpointId"`
}

type properties struct {
	Properties []property `json:"properties"`
}

type property struct {
	Namespace                 string            `json:"namespace"`
	Name                      string            `json:"name"`
	Value                     map[string]string `json:"value"`
	TimeOfSample              string            `json:"timeOfSample"`
	UncertaintyInMilliseconds int               `json:"uncertaintyInMilliseconds"`
}

type failure struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// reply starts the reply to d: a new message id, and the correlation token and
// endpoint of d.
func reply(d Directive, namespace, name, messageID string) *message {
	m := new(message)
	m.Event.Header = Header{
		Namespace: namespace, Name: name, MessageID: messageID,
		CorrelationToken: d.Header.CorrelationToken, PayloadVersion: "3",
	}
	m.Event.Payload = struct{}{}
	if d.EndpointID != "" {
		m.Event.Endpoint = &endpoint{d.EndpointID}
	}
	return m
}

// ErrorResponse returns the reply that d failed, with one of Alexa's error types
// and a short message, which Amazon may show to anyone.
func ErrorResponse(d Directive, messageID, errorType, text string) (json.RawMessage, error) {
	m := reply(d, "Alexa", "ErrorResponse", messageID)
	m.Event.Payload = failure{errorType, text}
	return json.Marshal(m)
}

// EmptyDiscovery returns the reply to a Discover that there is no endpoint,
// which Alexa accepts in place of an error: Discover has no error response.
func EmptyDiscovery(d Directive, messageID string) (json.RawMessage, error) {
	return Discovery(d, messageID, []json.RawMessage{})
}

// Discovery returns the reply to a Discover with these endpoints.
func Discovery(d Directive, messageID string, endpoints []json.RawMessage) (json.RawMessage, error) {
	m := reply(d, "Alexa.Discovery", "Discover.Response", messageID)
	m.Event.Endpoint = nil
	m.Event.Payload = map[string][]string{"endpoints": {}}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	behind := b[len(b)-len("}}}"):] // the list
	before := b[:len(b)-len("[]")-len(behind)]
	var out bytes.Buffer
	out.Grow(len(b) + strictjson.ListLength(endpoints))
	out.Write(before)
	_ = strictjson.WriteList(&out, endpoints) // into memory
	out.Write(behind)
	return out.Bytes(), nil
}

// Correlated returns a reply with that correlation token in its header and everything
// else unchanged.
func Correlated(raw json.RawMessage, token string) (json.RawMessage, error) {
	var top, event, header map[string]json.RawMessage
	for _, level := range []struct {
		from func() json.RawMessage
		into *map[string]json.RawMessage
	}{
		{func() json.RawMessage { return raw }, &top},
		{func() json.RawMessage { return top["event"] }, &event},
		{func() json.RawMessage { return event["header"] }, &header},
	} {
		if err := json.Unmarshal(level.from(), level.into); err != nil || *level.into == nil {
			return nil, errors.New("the reply has no event with a header")
		}
	}
	header["correlationToken"] = quoted(token)
	event["header"], _ = asItCame(header) // values that came from JSON: cannot fail
	top["event"], _ = asItCame(event)
	return asItCame(top)
}

// asItCame returns an object with its values as they came: escapes would make a reply
// longer than Lambda takes.
func asItCame(object map[string]json.RawMessage) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(object)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// GrantFailed returns the reply that an AcceptGrant failed.
func GrantFailed(d Directive, messageID, text string) (json.RawMessage, error) {
	m := reply(d, "Alexa.Authorization", "ErrorResponse", messageID)
	m.Event.Endpoint = nil
	m.Event.Payload = failure{"ACCEPT_GRANT_FAILED", text}
	return json.Marshal(m)
}

// Unreachable returns the state report that an endpoint cannot be reached, which is
// all that is known about it at that time.
func Unreachable(d Directive, messageID string, at time.Time) (json.RawMessage, error) {
	m := reply(d, "Alexa", "StateReport", messageID)
	m.Context = &properties{[]property{{
		Namespace: "Alexa.EndpointHealth", Name: "connectivity",
		Value:        map[string]string{"value": "UNREACHABLE"},
		TimeOfSample: at.UTC().Format("2006-01-02T15:04:05.00Z"),
	}}}
	return json.Marshal(m)
}
