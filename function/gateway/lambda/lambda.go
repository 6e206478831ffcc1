// Package lambda is the Lambda gateway: events in, replies out. An event is a
// directive of a Smart Home skill, a request of a custom skill, an operation by its
// name, or what a schedule sends.
package lambda

import (
	"context"
	"encoding/json"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that answer events.
var (
	HandleAlexa = core.Define[Directive, json.RawMessage](core.Lambda, "handle_alexa",
		"Answer a Smart Home directive: check it, send it to Home Assistant and return its answer.").
		Failing(homeFailures...)

	HandleSkill = core.Define[Skill, json.RawMessage](core.Lambda, "handle_skill",
		"Answer a custom skill's request: a sentence goes to Home Assistant's conversation, an intent of the owner's own to its intent scripts, and what every skill is asked is answered here.").
		Failing(homeFailures...)

	HandleOperation = core.Define[OperationInput, json.RawMessage](core.Lambda, "handle_operation",
		"Run an operation by its name, as an event does, and return what it returned.").Reading().
		Failing(core.Kinds()...) // whatever that one fails with

	HandleScheduled = core.Define[ScheduledInput, Scheduled](core.Lambda, "handle_scheduled",
		"Do what a schedule asks for, unless the cost guard forbids it, and return the result; what the doctor finds wrong is an error.").Reading().
		Failing(core.Unreachable)

	CreateAlexaResponse = core.Define[ReplyInput, json.RawMessage](core.Lambda, "create_alexa_response",
		"Return the reply that tells Alexa that a directive or a skill's request failed, in the form that Alexa expects for it; or, for a skill's request, one with the speech and card given.").Reading()
)

// homeFailures are the kinds that a request to the home can fail with.
var homeFailures = []core.Kind{core.Unauthorized, core.Expired, core.Forbidden, core.Unreachable, core.Unavailable, core.RateLimited}

// A Home answers what people ask of it, if the door let them through. It is safe for
// concurrent use.
type Home interface {
	// Forward sends a directive on and returns the reply to it.
	Forward(context.Context, access.Permit, alexa.Directive) (json.RawMessage, error)

	// LastKnown returns the last known good reply to a Discover that failed with err,
	// and whether there is one that its sender may see.
	LastKnown(ctx context.Context, d alexa.Directive, err error) (json.RawMessage, bool)

	// Converse has the home understand a sentence.
	Converse(ctx context.Context, p access.Permit, r alexa.SkillRequest, sentence string) (alexa.SkillReply, error)

	// Intent sends an intent of the owner's own on.
	Intent(context.Context, access.Permit, alexa.SkillRequest) (json.RawMessage, error)

	// Names returns the names of the homes that are not paused; "" of one that is alone.
	Names() []string

	// Diagnose checks the way to a home step by step; "" is the first one.
	Diagnose(ctx context.Context, p access.Permit, home string) (wire.Diagnosis, error)
}

// A Host is the process that the gateway runs in.
type Host interface {
	// Execute runs an operation by its name.
	Execute(ctx context.Context, name string, input []byte) (json.RawMessage, error)

	Specs() []*core.Spec                              // of the operations that can be run
	Snapshot(context.Context) Snapshot                // what a status is computed from
	Where(context.Context) Invocation                 // which invocation this is
	WarmUp(context.Context) (reached bool, err error) // makes settings and connection ready
}

// Options configure a [Gateway]. Operations whose part is missing fail with
// [core.CauseUnwired].
type Options struct {
	Home   Home
	Access access.Door // the door to Home; default: it lets nothing through
	Host   Host

	Probes func() bool      // whether the home may be asked on a schedule; default: always
	Stats  *InvocationStats // of the events that were answered; default: its own
}

// A Gateway answers events. It is safe for concurrent use.
type Gateway struct{ opts Options }

// New returns a Gateway.
func New(o Options) *Gateway {
	if o.Probes == nil {
		o.Probes = func() bool { return true }
	}
	if o.Stats == nil {
		o.Stats = new(InvocationStats)
	}
	return &Gateway{o}
}

// Gateway returns [core.Lambda].
func (*Gateway) Gateway() core.Gateway { return core.Lambda }

// Bind binds the operations of the gateway to d.
func (g *Gateway) Bind(d *core.Dispatcher) {
	core.Handle(d, HandleAlexa, g.handleAlexa)
	core.Handle(d, HandleSkill, g.handleSkill)
	core.Handle(d, HandleOperation, g.handleOperation)
	core.Handle(d, HandleScheduled, g.handleScheduled)
	core.Handle(d, CreateAlexaResponse, g.createAlexaResponse)
	g.bindOperator(d)
}

// Health says whether the events that come are ones that the function can answer.
func (g *Gateway) Health() core.Health { return g.opts.Stats.health() }

// Cleanup releases nothing: the statistics are bounded.
func (*Gateway) Cleanup(context.Context) core.Reclaimed { return core.Reclaimed{} }

// unwired is the error of an operation for which the application gave nothing.
func unwired(what string) error {
	return core.Errorf(core.Internal, core.CauseUnwired, "this program answers no %s: it was built without that part", what)
}
