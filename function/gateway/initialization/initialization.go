// Package initialization is the initialization gateway: be ready before the first
// event. Its service makes operations fail early whose settings are missing.
//
// The start is slow and runs once, before the first event is asked for. It consists
// of stages; each begins as soon as the stages that it depends on have succeeded, so
// parameters are read while the connection to Home Assistant is made. A stage that
// failed is retried when it is needed, after a pause; the process does not exit.
//
// Settings are read again when they expire, after a reply. If that fails, the last
// good ones stay in effect.
package initialization

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that the program uses. The others are in operator.go.
var (
	Run = core.Define[core.None, Status](core.Initialization, "run",
		"Run the stages of the start that have not succeeded yet, in their order, and return how long each took.")
	GetSettings = core.Define[core.None, SettingsView](core.Initialization, "settings",
		"Return the settings in effect and where each came from, with [secret] for each secret.").Reading()
	Refresh = core.Define[RefreshInput, Status](core.Initialization, "refresh",
		"Read the parameters again, so that a new token or address takes effect without a deployment; if the new settings are wrong, the old ones stay in effect.").Reading()
	AddStage = core.Define[Dependency, Order](core.Initialization, "depend",
		"Add a stage to the start, to run after others, and return the resulting order.")
	Cleanup = core.Define[core.None, Cleaned](core.Initialization, "cleanup",
		"Release what is not needed between invocations, such as expired entries, idle connections and buffers, and return what each gateway released.")
)

// RequiresSettings is implemented by inputs whose operation needs the settings: it
// fails while they are missing or wrong.
type RequiresSettings interface{ NeedsSettings() }

// Gateway returns [core.Initialization].
func (*Loader) Gateway() core.Gateway { return core.Initialization }

// Bind binds the operations of the gateway to d.
func (l *Loader) Bind(d *core.Dispatcher) {
	core.Handle(d, Run, l.run)
	core.Handle(d, GetSettings, l.view)
	core.Handle(d, Refresh, l.refresh)
	core.Handle(d, AddStage, l.addStage)
	core.Handle(d, Cleanup, l.cleanup)
	l.bindOperator(d)
}

// Service runs [Loader.Ensure] before operations whose input is [RequiresSettings].
func (l *Loader) Service() core.Service {
	return func(next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if _, ok := c.Input.(RequiresSettings); !ok {
				return next(ctx, c)
			}
			c.MarkUsed(core.Initialization)
			l.served.Add(1)
			if err := l.Ensure(ctx); err != nil {
				return err
			}
			return next(ctx, c)
		}
	}
}
