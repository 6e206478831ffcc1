// Package coretest makes modules for tests of the engine and of single gateways.
package coretest

import (
	"context"

	"github.com/hearthgate/hearthgate/function/core"
)

// Serve returns a module of g that has no operation and serves the others with s.
func Serve(g core.Gateway, s core.Service) core.Module { return module{g, s} }

type module struct {
	gateway core.Gateway
	service core.Service
}

func (m module) Gateway() core.Gateway                      { return m.gateway }
func (m module) Bind(*core.Dispatcher)                      {}
func (m module) Health() core.Health                        { return core.Healthy(nil) }
func (m module) Cleanup(context.Context) (r core.Reclaimed) { return r }
func (m module) Service() core.Service                      { return m.service }
