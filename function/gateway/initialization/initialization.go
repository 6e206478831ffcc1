// Package initialization is the initialization gateway: ready before the first
// word. It serves the others by making sure of the settings for inputs that need
// them.
//
//	operation  input          output
//	run        core.None       Status
//	status     core.None    Status
//	settings   core.None  SettingsView
//	refresh    RefreshInput   Status
//	depend     Dependency     Order
//	order      core.None     Order
//	cleanup    core.None   Cleaned
//	optimize   OptimizeInput  Memory
//
// What is slow happens once, before the first event is asked for. It is cut into
// stages, each of which begins as soon as those that it comes after have ended
// well: the parameters are read and the connection to Home Assistant is made side
// by side. What failed is tried again when it is needed, a while later; the
// process does not end.
//
// Settings hold for a while and are then read again, after a reply and never in a
// person's way. While that fails, the last good ones stay.
package initialization

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Run makes the function ready.
	Run = core.Define[core.None, Status](core.Initialization, "run",
		"Run the stages of the start in order, skipping what is done, and return how long each took.")

	// GetStatus returns what came of the start.
	GetStatus = core.Define[core.None, Status](core.Initialization, "status",
		"Return whether the function is ready, how long each stage of its start took, and whether it is cold or warm.")

	// GetSettings returns the settings in effect.
	GetSettings = core.Define[core.None, SettingsView](core.Initialization, "settings",
		"Return the settings in effect and where each came from; secrets are hidden.")

	// Refresh reads the parameters again.
	Refresh = core.Define[RefreshInput, Status](core.Initialization, "refresh",
		"Read the parameters again, so that a new token or address is in effect without a deployment; settings that are wrong leave the old ones in effect.")

	// Depend adds a stage to the start.
	Depend = core.Define[Dependency, Order](core.Initialization, "depend",
		"Add a stage to the start, to run after others, and return the order that this makes.")

	// GetOrder returns the order of the stages.
	GetOrder = core.Define[core.None, Order](core.Initialization, "order",
		"Return the order in which the stages of the start run, and those that never can: in a cycle, or after a stage that there is not.")

	// Cleanup lets go of what is not needed between invocations.
	Cleanup = core.Define[core.None, Cleaned](core.Initialization, "cleanup",
		"Let go of expired entries, idle connections, buffers and the like, and return what each part freed.")

	// Optimize sets memory limit, garbage collection and threads from the function's size.
	Optimize = core.Define[OptimizeInput, Memory](core.Initialization, "optimize",
		"Set the memory limit, the garbage collector and the threads that run at once for the function's size, give unused memory back, and return the figures before and after.")
)

// A Needy input needs the settings: its operation is not run without them.
type Needy interface{ NeedsSettings() }

// Gateway returns [core.Initialization].
func (*Starter) Gateway() core.Gateway { return core.Initialization }

// Bind binds the operations of the gateway to d.
func (s *Starter) Bind(d *core.Dispatcher) {
	core.Handle(d, Run, s.run)
	core.Handle(d, GetStatus, s.status)
	core.Handle(d, GetSettings, s.view)
	core.Handle(d, Refresh, s.refresh)
	core.Handle(d, Depend, s.depend)
	core.Handle(d, GetOrder, s.order)
	core.Handle(d, Cleanup, s.cleanup)
	core.Handle(d, Optimize, s.optimize)
}

// Service fails a call whose input is [Needy] with kind Internal while the
// settings are missing or wrong, after trying once more to get them.
func (s *Starter) Service() core.Service {
	return func(_ *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if _, ok := c.Input.(Needy); !ok {
				return next(ctx, c)
			}
			c.MarkUsed(core.Initialization)
			s.served.Add(1)
			if err := s.Ensure(ctx); err != nil {
				return err
			}
			return next(ctx, c)
		}
	}
}
