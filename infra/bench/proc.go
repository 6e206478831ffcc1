package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Figures of a process come from /proc; they are 0 on a system without it.

// peak returns the peak of the resident memory in bytes.
func peak(pid int) int64 {
	for line := range strings.Lines(read(pid, "status")) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// faults returns how many pages the system had to map so far.
func faults(pid int) int64 {
	_, fields, _ := strings.Cut(read(pid, "stat"), ") ")
	const minor = 7 // behind the name
	if f := strings.Fields(fields); len(f) > minor {
		n, _ := strconv.ParseInt(f[minor], 10, 64)
		return n
	}
	return 0
}

// cpu returns the processor time of all threads so far.
func cpu(pid int) (total time.Duration) {
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, t := range threads {
		took, _, _ := strings.Cut(read(pid, "task/"+t.Name()+"/schedstat"), " ")
		ns, _ := strconv.ParseInt(took, 10, 64)
		total += time.Duration(ns)
	}
	return total
}

func read(pid int, file string) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	return string(b)
}

// load returns the system's load average of the last minute; "unknown" without one.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(b), " ")
	return one
}
