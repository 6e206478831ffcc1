package singleton

import (
	"cmp"
	"runtime"
	"runtime/metrics"
)

// A Memory is how much memory the process takes.
type Memory struct {
	Heap       int64   `json:"heap_bytes" doc:"objects that are in use or not yet collected" unit:"B"`
	Runtime    int64   `json:"runtime_bytes" doc:"what the Go runtime holds from the system" unit:"B"`
	Resident   int64   `json:"resident_bytes" doc:"resident set size of the process" unit:"B"`
	Limit      int64   `json:"limit_bytes" doc:"memory limit of the process" unit:"B"`
	Share      float64 `json:"share" doc:"resident of limit, from 0 to 1"`
	Goroutines int     `json:"goroutines"`
	Collected  uint64  `json:"collected" doc:"garbage collections since the process started"`
}

// measure reads the runtime's metrics; unlike runtime.ReadMemStats it does not stop
// the program.
func (s *Store) measure() Memory {
	const defaultLimit = 128_000_000
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
