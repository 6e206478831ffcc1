package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// goroutines ends the process with the signal that makes it tell what it was at,
// and returns how many goroutines that were.
func (s *soaking) goroutines(t *testing.T) (n int) {
	t.Helper()
	before := len(s.Lines())
	if err := syscall.Kill(s.Pid(), syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	every := time.NewTicker(time.Millisecond)
	defer every.Stop()
	for s.Pid() != 0 { // until it has written them all and is gone
		<-every.C
	}
	for _, line := range s.Lines()[before:] {
		if strings.HasPrefix(line, "goroutine ") && strings.HasSuffix(line, "]:") {
			n++
		}
	}
	if n == 0 {
		t.Fatal("the process did not tell its goroutines")
	}
	return n
}

// holdings are what a process holds.
type holdings struct{ rss, files, threads int } // rss in kB

func usage(t *testing.T, pid int) (h holdings) {
	t.Helper()
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		t.Skip("skipped: what a process holds is read from /proc, which only Linux has: ", err)
	}
	for line := range strings.Lines(string(status)) {
		fmt.Sscanf(line, "VmRSS: %d kB", &h.rss)
		fmt.Sscanf(line, "Threads: %d", &h.threads)
	}
	files, err := os.ReadDir(filepath.Join(dir, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	h.files = len(files)
	return h
}

// A watcher reads a log as it is written.
type watcher struct {
	mu    sync.Mutex
	lines int // guarded by mu; of invocations
	leaks int // guarded by mu
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if bytes.Contains(p, []byte(`"_aws"`)) {
		w.lines++
	}
	for _, secret := range canaries.list() {
		if bytes.Contains(p, []byte(secret)) {
			w.leaks++
		}
	}
	return len(p), nil
}

func (w *watcher) figures() (lines, leaks int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lines, w.leaks
}
