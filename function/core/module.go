package core

import "context"

// A Module is what a gateway is to the engine. Its methods are safe for concurrent
// use once it is installed.
type Module interface {
	Gateway() Gateway

	// Bind binds the gateway's operations to d with [Handle].
	Bind(d *Dispatcher)

	// Health says how the gateway is doing.
	Health() Health

	// Cleanup releases what the gateway does not need between invocations, and
	// returns how much that was.
	Cleanup(ctx context.Context) Reclaimed
}

// A Server is a [Module] that also serves the gateways whose row of the matrix
// ticks its column.
type Server interface {
	Module
	Service() Service
}

// A Service puts the work of one gateway around the operations of the others. It
// runs once for each gateway that it serves; the [Handler] that it returns runs with
// every call. That one says by [Call.MarkUsed] that it did something for the call, and
// must not call [Do], so no call can recurse.
type Service func(next Handler) Handler

// serviceOrder is the order in which services are wrapped around an operation,
// outermost first.
var serviceOrder = [...]Gateway{Utility, Logging, Metrics, Initialization, Security, Cache, Singleton}

// Install makes d run the operations of modules, behind their services. For each
// module it adds the operation `<gateway>.health`. Like [net/http.ServeMux.Handle]
// it panics when a gateway or an operation is there twice.
func (d *Dispatcher) Install(modules ...Module) {
	var services [NumGateways]Service
	for _, m := range modules {
		g := m.Gateway()
		if d.modules[g] != nil {
			panic("core: the gateway " + g.String() + " is installed twice")
		}
		d.modules[g] = m
		if s, ok := m.(Server); ok {
			services[g] = s.Service()
		}
	}
	for g := range Gateway(NumGateways) {
		d.handlers[g] = behind(services, g)
	}
	for _, m := range modules {
		m.Bind(d)
		Handle(d, healthOf[m.Gateway()], func(context.Context, None) (Health, error) { return m.Health(), nil })
	}
}

// healthOf holds the operation `<gateway>.health` of each gateway.
var healthOf = func() (all [NumGateways]Operation[None, Health]) {
	for g := range Gateway(NumGateways) {
		all[g] = Define[None, Health](g, "health",
			"Return how the gateway is doing, from 0 to 100 points, with the reason for each deduction and the figures behind it.").Reading()
	}
	return all
}()

// Health returns the health of every installed gateway.
func (d *Dispatcher) Health() map[Gateway]Health {
	all := make(map[Gateway]Health, NumGateways)
	for g, m := range d.modules {
		if m != nil {
			all[Gateway(g)] = m.Health()
		}
	}
	return all
}

// Cleanup has every installed gateway release what it does not need, in the order
// of the matrix, and returns what each released.
func (d *Dispatcher) Cleanup(ctx context.Context) map[Gateway]Reclaimed {
	all := make(map[Gateway]Reclaimed, NumGateways)
	for g, m := range d.modules {
		if m != nil {
			all[Gateway(g)] = m.Cleanup(ctx)
		}
	}
	return all
}
