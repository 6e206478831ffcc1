// Package utility is the utility gateway: the standard response and the cost guard.
// It serves the other gateways by giving every call a correlation ID.
package utility

import (
	"context"
	"os"
	"runtime"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that the application runs; those in operator.go are run by name.
var (
	CreateResponse = core.Define[ResponseInput, wire.Response](core.Utility, "create_response",
		"Return the standard response of an operation that succeeded or failed.").Reading()
)

// Options configure a [Gateway].
type Options struct {
	Guard  *CostGuard                 // decides which optional tasks may run; default: one that allows all of them
	Memory func() (used, limit int64) // of the process, in bytes; limit is 0 where there is none; default: what the Go runtime has from the system, no limit
	Dir    string                     // a directory for temporary files; default: os.TempDir()
	Getenv func(string) string        // default: os.Getenv
}

// A Gateway is the utility gateway, as a [core.Server]. It is safe for concurrent use.
type Gateway struct {
	opts  Options
	began time.Time
}

// New returns a Gateway.
func New(o Options) *Gateway {
	if o.Guard == nil {
		o.Guard = new(CostGuard)
	}
	if o.Memory == nil {
		o.Memory = goMemory
	}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	return &Gateway{o, time.Now()}
}

// Gateway returns [core.Utility].
func (*Gateway) Gateway() core.Gateway { return core.Utility }

// Bind binds the operations of the gateway to d.
func (g *Gateway) Bind(d *core.Dispatcher) {
	core.Handle(d, CreateResponse, createResponse)
	g.bindOperator(d)
}

// Health returns the health of the cost guard: 15 points fewer for each level above
// [Normal].
func (g *Gateway) Health() core.Health { return g.opts.Guard.health() }

// Cleanup reclaims nothing: the gateway keeps nothing between invocations.
func (g *Gateway) Cleanup(context.Context) core.Reclaimed { return core.Reclaimed{} }

// Service starts a [core.Run] with a new correlation ID for a call that is not part
// of one.
func (g *Gateway) Service() core.Service {
	return func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if core.RunOf(ctx) == nil {
				ctx, _ = core.NewRun(ctx, core.NewID())
			}
			c.MarkUsed(core.Utility)
			return next(ctx, c)
		}
	}
}

// goMemory returns what the Go runtime has from the system.
func goMemory() (used, limit int64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys), 0
}
