package demohome

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// A directive is as much of the event as the home reads.
type directive struct {
	Header *struct {
		Namespace        string `json:"namespace"`
		Name             string `json:"name"`
		PayloadVersion   string `json:"payloadVersion"`
		MessageID        string `json:"messageId"`
		CorrelationToken string `json:"correlationToken"`
		Instance         string `json:"instance"`
	} `json:"header"`
	Payload  json.RawMessage `json:"payload"`
	Endpoint json.RawMessage `json:"endpoint"` // mirrored as it is
}

// A reply is what the home answers.
type reply struct {
	Event struct {
		Header   replyHeader     `json:"header"`
		Payload  any             `json:"payload"`
		Endpoint json.RawMessage `json:"endpoint,omitempty"`
	} `json:"event"`
	Context *replyContext `json:"context,omitempty"`
}

type replyHeader struct {
	Namespace        string `json:"namespace"`
	Name             string `json:"name"`
	MessageID        string `json:"messageId"`
	PayloadVersion   string `json:"payloadVersion"`
	CorrelationToken string `json:"correlationToken,omitempty"`
}

type replyContext struct {
	Properties []property `json:"properties"`
}

// A fault is an error in the format of Alexa.
type fault struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func (f *fault) Error() string { return f.Type + ": " + f.Message }

// The faults that several devices share.
var (
	// errUnknown is what Home Assistant makes of any exception: a payload that
	// it cannot read, a service that the device does not have.
	errUnknown  = &fault{"INTERNAL_ERROR", "Unknown error"}
	errNoAction = &fault{"INTERNAL_ERROR", ""}
	errInstance = &fault{"INVALID_DIRECTIVE", "Entity does not support directive"}
)

// smartHome answers POST /api/alexa/smart_home.
func (h *Home) smartHome(w http.ResponseWriter, r *http.Request) {
	b, ok := body(w, r)
	if !ok {
		return
	}
	d, endpoint, ok := read(b)
	if !ok {
		plain(w, http.StatusInternalServerError)
		return
	}
	h.mu.Lock()
	h.received[d.Header.MessageID]++
	reply := h.handle(d, endpoint)
	h.mu.Unlock()
	answer(w, http.StatusOK, reply)
}

// read decodes an event; it says no to all that makes Home Assistant stumble.
func read(b []byte) (d directive, endpointID string, ok bool) {
	var event struct {
		Directive *directive `json:"directive"`
	}
	if !utf8.Valid(b) || json.Unmarshal(b, &event) != nil || event.Directive == nil {
		return d, "", false
	}
	d = *event.Directive
	if d.Header == nil || d.Header.PayloadVersion != "3" || d.Payload == nil {
		return d, "", false
	}
	if d.Endpoint == nil {
		return d, "", true
	}
	var endpoint struct {
		ID *string `json:"endpointId"`
	}
	if json.Unmarshal(d.Endpoint, &endpoint) != nil || endpoint.ID == nil {
		return d, "", false
	}
	return d, *endpoint.ID, true
}

// handle does what the directive says; the caller holds mu.
func (h *Home) handle(d directive, endpointID string) reply {
	if d.Endpoint == nil {
		switch d.Header.Namespace + "." + d.Header.Name {
		case "Alexa.Discovery.Discover":
			return respond(d, "Alexa.Discovery", "Discover.Response", map[string]any{"endpoints": h.endpoints()})
		case "Alexa.Authorization.AcceptGrant":
			return respond(d, "Alexa.Authorization", "AcceptGrant.Response", struct{}{})
		}
		return fail(d, errUnknown)
	}
	target := h.device(strings.ReplaceAll(endpointID, "#", "."))
	if target == nil {
		return fail(d, &fault{"NO_SUCH_ENDPOINT", fmt.Sprintf("The endpoint %s does not exist", endpointID)})
	}
	// Home Assistant does not wait for the device: what the reply shows is the
	// state from before, save for what the directive itself has set.
	before := target.properties()
	if d.Header.Namespace == "Alexa" && d.Header.Name == "ReportState" {
		r := respond(d, "Alexa", "StateReport", struct{}{})
		r.Context = &replyContext{before}
		return r
	}
	if !actions[d.Header.Namespace+"."+d.Header.Name] {
		return fail(d, errNoAction)
	}
	said, err := h.act(target, command{d.Header.Namespace, d.Header.Name, d.Header.Instance, d.Payload})
	if err != nil {
		var f *fault
		if !errors.As(err, &f) {
			f = errUnknown
		}
		return fail(d, f)
	}
	r := respond(d, "Alexa", "Response", struct{}{})
	if d.Header.Namespace == "Alexa.SceneController" {
		r = respond(d, d.Header.Namespace, "ActivationStarted", map[string]any{
			"cause": map[string]string{"type": "VOICE_INTERACTION"}, "timestamp": stamp(),
		})
	}
	r.Context = &replyContext{merge(said, before)}
	return r
}

// act lets the device act and notes what has changed; the caller holds mu.
func (h *Home) act(target device, c command) ([]property, error) {
	before := map[string]string{}
	for _, e := range h.entities() {
		before[e.ID] = fmt.Sprint(e.State, e.Attributes)
	}
	said, err := target.do(c)
	for _, e := range h.entities() {
		if before[e.ID] != fmt.Sprint(e.State, e.Attributes) {
			h.changed[e.ID] = time.Now()
		}
	}
	return said, err
}

// merge returns said and those of before that it does not name.
func merge(said, before []property) []property {
	all := append([]property{}, said...)
	for _, p := range before {
		named := false
		for _, s := range said {
			named = named || s.Namespace == p.Namespace && s.Name == p.Name
		}
		if !named {
			all = append(all, p)
		}
	}
	return all
}

func respond(d directive, namespace, name string, payload any) reply {
	var r reply
	r.Event.Header = replyHeader{namespace, name, newID(), "3", d.Header.CorrelationToken}
	r.Event.Payload = payload
	r.Event.Endpoint = d.Endpoint
	return r
}

func fail(d directive, f *fault) reply { return respond(d, "Alexa", "ErrorResponse", f) }

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// stamp returns the time as Home Assistant writes it for Alexa.
func stamp() string { return time.Now().UTC().Format("2006-01-02T15:04:05Z") }
