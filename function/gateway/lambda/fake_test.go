package lambda_test

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/access/accesstest"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

// A home answers as its functions do; without one it fails.
type home struct {
	forward   func(alexa.Directive) (json.RawMessage, error)
	lastKnown func(alexa.Directive, error) (json.RawMessage, bool)
	converse  func(r alexa.SkillRequest, sentence string) (alexa.SkillReply, error)
	intent    func(alexa.SkillRequest) (json.RawMessage, error)
	diagnose  func() (wire.Diagnosis, error)
}

var errUnasked = errors.New("the test does not expect this request")

func (h home) Forward(_ context.Context, _ access.Permit, d alexa.Directive) (json.RawMessage, error) {
	if h.forward == nil {
		return nil, errUnasked
	}
	return h.forward(d)
}

func (h home) LastKnown(_ context.Context, d alexa.Directive, err error) (json.RawMessage, bool) {
	if h.lastKnown == nil {
		return nil, false
	}
	return h.lastKnown(d, err)
}

func (h home) Converse(_ context.Context, _ access.Permit, r alexa.SkillRequest, sentence string) (alexa.SkillReply, error) {
	if h.converse == nil {
		return alexa.SkillReply{}, errUnasked
	}
	return h.converse(r, sentence)
}

func (h home) Intent(_ context.Context, _ access.Permit, r alexa.SkillRequest) (json.RawMessage, error) {
	if h.intent == nil {
		return nil, errUnasked
	}
	return h.intent(r)
}

// Names returns the name of a home that is alone.
func (h home) Names() []string { return []string{""} }

func (h home) Diagnose(context.Context, access.Permit, string) (wire.Diagnosis, error) {
	if h.diagnose == nil {
		return wire.Diagnosis{}, errUnasked
	}
	return h.diagnose()
}

// A host runs operations of its dispatcher.
type host struct {
	dispatcher *core.Dispatcher
	snapshot   lambda.Snapshot
	where      lambda.Invocation
	warmUp     func() (bool, error)
}

func (h host) Execute(ctx context.Context, name string, input []byte) (json.RawMessage, error) {
	return core.Execute(ctx, h.dispatcher, name, input)
}

func (h host) Specs() []*core.Spec                      { return h.dispatcher.Specs() }
func (h host) Snapshot(context.Context) lambda.Snapshot { return h.snapshot }
func (h host) Where(context.Context) lambda.Invocation  { return h.where }

func (h host) WarmUp(context.Context) (bool, error) {
	if h.warmUp == nil {
		return false, errUnasked
	}
	return h.warmUp()
}

// bound returns a dispatcher with the gateway's operations alone, without services.
func bound(o lambda.Options) *core.Dispatcher {
	d := core.NewDispatcher()
	h, _ := o.Host.(host)
	h.dispatcher = d
	o.Host = h
	if o.Access.Rules == nil {
		o.Access = accesstest.Open()
	}
	d.Install(lambda.New(o))
	return d
}
