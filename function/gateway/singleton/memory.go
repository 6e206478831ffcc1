package singleton

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"

	"github.com/hearthgate/hearthgate/function/core"
)

// Shares of the limit.
const (
	budgetShare  = 0.25 // what a process that is well stays below
	defaultLimit = 128_000_000
)

// A Memory is how much memory the process takes.
type Memory struct {
	Heap       int64   `json:"heap_bytes" doc:"objects that are in use or not collected yet" unit:"B"`
	Runtime    int64   `json:"runtime_bytes" doc:"what the Go runtime has of the system and did not give back" unit:"B"`
	Resident   int64   `json:"resident_bytes" doc:"what the system counts for the process" unit:"B"`
	Limit      int64   `json:"limit_bytes" doc:"what the process may take" unit:"B"`
	Share      float64 `json:"share" doc:"resident of limit, from 0 to 1"`
	Goroutines int     `json:"goroutines"`
	Collected  uint64  `json:"collected" doc:"how often garbage was collected"`
}

// measure reads the runtime's figures, without stopping the program as
// runtime.ReadMemStats does.
func (s *Store) measure() Memory {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}
	metrics.Read(samples)
	m := Memory{
		Heap:       int64(samples[0].Value.Uint64()),
		Runtime:    int64(samples[1].Value.Uint64() - samples[2].Value.Uint64()),
		Collected:  samples[3].Value.Uint64(),
		Limit:      cmp.Or(s.Limit, defaultLimit),
		Goroutines: runtime.NumGoroutine(),
	}
	if s.Resident != nil {
		m.Resident = s.Resident()
	}
	m.Resident = cmp.Or(m.Resident, m.Runtime)
	m.Share = float64(m.Resident) / float64(m.Limit)
	return m
}

func (s *Store) memory(context.Context, core.None) (Memory, error) { return s.measure(), nil }

// An OptimizeInput is the input of [Optimize].
type OptimizeInput struct {
	Budget int64 `json:"budget_bytes,omitempty" doc:"how much the process is to take; default: a quarter of its limit" unit:"B"`
}

// Check refuses a negative budget.
func (in OptimizeInput) Check() error {
	if in.Budget < 0 {
		return fmt.Errorf("field budget_bytes is %d: it cannot be negative", in.Budget)
	}
	return nil
}

// An Optimized is what [Optimize] did.
type Optimized struct {
	Above  bool           `json:"above" doc:"the process took more than its budget, so something was done"`
	Before Memory         `json:"before"`
	After  Memory         `json:"after"`
	Freed  core.Reclaimed `json:"freed" doc:"idle things that were let go, and memory that went back to the system"`
}

// optimize lets idle things go, collects garbage and gives the memory back. It
// stops the program for some milliseconds, so it is for when nobody waits.
func (s *Store) optimize(ctx context.Context, in OptimizeInput) (Optimized, error) {
	o := Optimized{Before: s.measure()}
	o.Above = o.Before.Resident > cmp.Or(in.Budget, int64(budgetShare*float64(o.Before.Limit)))
	if o.Above {
		o.Freed = s.Cleanup(ctx)
		debug.FreeOSMemory()
	}
	o.After = s.measure()
	o.Freed.Bytes = max(0, o.Before.Resident-o.After.Resident)
	return o, nil
}
