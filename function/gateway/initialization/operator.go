package initialization

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that a person runs by name.
var (
	GetStatus = core.Define[core.None, Status](core.Initialization, "status",
		"Return whether the function is ready, how long each stage of its start took, and whether it is cold or warm.").Reading()
	GetOrder = core.Define[core.None, Order](core.Initialization, "order",
		"Return the order in which the stages of the start run, and those that never run: they are in a cycle, or depend on a stage that does not exist.").Reading()
	Optimize = core.Define[OptimizeInput, Memory](core.Initialization, "optimize",
		"Set the memory limit, the garbage collector and the number of threads for the function's size, return unused memory to the system, and return the figures before and after.")
)

func (l *Loader) bindOperator(d *core.Dispatcher) {
	core.Handle(d, GetStatus, func(context.Context, core.None) (Status, error) { return l.status(), nil })
	core.Handle(d, GetOrder, l.order)
	core.Handle(d, Optimize, l.optimize)
}

func (l *Loader) order(context.Context, core.None) (Order, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sorted(), nil
}

// An OptimizeInput is the input of [Optimize].
type OptimizeInput struct {
	MemoryMB int `json:"memory_mb,omitempty" doc:"the function's size; default: what Lambda says" unit:"MB"`
}

// Check returns an error for a size that Lambda does not offer.
func (in OptimizeInput) Check() error {
	if in.MemoryMB != 0 && (in.MemoryMB < 128 || in.MemoryMB > 10240) {
		return errors.New("field memory_mb is not the size of a function: expected 128 to 10240")
	}
	return nil
}

// Memory is the result of [Optimize].
type Memory struct {
	MemoryMB  int   `json:"memory_mb" doc:"the function's size" unit:"MB"`
	Limit     int64 `json:"limit_bytes" doc:"above which the garbage collector works harder; 0 for none" unit:"B"`
	GCPercent int   `json:"gc_percent" doc:"how much the heap may grow before it is collected" unit:"%"`
	Procs     int   `json:"procs" doc:"threads that run Go code at the same time"`
	Before    int64 `json:"before_bytes" doc:"memory taken from the system before" unit:"B"`
	After     int64 `json:"after_bytes" doc:"memory taken from the system now" unit:"B"`
}

func (l *Loader) optimize(_ context.Context, in OptimizeInput) (m Memory, err error) {
	if m.MemoryMB = in.MemoryMB; m.MemoryMB == 0 {
		m.MemoryMB = Size(l.opts.Getenv)
	}
	_, _, m.Before = runtimeFigures()
	Tune(m.MemoryMB)
	debug.FreeOSMemory()
	m.Procs = runtime.GOMAXPROCS(0)
	m.Limit, m.GCPercent, m.After = runtimeFigures()
	return m, nil
}
