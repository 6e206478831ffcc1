// Package initialization is the initialization gateway: ready before the first
// word. It serves the others by making sure of the settings for inputs that need
// them.
//
//	operation  input          output
//	run        RunInput       Status
//	settings   SettingsInput  SettingsView
//	refresh    RefreshInput   Status
//
// What is slow happens once, before the first event is asked for: the parameters
// are read and the connection to Home Assistant is made side by side. What failed
// is tried again when it is needed, a while later; the process does not end.
package initialization

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations of the gateway.
var (
	// Run makes the function ready.
	Run = core.Define[RunInput, Status](core.Initialization, "run",
		"Run the stages of the start in order, skipping what is done, and return how long each took.")

	// GetSettings returns the settings in effect.
	GetSettings = core.Define[SettingsInput, SettingsView](core.Initialization, "settings",
		"Return the settings in effect and where each came from; secrets are hidden.")

	// Refresh reads the parameters again.
	Refresh = core.Define[RefreshInput, Status](core.Initialization, "refresh",
		"Read the parameters again, so that a new token or address is in effect without a deployment; settings that are wrong leave the old ones in effect.")
)

// A RunInput is the input of [Run].
type RunInput struct{}

// A SettingsInput is the input of [GetSettings].
type SettingsInput struct{}

// A RefreshInput is the input of [Refresh].
type RefreshInput struct{}

// A Needy input needs the settings: its operation is not run without them.
type Needy interface{ NeedsSettings() }

// Bind binds the operations of the gateway to d, served by s.
func Bind(d *core.Dispatcher, s *Starter) {
	core.Handle(d, Run, s.run)
	core.Handle(d, GetSettings, s.view)
	core.Handle(d, Refresh, s.refresh)
}

// Service fails a call whose input is [Needy] with kind Internal while the
// settings are missing or wrong, after trying once more to get them.
func (s *Starter) Service() core.Service {
	return core.Service{Gateway: core.Initialization, Wrap: func(_ *core.Spec, next core.Handler) core.Handler {
		return func(ctx context.Context, c *core.Call) error {
			if _, ok := c.Input.(Needy); !ok {
				return next(ctx, c)
			}
			c.Take(core.Initialization)
			if err := s.Ensure(ctx); err != nil {
				return err
			}
			return next(ctx, c)
		}
	}}
}
