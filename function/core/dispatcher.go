package core

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

// A Call is one run of an operation, as services see it.
type Call struct {
	*Spec
	Input  any
	Output any       // set by the implementation, or by a service that answers for it
	Hit    bool      // Output came from the cache
	Start  time.Time // when the call began

	run  *Run // nil outside an invocation
	used Set
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

// A Handler runs a call.
type Handler func(context.Context, *Call) error

// A Dispatcher runs operations. [Dispatcher.Install] gives it the gateways before
// the first [Do]; after that a Dispatcher is safe for concurrent use. The zero value
// is ready for Install; until then [Do] fails with [CauseUnbound].
type Dispatcher struct {
	modules  [NumGateways]Module
	services [NumGateways]Service
	bound    map[*Spec]Handler
	byName   map[*Spec]Handler // that [Execute] runs instead
	names    map[string]*Spec
}

// NewDispatcher returns a Dispatcher on which modules are installed.
func NewDispatcher(modules ...Module) *Dispatcher {
	d := new(Dispatcher)
	d.Install(modules...)
	return d
}

// Handle binds an implementation to op. Like [net/http.ServeMux.Handle] it panics
// if the name is bound already.
func Handle[In, Out any](d *Dispatcher, op Operation[In, Out], impl func(context.Context, In) (Out, error)) {
	// Spelled out, this is small enough to be inlined, which makes the program smaller.
	d.handle(op.Spec, func(ctx context.Context, in any) (any, error) { return impl(ctx, in.(In)) })
}

// HandleByName binds the implementation that [Execute] runs op by, where that may do
// less than [Do]. The other one must be bound already.
func HandleByName[In, Out any](d *Dispatcher, op Operation[In, Out], impl func(context.Context, In) (Out, error)) {
	d.handleByName(op.Spec, func(ctx context.Context, in any) (any, error) { return impl(ctx, in.(In)) })
}

func (d *Dispatcher) handleByName(s *Spec, impl func(context.Context, any) (any, error)) {
	if d.bound[s] == nil {
		panic("core: " + s.full + " is not bound yet")
	}
	if d.byName == nil {
		d.byName = map[*Spec]Handler{}
	}
	d.byName[s] = d.handler(s, impl)
}

// handle is what of [Handle] need not be compiled for each operation.
func (d *Dispatcher) handle(s *Spec, impl func(context.Context, any) (any, error)) {
	if d.names[s.full] != nil {
		panic("core: " + s.full + " is bound twice")
	}
	if d.names == nil {
		d.names, d.bound = map[string]*Spec{}, map[*Spec]Handler{}
	}
	d.names[s.full] = s
	d.bound[s] = d.handler(s, impl)
}

// handler returns impl behind the services that serve s.
func (d *Dispatcher) handler(s *Spec, impl func(context.Context, any) (any, error)) Handler {
	return d.wrap(s, func(ctx context.Context, c *Call) (err error) {
		if c.run != nil {
			c.run.enter(s.Gateway)
		}
		c.Output, err = impl(ctx, c.Input)
		return err
	})
}

// wrap puts h behind the services that the row of s's gateway ticks.
func (d *Dispatcher) wrap(s *Spec, h Handler) Handler {
	for _, g := range slices.Backward(serviceOrder[:]) {
		if service := d.services[g]; service != nil && s.Gateway.Uses().Has(g) {
			h = service(s, h)
		}
	}
	return h
}

// Do runs op on in. Every error it returns is an [*Error] that names an
// operation; a panic below it is returned as one of kind [Internal].
func Do[In, Out any](ctx context.Context, d *Dispatcher, op Operation[In, Out], in In) (Out, error) {
	output, err := d.do(ctx, op.Spec, in, false)
	out, _ := output.(Out)
	return out, err
}

func (d *Dispatcher) do(ctx context.Context, s *Spec, in any, byName bool) (out any, err error) {
	run, ok := d.bound[s]
	if byName && d.byName[s] != nil {
		run = d.byName[s]
	}
	if !ok {
		return nil, named(s, Errorf(NotFound, CauseUnbound, "the operation is not bound to an implementation"))
	}
	c := &Call{Spec: s, Input: in, Start: time.Now(), run: RunOf(ctx)}
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, named(s, &Error{Kind: Internal, Cause: CausePanic, Err: &Panic{p, debug.Stack()}})
		}
		if c.run != nil {
			c.run.leave(c)
		}
	}()
	err = run(ctx, c)
	return c.Output, named(s, err)
}

// A Panic is the error that [Do] makes of a panic.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Spec returns the operation called name, "cache.get"; nil if there is none.
func (d *Dispatcher) Spec(name string) *Spec { return d.names[name] }

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
