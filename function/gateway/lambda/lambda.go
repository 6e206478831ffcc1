// Package lambda is the Lambda gateway: events in, replies out.
//
//	operation              input        output
//	handle_alexa           Directive    json.RawMessage
//	create_alexa_response  Failure      json.RawMessage
//	validate_event         EventInput   EventFacts
//	status                 StatusInput  Status
//	diagnose               DiagnoseInput    Diagnosis
//	operations             OperationsInput  []OperationFacts
package lambda

import (
	"context"
	"encoding/json"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// HandleAlexa answers a directive.
	HandleAlexa = core.Define[Directive, json.RawMessage](core.Lambda, "handle_alexa",
		"Answer a Smart Home directive: check it and send it to Home Assistant.")

	// CreateAlexaResponse makes the reply that tells Alexa of a failure.
	CreateAlexaResponse = core.Define[Failure, json.RawMessage](core.Lambda, "create_alexa_response",
		"Return the reply that tells Alexa that a directive failed, as that directive wants it told.")

	// ValidateEvent says what an event is.
	ValidateEvent = core.Define[EventInput, EventFacts](core.Lambda, "validate_event",
		"Return which kind of event something is; an error of kind invalid says why it is none.")

	// GetStatus returns how the function is doing.
	GetStatus = core.Define[StatusInput, Status](core.Lambda, "status",
		"Return how the function is doing, gateway by gateway.")
)

// A Directive is the input of [HandleAlexa]: an event of a Smart Home skill. Its
// operation is neither cached nor tried again.
type Directive struct {
	alexa.Event
}

// NeedsSettings marks that a directive cannot be answered without the settings.
func (Directive) NeedsSettings() {}

// UnmarshalJSON takes the event as Alexa sends it.
func (d *Directive) UnmarshalJSON(b []byte) (err error) {
	d.Event, err = alexa.Parse(append([]byte(nil), b...))
	return err
}

// A Failure is the input of [CreateAlexaResponse]: a directive that could not be
// answered, and why.
type Failure struct {
	Directive Directive `json:"event" doc:"the event as Alexa sent it"`
	Kind      string    `json:"kind,omitempty" doc:"the kind of failure, such as unreachable; default: internal"`
	Err       error     `json:"-"` // what it failed with; wins over Kind
}

// An EventInput is the input of [ValidateEvent].
type EventInput struct {
	Event json.RawMessage `json:"event" doc:"anything"`
}

// EventFacts is what [ValidateEvent] found.
type EventFacts struct {
	Kind    string `json:"kind" doc:"directive or operation"`
	Subject string `json:"subject" doc:"the directive's or the operation's name"`
}

// A Forward sends a directive on and returns the reply to it.
type Forward func(context.Context, alexa.Event) (json.RawMessage, error)

// Options are what the gateway is given by the application.
type Options struct {
	Forward  Forward
	Validate func(context.Context, []byte) error      // refuses a body that no honest caller sends; default: takes all
	Report   func() Status                            // how the gateways are doing; default: nothing is known
	Diagnose func(context.Context) (Diagnosis, error) // goes the way to the home; default: it has no steps
	Specs    func() []*core.Spec                      // of the operations that there are; default: none
}

// Bind binds the operations of the gateway to d.
func Bind(d *core.Dispatcher, o Options) {
	g := newGateway(o)
	core.Handle(d, HandleAlexa, g.handleAlexa)
	core.Handle(d, CreateAlexaResponse, g.createAlexaResponse)
	core.Handle(d, ValidateEvent, g.validateEvent)
	core.Handle(d, GetStatus, g.status)
	core.Handle(d, Diagnose, g.diagnose)
	core.Handle(d, ListOperations, g.operations)
}
