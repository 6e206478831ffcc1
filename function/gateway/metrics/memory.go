package metrics

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
)

// RSS returns the resident set of the process in bytes: what Lambda bills and
// ends a process for. Where the system does not tell, it returns what the Go
// runtime has from it.
func RSS() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if fields := bytes.Fields(b); err == nil && len(fields) > 1 {
		if pages, err := strconv.ParseInt(string(fields[1]), 10, 64); err == nil {
			return pages * int64(os.Getpagesize())
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
