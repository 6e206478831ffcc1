package logging

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// errStuck says that a line was not written because nobody reads.
var errStuck = errors.New("the log takes nothing more: the line is lost")

// Patient returns a writer to w that does not wait for it longer than that: a log
// that nobody reads any more must not keep a reply from a person. While a write to
// w is stuck, lines are lost at once and none is begun. It is safe for concurrent use.
func Patient(w io.Writer, wait time.Duration) io.Writer {
	p := &patient{w: w, wait: wait, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p
}

type patient struct {
	w    io.Writer
	wait time.Duration
	turn chan struct{} // holds one token: who has it may write

	began atomic.Int64 // when the write that has the token was begun, in nanoseconds; 0 when there is none
}

// Write writes b, or returns an error when the time is up. The write itself goes
// on in a goroutine, the one that can outlive an invocation: there is no way to
// call it back.
func (p *patient) Write(b []byte) (int, error) {
	if began := p.began.Load(); began != 0 && time.Since(time.Unix(0, began)) >= p.wait {
		return 0, errStuck
	}
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	select {
	case <-p.turn:
	case <-timer.C:
		return 0, errStuck
	}
	p.began.Store(time.Now().UnixNano())
	written := make(chan error, 1)
	b = bytes.Clone(b) // the caller uses it again
	go func() {
		_, err := p.w.Write(b)
		p.began.Store(0)
		p.turn <- struct{}{}
		written <- err
	}()
	select {
	case err := <-written:
		return len(b), err
	case <-timer.C:
		return 0, errStuck
	}
}
