package logging

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// errStuck says that a line was not written because nobody reads.
var errStuck = errors.New("the log takes nothing more: the line is lost")

// Patient returns a writer to w that does not wait for it longer than that: a log
// that nobody reads any more must not keep a reply from a person. While a write to
// w is stuck, lines are lost and none is begun. It is safe for concurrent use.
func Patient(w io.Writer, wait time.Duration) io.Writer {
	p := &patient{w: w, wait: wait, turn: make(chan struct{}, 1)}
	p.turn <- struct{}{}
	return p
}

type patient struct {
	w    io.Writer
	wait time.Duration
	turn chan struct{} // holds one token: who has it may write
}

// Write writes b, or returns an error when the time is up. The write itself goes
// on in a goroutine, the one that can outlive an invocation: there is no way to
// call it back.
func (p *patient) Write(b []byte) (int, error) {
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	select {
	case <-p.turn:
	case <-timer.C:
		return 0, errStuck
	}
	written := make(chan error, 1)
	b = bytes.Clone(b) // the caller uses it again
	go func() {
		_, err := p.w.Write(b)
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
