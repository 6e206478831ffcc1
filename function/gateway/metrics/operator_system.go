package metrics

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A System is the resource usage of the process.
type System struct {
	RSS         int64        `json:"rss_bytes" doc:"resident set, which Lambda limits" unit:"B"`
	PeakRSS     int64        `json:"peak_rss_bytes,omitempty" doc:"its maximum so far; absent outside Linux" unit:"B"`
	Memory      int64        `json:"memory_bytes" doc:"memory of the function" unit:"B"`
	Heap        int64        `json:"heap_bytes" doc:"in use on the heap" unit:"B"`
	HeapObjects int64        `json:"heap_objects"`
	HeapSystem  int64        `json:"heap_system_bytes" doc:"reserved from the system for the heap" unit:"B"`
	HeapLimit   int64        `json:"heap_limit_bytes,omitempty" doc:"memory limit of the Go runtime; absent when there is none" unit:"B"`
	Allocated   int64        `json:"allocated_bytes" doc:"allocated on the heap since the start, including freed memory" unit:"B"`
	GCs         int64        `json:"gc_runs"`
	GCPause     core.Seconds `json:"gc_pause_seconds" doc:"in total"`
	GCAge       core.Seconds `json:"gc_age_seconds,omitempty" doc:"since the last; absent before the first"`
	Goroutines  int          `json:"goroutines"`
	Threads     int64        `json:"threads,omitempty" doc:"of the operating system; absent outside Linux"`
	CPUs        int          `json:"cpus" doc:"that can run Go code at the same time"`
	Statistics  int64        `json:"figures_bytes" doc:"approximate memory of the statistics" unit:"B"`
}

func (r *Registry) system(context.Context, core.None) (System, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := System{
		RSS: RSS(), PeakRSS: procStatus("VmHWM:") * 1024, Memory: r.memoryMB() << 20,
		Heap: int64(m.HeapAlloc), HeapObjects: int64(m.HeapObjects), HeapSystem: int64(m.HeapSys), Allocated: int64(m.TotalAlloc),
		GCs: int64(m.NumGC), GCPause: core.Seconds(m.PauseTotalNs),
		Goroutines: runtime.NumGoroutine(), Threads: procStatus("Threads:"), CPUs: runtime.GOMAXPROCS(0),
		Statistics: r.size(),
	}
	if m.LastGC > 0 {
		s.GCAge = core.Seconds(max(0, time.Since(time.Unix(0, int64(m.LastGC)))))
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 { // a negative limit only reads it
		s.HeapLimit = limit
	}
	return s, nil
}

// A Start is the duration of the start of the process.
type Start struct {
	Took   core.Seconds `json:"took_seconds" doc:"from the start of the process until it was ready for events"`
	Stages []Stage      `json:"stages" doc:"in the order in which they ended; some run concurrently"`
}

// A Stage is one stage of a start.
type Stage struct {
	Name    string       `json:"name"`
	Took    core.Seconds `json:"took_seconds"`
	Problem string       `json:"problem,omitempty" doc:"why it failed"`
}

// A ColdStart is the output of [GetColdStart].
type ColdStart struct {
	Cold        bool         `json:"cold" doc:"whether this is the first invocation of the process, which waited for its start"`
	Began       time.Time    `json:"began" doc:"when the process started"`
	Age         core.Seconds `json:"age_seconds" doc:"since then"`
	Invocations int64        `json:"invocations" doc:"completed since then; all but the first were warm"`
	Start
}

func (r *Registry) coldStart(context.Context, core.None) (ColdStart, error) {
	_, began := r.times()
	n := r.invocations.Load()
	c := ColdStart{Cold: n == 0, Began: began, Age: core.Seconds(time.Since(began)), Invocations: n}
	if r.opts.Start != nil {
		c.Start = r.opts.Start()
	}
	if c.Stages == nil {
		c.Stages = []Stage{}
	}
	return c, nil
}
