package lambda

import (
	"context"
	"encoding/json"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

type gateway struct{ opts Options }

func newGateway(o Options) *gateway {
	if o.LastKnown == nil {
		o.LastKnown = func(context.Context, alexa.Event, error) (json.RawMessage, bool) { return nil, false }
	}
	if o.Validate == nil {
		o.Validate = func(context.Context, []byte) error { return nil }
	}
	if o.Admit == nil {
		o.Admit = func(context.Context, alexa.SkillRequest) error { return nil }
	}
	if o.Authorize == nil {
		o.Authorize = func(context.Context, alexa.Event) error { return nil }
	}
	if o.Facts == nil {
		o.Facts = func(context.Context) Facts { return Facts{} }
	}
	if o.Where == nil {
		o.Where = func(context.Context) Invocation { return Invocation{} }
	}
	if o.Probes == nil {
		o.Probes = func() bool { return true }
	}
	if o.Specs == nil {
		o.Specs = func() []*core.Spec { return nil }
	}
	if o.Book == nil {
		o.Book = new(Book)
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
	if err := g.opts.Authorize(ctx, d.Event); err != nil {
		return nil, err
	}
	if g.opts.Forward == nil {
		return nil, unwired("directives")
	}
	return g.opts.Forward(ctx, d.Event)
}

// check refuses a header that no answer could be made to, or that Home Assistant
// is known to fail at.
func check(h alexa.Header) error {
	switch {
	case h.Namespace == "" || h.Name == "":
		return core.Errorf(core.Invalid, core.CauseDirective, "the directive's header has no namespace or no name")
	case h.PayloadVersion != "3":
		return core.Errorf(core.Invalid, core.CauseDirective, "the directive's payload version is %.20q; only version 3 is understood", h.PayloadVersion)
	}
	return nil
}

// unwired is the error of an operation for which the application gave nothing.
func unwired(what string) error {
	return core.Errorf(core.Internal, core.CauseUnwired, "the application answers no %s: it gave the gateway no function for them", what)
}
