package demo

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
)

// A reply is the part of a reply that is checked.
type reply struct {
	Event struct {
		Header struct {
			Namespace        string `json:"namespace"`
			Name             string `json:"name"`
			MessageID        string `json:"messageId"`
			CorrelationToken string `json:"correlationToken"`
			PayloadVersion   string `json:"payloadVersion"`
		} `json:"header"`
		Endpoint struct {
			ID string `json:"endpointId"`
		} `json:"endpoint"`
		Payload struct {
			Type      string     `json:"type"`
			Message   string     `json:"message"`
			Endpoints []endpoint `json:"endpoints"`
		} `json:"payload"`
	} `json:"event"`
	Context struct {
		Properties []property `json:"properties"`
	} `json:"context"`
}

type endpoint struct {
	ID   string `json:"endpointId"`
	Name string `json:"friendlyName"`
}

type property struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// read reads a reply, or returns why it cannot be read.
func read(raw []byte) (r reply, unreadable string) {
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, problem("the reply is not JSON as Alexa defines it: %v", err)
	}
	return r, ""
}

// String returns the reply as a line.
func (r reply) String() string {
	h := r.Event.Header
	if h.Name == "" {
		return "nothing that Alexa would understand"
	}
	s := h.Namespace + "." + h.Name
	switch {
	case h.Name == "ErrorResponse":
		s += "  " + r.Event.Payload.Type + ": " + r.Event.Payload.Message
	case h.Name == "Discover.Response":
		s += "  " + r.found()
	case len(r.Context.Properties) > 0:
		s += "  " + r.shown()
	}
	return s
}

// found names the endpoints of a discovery, the first of them if there are many.
func (r reply) found() string {
	const most = 10
	var names []string
	for _, e := range r.Event.Payload.Endpoints {
		names = append(names, e.Name)
	}
	s := fmt.Sprintf("%d endpoints", len(names))
	if len(names) > most {
		names = append(names[:most], "...")
	}
	if len(names) > 0 {
		s += ": " + strings.Join(names, ", ")
	}
	return s
}

// shown returns the properties of a reply: "powerState ON, brightness 40".
func (r reply) shown() string {
	var shown []string
	for _, p := range r.Context.Properties {
		shown = append(shown, p.Name+" "+homestate.Plain(p.Value))
	}
	return strings.Join(shown, ", ")
}

// has reports whether the reply shows a property with this value.
func (r reply) has(name, value string) bool {
	for _, p := range r.Context.Properties {
		if p.Name == name && homestate.Plain(p.Value) == value {
			return true
		}
	}
	return false
}

// is checks that the reply is namespace.name, and the type of an ErrorResponse.
func (r reply) is(name string, errorType ...string) string {
	h := r.Event.Header
	switch got := h.Namespace + "." + h.Name; {
	case got != name:
		return problem("the reply is %s, expected %s", r, name)
	case len(errorType) > 0 && r.Event.Payload.Type != errorType[0]:
		return problem("the reply is an error of type %s, expected %s", r.Event.Payload.Type, errorType[0])
	}
	return ""
}

// mirrors checks that Alexa can match the reply to the directive.
func (r reply) mirrors(d directive, messageID, correlation string) string {
	h := r.Event.Header
	switch {
	case h.MessageID == "" || h.MessageID == messageID:
		return "the reply has no message id of its own"
	case h.CorrelationToken != correlation:
		return "the reply does not carry the directive's correlation token"
	case h.PayloadVersion != "3":
		return problem("the reply is of payload version %q, expected 3", h.PayloadVersion)
	case d.endpoint != "" && r.Event.Endpoint.ID != d.endpoint:
		return problem("the reply is for the endpoint %q, expected %q", r.Event.Endpoint.ID, d.endpoint)
	}
	return ""
}
