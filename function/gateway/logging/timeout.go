package logging

import (
	"errors"
	"io"
	"sync/atomic"
	"time"
)

var errStuck = errors.New("the output of the log is blocked: the line is lost")

// A TimeoutWriter writes to another writer and waits for it for a limited time, so
// that an output which is blocked cannot delay a reply. While one write is stuck,
// further lines are lost at once. It is safe for concurrent use.
type TimeoutWriter struct {
	w       io.Writer
	timeout time.Duration
	turn    chan struct{} // holds one token: its holder may write, and use line
	line    []byte        // that is being written, in memory that the next one uses again
	began   atomic.Int64  // when the write that has the token began, in nanoseconds since 1970; 0 without one
}

// NewTimeoutWriter returns a TimeoutWriter to w.
func NewTimeoutWriter(w io.Writer, timeout time.Duration) *TimeoutWriter {
	t := &TimeoutWriter{w: w, timeout: timeout, turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}
	return t
}

// Write writes b, or returns an error after the timeout. The write itself then goes on
// in a goroutine, the only one that can outlive an invocation: it cannot be cancelled.
func (t *TimeoutWriter) Write(b []byte) (int, error) {
	if began := t.began.Load(); began != 0 && time.Since(time.Unix(0, began)) >= t.timeout {
		return 0, errStuck
	}
	timer := time.NewTimer(t.timeout)
	defer timer.Stop()
	select {
	case <-t.turn:
	case <-timer.C:
		return 0, errStuck
	}
	t.began.Store(time.Now().UnixNano())
	written := make(chan error, 1)
	t.line = append(t.line[:0], b...) // the caller may change b after Write
	go func() {
		_, err := t.w.Write(t.line)
		if cap(t.line) > maxKept {
			t.line = nil
		}
		t.began.Store(0)
		t.turn <- struct{}{}
		written <- err
	}()
	select {
	case err := <-written:
		return len(b), err
	case <-timer.C:
		return 0, errStuck
	}
}
