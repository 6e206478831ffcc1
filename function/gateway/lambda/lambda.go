// Package lambda is the Lambda gateway: events in, replies out.
//
//	operation              input            output
//	handle_alexa           Directive        json.RawMessage
//	handle_skill           Skill            json.RawMessage
//	handle_operation       OperationInput   json.RawMessage
//	handle_scheduled       ScheduledInput   Scheduled
//	process                EventInput       Processed
//	validate_event         EventInput       EventFacts
//	create_alexa_response  ReplyInput       json.RawMessage
//	create_proxy_response  ProxyInput       ProxyResponse
//	context                core.None     Invocation
//	warm_up                core.None      WarmedUp
//	status                 core.None      Status
//	diagnose               core.None    Diagnosis
//	operations             OperationsInput  []OperationFacts
//
// There are four kinds of event: a directive of a Smart Home skill, a request of
// a custom skill, an operation by its name, and what a schedule sends.
package lambda

import (
	"context"
	"encoding/json"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// HandleAlexa answers a directive.
var HandleAlexa = core.Define[Directive, json.RawMessage](core.Lambda, "handle_alexa",
	"Answer a Smart Home directive: check it, send it to Home Assistant and return its answer.").
	Failing(whenAsked...)

// whenAsked are the kinds that a question to the home can fail with.
var whenAsked = []core.Kind{core.Unauthorized, core.Expired, core.Forbidden, core.Unreachable, core.Unavailable, core.RateLimited}

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

// Options are what the gateway is given by the application. A function that is
// missing makes the operations that need it fail.
type Options struct {
	Forward   func(context.Context, alexa.Event) (json.RawMessage, error)                   // sends a directive on and returns the reply to it
	LastKnown func(context.Context, alexa.Event, error) (json.RawMessage, bool)             // returns the last known good reply to a Discover that failed so, if its sender may see it; default: there is none
	Admit     func(context.Context, alexa.SkillRequest) error                               // refuses a skill that may not ask; default: all may
	Converse  func(context.Context, alexa.SkillRequest, string) (alexa.SkillReply, error)   // has the home understand a sentence
	Intent    func(context.Context, alexa.SkillRequest) (json.RawMessage, error)            // sends an intent of the owner's own on
	Execute   func(ctx context.Context, name string, input []byte) (json.RawMessage, error) // runs an operation by its name
	Validate  func(context.Context, []byte) error                                           // refuses a body that no honest caller sends; default: takes all
	Authorize func(context.Context, alexa.Event) error                                      // refuses a directive whose user or whose policy does not allow it; default: all are allowed
	Facts     func(context.Context) Facts                                                   // how the gateways are doing; default: nothing is known
	Where     func(context.Context) Invocation                                              // which invocation this is; default: nothing is known
	WarmUp    func(context.Context) (reached bool, err error)                               // makes settings and connection ready
	Diagnose  func(context.Context) (Diagnosis, error)                                      // goes the way to the home
	Probes    func() bool                                                                   // whether the home may be asked by the clock; default: always
	Specs     func() []*core.Spec                                                           // of the operations that there are; default: none
	Book      *Book                                                                         // of the events that were answered; default: one of its own
}

// Bind binds the operations of the gateway to d.
func Bind(d *core.Dispatcher, o Options) {
	g := newGateway(o)
	core.Handle(d, HandleAlexa, g.handleAlexa)
	core.Handle(d, HandleSkill, g.handleSkill)
	core.Handle(d, HandleOperation, g.handleOperation)
	core.Handle(d, HandleScheduled, g.handleScheduled)
	core.Handle(d, Process, g.process)
	core.Handle(d, ValidateEvent, g.validateEvent)
	core.Handle(d, CreateAlexaResponse, g.createAlexaResponse)
	core.Handle(d, CreateProxyResponse, createProxyResponse)
	core.Handle(d, GetContext, g.context)
	core.Handle(d, WarmUp, g.warmUp)
	core.Handle(d, GetStatus, g.status)
	core.Handle(d, Diagnose, g.diagnose)
	core.Handle(d, ListOperations, g.operations)
}
