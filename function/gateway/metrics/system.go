package metrics

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// A System is what the process takes.
type System struct {
	RSS         int64        `json:"rss_bytes" doc:"resident set: what Lambda ends a process for" unit:"B"`
	PeakRSS     int64        `json:"peak_rss_bytes,omitempty" doc:"the most that it was; absent where the system does not tell" unit:"B"`
	Memory      int64        `json:"memory_bytes" doc:"that the function has" unit:"B"`
	Heap        int64        `json:"heap_bytes" doc:"in use on the heap" unit:"B"`
	HeapObjects int64        `json:"heap_objects"`
	HeapSystem  int64        `json:"heap_system_bytes" doc:"that the heap has from the system" unit:"B"`
	HeapLimit   int64        `json:"heap_limit_bytes,omitempty" doc:"what the Go runtime tries to stay below; absent when there is none" unit:"B"`
	Allocated   int64        `json:"allocated_bytes" doc:"on the heap since the start, freed or not" unit:"B"`
	GCs         int64        `json:"gc_runs"`
	GCPause     core.Seconds `json:"gc_pause_seconds" doc:"in all"`
	GCAge       core.Seconds `json:"gc_age_seconds,omitempty" doc:"since the last; absent before the first"`
	Goroutines  int          `json:"goroutines"`
	Threads     int64        `json:"threads,omitempty" doc:"of the operating system; absent where it does not tell"`
	CPUs        int          `json:"cpus" doc:"that may run Go code at once"`
	Figures     int64        `json:"figures_bytes" doc:"that the metrics themselves take, about" unit:"B"`
}

func (r *Registry) system(context.Context, core.None) (System, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := System{
		RSS: RSS(), PeakRSS: proc("VmHWM:") * 1024, Memory: r.memoryMB() << 20,
		Heap: int64(m.HeapAlloc), HeapObjects: int64(m.HeapObjects), HeapSystem: int64(m.HeapSys), Allocated: int64(m.TotalAlloc),
		GCs: int64(m.NumGC), GCPause: core.Seconds(m.PauseTotalNs),
		Goroutines: runtime.NumGoroutine(), Threads: proc("Threads:"), CPUs: runtime.GOMAXPROCS(0),
		Figures: r.size(),
	}
	if m.LastGC > 0 {
		s.GCAge = core.Seconds(max(0, time.Since(time.Unix(0, int64(m.LastGC)))))
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		s.HeapLimit = limit
	}
	return s, nil
}

// size returns about how much memory the figures take.
func (r *Registry) size() (n int64) {
	operations, metrics := r.all()
	for _, s := range operations {
		n += s.size()
	}
	for name, m := range metrics {
		n += m.size() + int64(len(name))
	}
	return n
}
