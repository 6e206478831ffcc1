// Package utility is the utility gateway: the small things that everyone needs.
// It serves the others by giving every call a correlation ID.
//
//	operation                input            output
//	generate_correlation_id  IDInput          ID
//	create_response          ResponseInput    Response
//	cost                     CostInput        CostView
package utility

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// GenerateCorrelationID returns a new correlation ID.
	GenerateCorrelationID = core.Define[IDInput, ID](core.Utility, "generate_correlation_id",
		"Return a new correlation ID, or the one that an X-Ray trace header carries.")

	// CreateResponse returns the standard response.
	CreateResponse = core.Define[ResponseInput, Response](core.Utility, "create_response",
		"Return the standard response of an operation that succeeded or failed.")

	// Cost returns the level that the month's usage has come to.
	Cost = core.Define[CostInput, CostView](core.Utility, "cost",
		"Return how much of what is free of charge the month will take, and which optional work is left out for it.")
)

// Options are what the gateway is given by the application.
type Options struct {
	Guard *Guard // says which work may run; default: one that allows everything
}

// Bind binds the operations of the gateway to d.
func Bind(d *core.Dispatcher, o Options) {
	if o.Guard == nil {
		o.Guard = new(Guard)
	}
	core.Handle(d, GenerateCorrelationID, generateID)
	core.Handle(d, CreateResponse, createResponse)
	core.Handle(d, Cost, o.Guard.cost)
}

// Service gives a call that belongs to no run one of its own, with a new
// correlation ID.
func Service() core.Service {
	return core.Service{Gateway: core.Utility, Wrap: func(_ *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if core.RunOf(ctx) == nil {
				ctx, _ = core.NewRun(ctx, core.NewID())
			}
			c.Take(core.Utility)
			return next(ctx, c)
		}
	}}
}
