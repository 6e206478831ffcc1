package initialization

import (
	"context"
	"errors"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
)

// An OptimizeInput is the input of [Optimize].
type OptimizeInput struct {
	MemoryMB int `json:"memory_mb,omitempty" doc:"the function's size; default: what Lambda says it is" unit:"MB"`
}

// Check refuses a size that no function has.
func (in OptimizeInput) Check() error {
	if in.MemoryMB != 0 && (in.MemoryMB < 128 || in.MemoryMB > 10240) {
		return errors.New("field memory_mb is not the size of a function: 128 to 10240 are wanted")
	}
	return nil
}

// Memory is what [Optimize] did.
type Memory struct {
	MemoryMB  int   `json:"memory_mb" doc:"the function's size" unit:"MB"`
	Limit     int64 `json:"limit_bytes" doc:"above which the garbage collector works harder; 0 for none" unit:"B"`
	GCPercent int   `json:"gc_percent" doc:"how much the heap may grow before it is collected" unit:"%"`
	Procs     int   `json:"procs" doc:"threads that run Go code at once"`
	Before    int64 `json:"before_bytes" doc:"memory that was taken from the system" unit:"B"`
	After     int64 `json:"after_bytes" doc:"memory that is taken from it now" unit:"B"`
}

// Of a function's memory, the part that the Go runtime may use before its garbage
// collector works harder. The rest is for the program itself, which the runtime does
// not count, and for the system.
const share = 3. / 4

// GCPercent is how much the heap of a function at work may grow before it is
// collected.
const GCPercent = 100

// wholeCore is the size, in MB, from which on Lambda gives a function the time of a
// whole processor. Below it a second thread only takes turns with the first.
const wholeCore = 1769

// Tune sets the memory limit, the garbage collector and how many threads run Go code
// at once, for a function of that size in MB. What the owner set with GOMEMLIMIT,
// GOGC and GOMAXPROCS wins.
func Tune(megabytes int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(float64(megabytes) * share * (1 << 20)))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(GCPercent)
	}
	switch {
	case os.Getenv("GOMAXPROCS") != "":
	case megabytes < wholeCore:
		runtime.GOMAXPROCS(1)
	default:
		runtime.SetDefaultGOMAXPROCS()
	}
}

// Size returns the function's size in MB: what Lambda says it is, or 128.
func Size(getenv func(string) string) int {
	n, err := strconv.Atoi(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil || n <= 0 {
		return 128
	}
	return n
}

func (s *Starter) optimize(_ context.Context, in OptimizeInput) (m Memory, err error) {
	if m.MemoryMB = in.MemoryMB; m.MemoryMB == 0 {
		m.MemoryMB = Size(s.opts.Getenv)
	}
	_, _, m.Before = inForce()
	Tune(m.MemoryMB)
	debug.FreeOSMemory()
	m.Procs = runtime.GOMAXPROCS(0)
	m.Limit, m.GCPercent, m.After = inForce()
	return m, nil
}

// inForce returns the settings in force, and how much memory the runtime holds of
// the system's.
func inForce() (limit int64, percent int, taken int64) {
	samples := []metrics.Sample{
		{Name: "/gc/gomemlimit:bytes"}, {Name: "/gc/gogc:percent"},
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	if limit = int64(samples[0].Value.Uint64()); limit == math.MaxInt64 {
		limit = 0
	}
	return limit, int(samples[1].Value.Uint64()), int64(samples[2].Value.Uint64() - samples[3].Value.Uint64())
}
