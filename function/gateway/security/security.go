// Package security is the security gateway: it decides who may command what, keeps
// secrets out of texts and encrypts what is stored. It serves the other gateways by
// rejecting an input that fails its own Check.
//
// An [Authorizer] decides by the [Access] that it is configured with, a [Redactor]
// replaces secrets, and a [Sealer] encrypts with a key derived from the stored token.
package security

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// The operations that a directive runs. The application runs Authenticate when
// [Authorizer.AsksUsers] and AuthorizeDirective when [Authorizer.HasPolicy].
var (
	Authenticate = core.Define[AuthenticateInput, Identity](core.Security, "authenticate",
		"Return who sent a request and why they may command: a custom skill by its id, or the user whose account the token is linked to.").Reading().
		Failing(core.Forbidden, core.Unauthorized, core.Unreachable, core.Unavailable, core.RateLimited)
	AuthorizeDirective = core.Define[DirectiveInput, Decision](core.Security, "authorize_directive",
		"Return which rule of the policy allows a directive, or what is said to the custom skill, now or at another time; an error of kind forbidden names the rule that denies it.").Reading().
		Failing(core.Forbidden)
)

// Gateway returns [core.Security].
func (*Authorizer) Gateway() core.Gateway { return core.Security }

// Bind binds the operations of the gateway to d.
func (a *Authorizer) Bind(d *core.Dispatcher) {
	core.Handle(d, Authenticate, checked(a, a.authenticate))
	core.Handle(d, AuthorizeDirective, checked(a, a.authorizeDirective))
	a.bindOperator(d)
}

// Checked is implemented by an input that can be invalid. Check returns nil, or a
// sentence that names the field that is wrong.
type Checked interface{ Check() error }

// Service rejects a call whose input fails its own Check, with kind Invalid.
func (a *Authorizer) Service() core.Service {
	return func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if in, ok := c.Input.(Checked); ok {
				c.MarkUsed(core.Security)
				if err := a.check(in); err != nil {
					return err
				}
			}
			return next(ctx, c)
		}
	}
}

// checked does for the gateway's own operations what its service does for the others.
func checked[In Checked, Out any](a *Authorizer, f func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		if err := a.check(in); err != nil {
			return out, err
		}
		return f(ctx, in)
	}
}

// check returns the error of in's Check with kind Invalid, and counts it.
func (a *Authorizer) check(in Checked) error {
	err := in.Check()
	if err == nil {
		return nil
	}
	a.refused.Add(1)
	return &core.Error{Kind: core.Invalid, Cause: core.CauseInput, Err: err}
}
