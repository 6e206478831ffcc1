package initialization

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"

	"github.com/hearthgate/hearthgate/config"
)

// GCPercent is how much the heap of a running function may grow before it is
// collected.
const GCPercent = 100

// heapShare is the part of a function's memory that the Go runtime may use before
// its garbage collector works harder. The rest is for the program's code, which the
// runtime does not count, and for the system.
const heapShare = 3. / 4

// Tune sets the memory limit, the garbage collector and the number of threads for a
// function of that size in MB. GOMEMLIMIT, GOGC and GOMAXPROCS in the environment take
// precedence: the last is [config.EnvThreads], which a stack sets.
func Tune(megabytes int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(float64(megabytes) * heapShare * (1 << 20)))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(GCPercent)
	}
	switch {
	case os.Getenv(config.EnvThreads) != "":
	case megabytes < config.FullCPU:
		runtime.GOMAXPROCS(1)
	default:
		runtime.SetDefaultGOMAXPROCS()
	}
}

// Size returns the function's size in MB as Lambda says it, or 128.
func Size(getenv func(string) string) int {
	n, err := strconv.Atoi(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil || n <= 0 {
		return 128
	}
	return n
}

// runtimeFigures returns the memory limit (0 for none) and the GC percentage in
// effect, and the bytes that the runtime has taken from the system.
func runtimeFigures() (limit int64, percent int, taken int64) {
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
