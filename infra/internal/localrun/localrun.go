// Package localrun runs a built function on this machine as AWS Lambda would.
//
// It serves the Lambda Runtime API on a loopback port, starts the function's
// binary against it, sends it one event at a time and enforces the function's
// timeout. It does not freeze the process between events, limit its memory or CPU,
// or give it credentials.
package localrun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/alexa"
)

// Name is the function's name in its environment.
const Name = config.LocalFunction

// Options say which function to run and how. Only Binary has no default.
type Options struct {
	Binary   string        // the built function
	Env      []string      // "NAME=value": the whole environment except what Lambda sets, which it may override
	Timeout  time.Duration // of one invocation; default: as long as Alexa waits
	MemoryMB int           // in the function's environment, not enforced; default: 128
	Dir      string        // working directory and TMPDIR; default: a directory that Close removes
	Prefix   []string      // command in front of the binary, such as qemu-aarch64-static; default: none
	Log      io.Writer     // gets a copy of the lines that the function writes; default: none
}

// An Invocation is what the function returned for an event.
type Invocation struct {
	RequestID     string
	Payload       []byte        // the function's reply, or its error as JSON
	FunctionError string        // "errorType: errorMessage" of a failure; default: it succeeded
	Duration      time.Duration // from sending the event to the reply
	Cold          bool          // the first event of its process
	Init          time.Duration // until that process asked for its first event; zero unless Cold
}

// A Function is one function with at most one process. Its methods may be called
// from several goroutines; events are sent one at a time.
type Function struct {
	options Options
	ownsDir bool
	turn    chan struct{} // holds one token; its owner may use the process
	output  output

	mu      sync.Mutex
	process *process // guarded by mu; nil when none runs
	closed  bool     // guarded by mu
}

// Start starts the function and returns once it has asked for its first event.
// The context limits the start only. If the function reports an error during its
// start or exits, the error has the last lines that it wrote.
func Start(ctx context.Context, o Options) (*Function, error) {
	f := &Function{options: o, turn: make(chan struct{}, 1)}
	if err := f.fill(); err != nil {
		return nil, err
	}
	f.output.copy = o.Log
	f.turn <- struct{}{}
	if _, err := f.running(ctx); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Invoke sends the function an event and returns its reply once the function has asked
// for the next event: what it does after a reply is done then. A function that fails,
// exits or times out is not an error but an Invocation with FunctionError; after an
// exit or a timeout the next Invoke starts a new process. An error means that there
// was no invocation: the context ended while waiting (a process that was handling
// the event is stopped), or the function is closed.
func (f *Function) Invoke(ctx context.Context, event []byte) (Invocation, error) {
	select {
	case <-f.turn:
	case <-ctx.Done():
		return Invocation{}, fmt.Errorf("the function was busy with other events: %w", context.Cause(ctx))
	}
	defer func() { f.turn <- struct{}{} }()

	t := newTask(event)
	p, err := f.running(ctx)
	var failed *initError
	switch {
	case errors.As(err, &failed):
		return failed.invocation(t.id), nil
	case err != nil:
		return Invocation{}, err
	}
	v, err := p.do(ctx, t, f.options.Timeout)
	if p.over() {
		f.set(nil)
	}
	return v, err
}

// Lines returns the complete lines that the function has written so far to
// stdout and stderr, in the order in which it wrote them. What was written
// before the function asked for its next event is included when Invoke returns, and what
// was written during the start when Start returns.
func (f *Function) Lines() []string { return f.output.all() }

// Pid returns the id of the function's process, zero when none runs.
func (f *Function) Pid() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.process == nil || f.process.over() {
		return 0
	}
	return f.process.cmd.Process.Pid
}

// Close stops the process with SIGTERM, and after half a second with SIGKILL. It may
// be called during an Invoke, which then reports that the process has exited, and
// more than once.
func (f *Function) Close() error {
	f.mu.Lock()
	f.closed = true
	p := f.process
	f.process = nil
	f.mu.Unlock()
	if p != nil {
		p.end()
	}
	if f.ownsDir {
		return os.RemoveAll(f.options.Dir)
	}
	return nil
}

// fill sets the defaults of the options.
func (f *Function) fill() (err error) {
	o := &f.options
	if o.Binary, err = filepath.Abs(o.Binary); err != nil {
		return err
	}
	if o.Timeout == 0 {
		o.Timeout = alexa.ReplyTimeout
	}
	if o.MemoryMB == 0 {
		o.MemoryMB = 128
	}
	if o.Dir == "" {
		f.ownsDir = true
		o.Dir, err = os.MkdirTemp("", "lambdalocal-")
	}
	return err
}

// running returns the process, starting one when none runs.
func (f *Function) running(ctx context.Context) (*process, error) {
	f.mu.Lock()
	p, closed := f.process, f.closed
	f.mu.Unlock()
	switch {
	case closed:
		return nil, errors.New("the function is closed: start it again")
	case p != nil && !p.over():
		return p, nil
	case p != nil:
		p.end()
	}
	p, err := start(f.options, &f.output)
	if err != nil {
		return nil, err
	}
	if !f.set(p) {
		p.end()
		return nil, errors.New("the function was closed while it started")
	}
	if err := p.ready(ctx); err != nil {
		f.set(nil)
		p.end()
		return nil, err
	}
	return p, nil
}

// set makes p the process and stops the previous one. It returns false if f is closed.
func (f *Function) set(p *process) bool {
	f.mu.Lock()
	before, open := f.process, !f.closed
	if open {
		f.process = p
	}
	f.mu.Unlock()
	if before != nil && before != p {
		before.end()
	}
	return open
}
