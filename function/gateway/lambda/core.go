package lambda

import (
	"context"
	"encoding/json"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

type gateway struct{ opts Options }

func newGateway(o Options) *gateway {
	if o.Validate == nil {
		o.Validate = func(context.Context, []byte) error { return nil }
	}
	if o.Report == nil {
		o.Report = func() Status { return Status{} }
	}
	if o.Diagnose == nil {
		o.Diagnose = func(context.Context) (Diagnosis, error) { return Diagnosis{}, nil }
	}
	if o.Specs == nil {
		o.Specs = func() []*core.Spec { return nil }
	}
	return &gateway{o}
}

func (g *gateway) handleAlexa(ctx context.Context, d Directive) (json.RawMessage, error) {
	if err := g.opts.Validate(ctx, d.Raw()); err != nil {
		return nil, err
	}
	if err := check(d.Header); err != nil {
		return nil, err
	}
	return g.opts.Forward(ctx, d.Event)
}

// check refuses a header that no answer could be made to, or that Home Assistant
// is known to fail at.
func check(h alexa.Header) error {
	switch {
	case h.Namespace == "" || h.Name == "":
		return core.Errorf(core.Invalid, "directive", "the directive's header has no namespace or no name")
	case h.PayloadVersion != "3":
		return core.Errorf(core.Invalid, "directive", "the directive's payload version is %.20q; only version 3 is understood", h.PayloadVersion)
	}
	return nil
}

// Kinds of event.
const (
	KindDirective = "directive"
	KindOperation = "operation"
)

func (g *gateway) validateEvent(ctx context.Context, in EventInput) (EventFacts, error) {
	if err := g.opts.Validate(ctx, in.Event); err != nil {
		return EventFacts{}, err
	}
	var top struct {
		Directive json.RawMessage `json:"directive"`
		Operation string          `json:"operation"`
	}
	if err := json.Unmarshal(in.Event, &top); err != nil {
		return EventFacts{}, core.Errorf(core.Invalid, "event", "the event is not a JSON object with a directive or an operation: %w", err)
	}
	switch {
	case top.Directive != nil && top.Operation != "":
		return EventFacts{}, core.Errorf(core.Invalid, "event", "the event has both a directive and an operation; one of them is wanted")
	case top.Directive != nil:
		e, err := alexa.Parse(in.Event)
		if err == nil {
			err = check(e.Header)
		}
		if err != nil {
			return EventFacts{}, &core.Error{Kind: core.Invalid, Cause: "directive", Err: err}
		}
		return EventFacts{KindDirective, e.String()}, nil
	case top.Operation != "":
		return EventFacts{KindOperation, top.Operation}, nil
	}
	return EventFacts{}, core.Errorf(core.Invalid, "event",
		`the event is neither a Smart Home directive, {"directive": {...}}, nor an operation, {"operation": "lambda.status", "input": {}}`)
}

func (g *gateway) status(context.Context, StatusInput) (Status, error) {
	return g.opts.Report(), nil
}
