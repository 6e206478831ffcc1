package core

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Call is one run of an operation, as services see it. It is theirs until the handler
// returns: [Do] uses it for another run then. What outlives that needs [Call.Again].
type Call struct {
	*Spec
	Input  any
	Output any       // set by the implementation, or by a service that answers for it
	Hit    bool      // Output came from the cache
	Start  time.Time // when the call began

	impl  any   // the implementation: func(context.Context, In) (Out, error)
	typed typed // calls impl, where Do knows its types; nil for Execute
	run   *Run  // nil outside an invocation
	used  Set
}

// MarkUsed records that the service of g did something for the call.
func (c *Call) MarkUsed(g Gateway) {
	c.used.Add(g)
	if c.run != nil {
		c.run.enter(g)
	}
}

// Used returns the services that did something for the call so far.
func (c *Call) Used() Set { return c.used }

// Utilization returns the share of the services ticked in the row of the call's
// gateway that did something for it, from 0 to 1.
func (c *Call) Utilization() float64 {
	return float64(c.used.Len()) / float64(c.Gateway.Uses().Len())
}

// Again returns a call that begins now and runs the same operation on the same input,
// outside an invocation.
func (c *Call) Again() *Call {
	return &Call{Spec: c.Spec, Input: c.Input, Start: time.Now(), impl: c.impl, typed: c.typed}
}

// A Handler runs a call.
type Handler func(context.Context, *Call) error

// A Dispatcher runs operations. [Dispatcher.Install] gives it the gateways before
// the first [Do]; after that a Dispatcher is safe for concurrent use. The zero value
// is ready for Install; until then [Do] fails with [CauseUnbound].
type Dispatcher struct {
	modules  [NumGateways]Module
	handlers [NumGateways]Handler // run a gateway's operations behind its services
	bound    map[*Spec]any        // the implementation of each operation
	byName   map[*Spec]any        // that [Execute] runs instead
	calls    atomic.Int64
}

// NewDispatcher returns a Dispatcher on which modules are installed.
func NewDispatcher(modules ...Module) *Dispatcher {
	d := new(Dispatcher)
	d.Install(modules...)
	return d
}

// Handle binds an implementation to op. Like [net/http.ServeMux.Handle] it panics
// if op is bound already. It only keeps the implementation, so that the many operations
// that few processes run cost a start next to nothing.
func Handle[In, Out any](d *Dispatcher, op Operation[In, Out], impl func(context.Context, In) (Out, error)) {
	d.handle(op.Spec, impl)
}

// HandleByName binds the implementation that [Execute] runs op by, where that may do
// less than [Do]. The other one must be bound already.
func HandleByName[In, Out any](d *Dispatcher, op Operation[In, Out], impl func(context.Context, In) (Out, error)) {
	d.handleByName(op.Spec, impl)
}

func (d *Dispatcher) handle(s *Spec, impl any) {
	if d.bound[s] != nil {
		panic("core: " + s.full + " is bound twice")
	}
	if d.bound == nil {
		const about = 128 // operations
		d.bound = make(map[*Spec]any, about)
	}
	d.bound[s] = impl
}

func (d *Dispatcher) handleByName(s *Spec, impl any) {
	if d.bound[s] == nil {
		panic("core: " + s.full + " is not bound yet")
	}
	if d.byName == nil {
		d.byName = map[*Spec]any{}
	}
	d.byName[s] = impl
}

// Do runs op on in. Every error it returns is an [*Error] that names an
// operation; a panic below it is returned as one of kind [Internal].
func Do[In, Out any](ctx context.Context, d *Dispatcher, op Operation[In, Out], in In) (Out, error) {
	c := unused.Get().(*Call)
	*c = Call{Spec: op.Spec, Input: in, impl: d.bound[op.Spec], typed: types[In, Out]{}}
	output, err := d.do(ctx, c)
	*c = Call{} // keeps nothing alive
	unused.Put(c)
	out, _ := output.(Out)
	return out, err
}

// unused has the calls that ended: a directive makes several.
var unused = sync.Pool{New: func() any { return new(Call) }}

// do runs c, whose implementation is nil if the operation is not bound.
func (d *Dispatcher) do(ctx context.Context, c *Call) (out any, err error) {
	if c.impl == nil {
		return nil, named(c.Spec, Errorf(NotFound, CauseUnbound, "the operation is not bound to an implementation"))
	}
	d.calls.Add(1)
	c.Start, c.run = time.Now(), RunOf(ctx)
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, named(c.Spec, &Error{Kind: Internal, Cause: CausePanic, Err: &Panic{p, debug.Stack()}})
		}
		if c.run != nil {
			c.run.leave(c)
		}
	}()
	err = d.handlers[c.Gateway](ctx, c)
	return c.Output, named(c.Spec, err)
}

// behind returns what runs the operations of g behind the services that its row ticks.
func behind(services [NumGateways]Service, g Gateway) Handler {
	h := run
	for _, other := range slices.Backward(serviceOrder[:]) {
		if service := services[other]; service != nil && g.Uses().Has(other) {
			h = service(h)
		}
	}
	return h
}

// run is the innermost handler: it calls the implementation.
func run(ctx context.Context, c *Call) (err error) {
	if c.run != nil {
		c.run.enter(c.Gateway)
	}
	if c.typed != nil {
		c.Output, err = c.typed.call(ctx, c.impl, c.Input)
		return err
	}
	out := reflect.ValueOf(c.impl).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(c.Input)})
	c.Output = out[0].Interface()
	err, _ = out[1].Interface().(error)
	return err
}

// Calls returns how many operations were run so far.
func (d *Dispatcher) Calls() int64 { return d.calls.Load() }

// A Panic is the error that [Do] makes of a panic.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Spec returns the operation called name, "cache.get"; nil if there is none.
func (d *Dispatcher) Spec(name string) *Spec {
	for s := range d.bound {
		if s.full == name {
			return s
		}
	}
	return nil
}

// Specs returns the operations bound to d, by gateway and name.
func (d *Dispatcher) Specs() []*Spec {
	specs := make([]*Spec, 0, len(d.bound))
	for s := range d.bound {
		specs = append(specs, s)
	}
	slices.SortFunc(specs, func(a, b *Spec) int {
		return cmp.Or(cmp.Compare(a.Gateway, b.Gateway), cmp.Compare(a.Name, b.Name))
	})
	return specs
}
