// Package security is the security gateway: who, what, and nothing leaks. It
// serves the others by refusing an input that fails its own Check.
//
//	operation         input         output
//	validate_request  RequestInput  RequestFacts
//	redact            RedactInput   Redacted
package security

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// ValidateRequest refuses a body that no honest caller sends.
	ValidateRequest = core.Define[RequestInput, RequestFacts](core.Security, "validate_request",
		"Refuse a request that is too long, too deep, not UTF-8 or not JSON.")

	// Redact returns a text without the secrets in it.
	Redact = core.Define[RedactInput, Redacted](core.Security, "redact",
		"Return a text with every secret in it replaced, found by the name of its field and by its shape.")
)

// Bind binds the operations of the gateway to d.
func Bind(d *core.Dispatcher) {
	core.Handle(d, ValidateRequest, validateRequest)
	core.Handle(d, Redact, redact)
}

// Checked is implemented by an input that can tell whether it is valid. Check
// returns nil, or a sentence that names the field that is not.
type Checked interface{ Check() error }

// Service refuses a call whose input fails its own Check, with kind Invalid.
func Service() core.Service {
	return core.Service{Gateway: core.Security, Wrap: func(_ *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if in, ok := c.Input.(Checked); ok {
				c.Take(core.Security)
				if err := in.Check(); err != nil {
					return &core.Error{Kind: core.Invalid, Cause: "input", Err: err}
				}
			}
			return next(ctx, c)
		}
	}}
}
