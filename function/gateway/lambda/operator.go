package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that a person runs by name.
var (
	Process = core.Define[EventInput, Processed](core.Lambda, "process",
		"Answer an event of any kind and return which kind it was and the reply; a directive or a sentence in it is carried out.").
		Failing(core.Kinds()...) // whatever the event asks for

	ValidateEvent = core.Define[EventInput, EventFacts](core.Lambda, "validate_event",
		"Return which kind of event something is; an error of kind invalid says why it is not an event.").Reading()

	GetContext = core.Define[core.None, Invocation](core.Lambda, "context",
		"Return which invocation this is, of which function and version, how much memory it has and how much time is left.").Reading()

	WarmUp = core.Define[core.None, WarmedUp](core.Lambda, "warm_up",
		"Make the settings and the connection to Home Assistant ready for the next directive, and return how long that took and whether the home answered.").Reading()

	GetStatus = core.Define[core.None, wire.Status](core.Lambda, "status",
		"Return how the function is doing: its health from 0 to 100 with the reason for each deduction, its figures, and each gateway's own health.").Reading()

	Diagnose = core.Define[DiagnoseInput, wire.Diagnosis](core.Lambda, "diagnose",
		"Check the way to Home Assistant step by step and return the result of each: settings, dns, tcp, tls, token, endpoint, discover.").Reading()

	ListOperations = core.Define[OperationsInput, []wire.OperationInfo](core.Lambda, "operations",
		"List the operations of all gateways, with the fields of their inputs.").Reading()

	CreateProxyResponse = core.Define[ProxyInput, ProxyResponse](core.Lambda, "create_proxy_response",
		"Return a reply as API Gateway and function URLs expect it, for an answer or a kind of failure.").Reading()
)

func (g *Gateway) bindOperator(d *core.Dispatcher) {
	core.Handle(d, Process, g.process)
	core.Handle(d, ValidateEvent, g.validateEvent)
	core.Handle(d, GetContext, g.context)
	core.Handle(d, WarmUp, g.warmUp)
	core.Handle(d, GetStatus, g.status)
	core.Handle(d, Diagnose, g.diagnose)
	core.Handle(d, ListOperations, g.operations)
	core.Handle(d, CreateProxyResponse, createProxyResponse)
}

// An EventInput is the input of [ValidateEvent] and [Process].
type EventInput struct {
	Event json.RawMessage `json:"event" doc:"a directive, a custom skill's request, an operation or a scheduled event, as it comes to the function" required:"true"`
}

// Check rejects an input without an event.
func (in EventInput) Check() error {
	if len(in.Event) == 0 {
		return errors.New("field event is missing or empty: put the event that comes to the function there")
	}
	return nil
}

// EventFacts is the result of [ValidateEvent].
type EventFacts struct {
	Kind    alexa.Kind `json:"kind" doc:"directive, skill, operation or scheduled"`
	Subject string     `json:"subject" doc:"which one: Alexa.PowerController.TurnOn, IntentRequest AMAZON.HelpIntent, cache.get, doctor"`
}

// Processed is the result of [Process].
type Processed struct {
	EventFacts
	Reply json.RawMessage `json:"reply" doc:"what the sender gets; null when it failed"`
}

func (g *Gateway) validateEvent(_ context.Context, in EventInput) (EventFacts, error) {
	e, err := Parse(in.Event)
	if e == nil {
		return EventFacts{}, err
	}
	if err == nil {
		err = validate(e)
	}
	return EventFacts{e.Kind(), e.String()}, err
}

func (g *Gateway) process(ctx context.Context, in EventInput) (Processed, error) {
	e, err := Parse(in.Event)
	if e == nil {
		return Processed{}, err
	}
	p := Processed{EventFacts: EventFacts{e.Kind(), e.String()}}
	if err != nil {
		return p, err
	}
	switch e := e.(type) {
	case alexa.Directive:
		p.Reply, err = g.handleAlexa(ctx, Directive{e})
	case alexa.SkillRequest:
		p.Reply, err = g.handleSkill(ctx, Skill{e})
	case alexa.Operation:
		p.Reply, err = g.handleOperation(ctx, OperationInput{e.Name, e.Input})
	case alexa.Scheduled:
		if err = invalid((ScheduledInput{e.Task}).Check()); err != nil {
			break
		}
		var done Scheduled
		done, err = g.handleScheduled(ctx, ScheduledInput{e.Task})
		p.Reply, _ = json.Marshal(done) // text and numbers: cannot fail
	}
	return p, err
}

// An Invocation says what is known of an invocation and its function. Outside Lambda
// much of it is empty.
type Invocation struct {
	RequestID     string        `json:"request_id" doc:"Lambda's id of the invocation"`
	CorrelationID string        `json:"correlation_id" doc:"the log's id of the invocation"`
	Function      string        `json:"function"`
	Version       string        `json:"version"`
	Region        string        `json:"region"`
	MemoryLimit   int64         `json:"memory_limit" unit:"MB"`
	MemoryUsed    int64         `json:"memory_used" doc:"resident set of the process" unit:"MB"`
	TimeLeft      *core.Seconds `json:"time_left_seconds" doc:"until the deadline of the reply; null without one" unit:"s"`
}

func (g *Gateway) context(ctx context.Context, _ core.None) (Invocation, error) {
	var where Invocation
	if g.opts.Host != nil {
		where = g.opts.Host.Where(ctx)
	}
	where.CorrelationID = core.CorrelationID(ctx)
	if end, ok := ctx.Deadline(); ok {
		left := core.Seconds(max(0, time.Until(end)))
		where.TimeLeft = &left
	}
	return where, nil
}

// WarmedUp is the result of [WarmUp].
type WarmedUp struct {
	Cold    bool    `json:"cold" doc:"whether the process had answered nothing before"`
	Reached bool    `json:"reached" doc:"whether Home Assistant answered"`
	Took    float64 `json:"took" unit:"ms"`
}

func (g *Gateway) warmUp(ctx context.Context, _ core.None) (WarmedUp, error) {
	if g.opts.Host == nil {
		return WarmedUp{}, unwired("warm-up")
	}
	w := WarmedUp{Cold: g.opts.Stats.Empty()}
	began := time.Now()
	var err error
	w.Reached, err = g.opts.Host.WarmUp(ctx)
	w.Took = ms(time.Since(began))
	return w, err
}

// A DiagnoseInput is the input of [Diagnose].
type DiagnoseInput struct {
	Home string `json:"home,omitempty" doc:"name of the home, where the stage has several; default: the first one"`
}

func (g *Gateway) diagnose(ctx context.Context, in DiagnoseInput) (wire.Diagnosis, error) {
	if g.opts.Home == nil {
		return wire.Diagnosis{}, unwired("diagnosis")
	}
	permit, err := g.opts.Access.Diagnosis()
	if err != nil {
		return wire.Diagnosis{}, err
	}
	return g.opts.Home.Diagnose(ctx, permit, in.Home)
}

// An OperationsInput is the input of [ListOperations].
type OperationsInput struct {
	Gateway string `json:"gateway,omitempty" doc:"list those of this gateway only; default: of all ten"`
}

// Check rejects an unknown gateway.
func (in OperationsInput) Check() error {
	for g := range core.Gateway(core.NumGateways) {
		if in.Gateway == "" || in.Gateway == g.String() {
			return nil
		}
	}
	return fmt.Errorf("field gateway is %.40q; expected the name of one of the ten, such as cache", in.Gateway)
}

func (g *Gateway) operations(_ context.Context, in OperationsInput) ([]wire.OperationInfo, error) {
	if g.opts.Host == nil {
		return nil, unwired("list of operations")
	}
	all := []wire.OperationInfo{}
	for _, s := range g.opts.Host.Specs() {
		if in.Gateway == "" || in.Gateway == s.Gateway.String() {
			all = append(all, s.Info())
		}
	}
	return all, nil
}
