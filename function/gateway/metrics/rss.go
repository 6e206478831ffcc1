package metrics

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"sync"
)

// statm stays open, because every directive reads it.
var statm = sync.OnceValue(func() *os.File {
	f, err := os.Open("/proc/self/statm")
	if err != nil {
		return nil
	}
	return f
})

// RSS returns the resident set size of the process in bytes, which Lambda limits.
// Outside Linux it returns what the Go runtime has from the system.
func RSS() int64 {
	var b [128]byte
	if f := statm(); f != nil {
		n, _ := f.ReadAt(b[:], 0)
		_, rest, _ := bytes.Cut(b[:n], []byte(" "))
		field, _, _ := bytes.Cut(rest, []byte(" "))
		if pages, err := strconv.ParseInt(string(field), 10, 64); err == nil {
			return pages * int64(os.Getpagesize())
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}

// procStatus returns the number of a key in /proc/self/status, 0 if it is missing.
func procStatus(key string) int64 {
	b, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := bytes.Cut(b, []byte("\n"+key))
	if fields := bytes.Fields(rest); len(fields) > 0 {
		n, _ := strconv.ParseInt(string(fields[0]), 10, 64)
		return n
	}
	return 0
}
