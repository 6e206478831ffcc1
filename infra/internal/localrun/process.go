package localrun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	initTimeout = 10 * time.Second       // Lambda's limit for a start
	grace       = 500 * time.Millisecond // between SIGTERM and SIGKILL
	region      = "us-east-1"
)

// A process is one run of the binary, with a Runtime API of its own, so that a late
// request of a stopped process reaches no one.
type process struct {
	cmd     *exec.Cmd
	server  *http.Server
	pipe    *pipe
	started time.Time

	events  chan *task    // to the handler of next
	idle    chan struct{} // has one when it has asked for an event
	initial chan failure  // what init/error reported
	exited  chan struct{} // closed when the process has exited and its output is read
	exit    error         // read after exited
	init    time.Duration // read after ready
	served  bool          // an event was sent; used by do only
}

// start starts the binary and its Runtime API.
func start(o Options, out *output) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("no loopback port for the Runtime API: %w", err)
	}
	p := &process{
		events:  make(chan *task),
		idle:    make(chan struct{}, 1),
		initial: make(chan failure, 1),
		exited:  make(chan struct{}),
	}
	if p.pipe, err = newPipe(out); err != nil {
		listener.Close()
		return nil, err
	}
	command := append(append([]string{}, o.Prefix...), o.Binary)
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Dir = o.Dir
	p.cmd.Env = append(environment(o, listener.Addr().String()), o.Env...)
	p.cmd.Stdout, p.cmd.Stderr = p.pipe.writer, p.pipe.writer
	apart(p.cmd)
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		listener.Close()
		p.pipe.close()
		return nil, fmt.Errorf("the function does not start: %w", err)
	}
	p.server = &http.Server{Handler: p.runtimeAPI(), ReadHeaderTimeout: 10 * time.Second}
	go p.server.Serve(listener)
	go p.watch()
	return p, nil
}

// watch waits for the end of the process and then of its output.
func (p *process) watch() {
	p.exit = p.cmd.Wait()
	p.pipe.close()
	close(p.exited)
}

// environment returns what Lambda itself sets.
func environment(o Options, api string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + api,
		"AWS_LAMBDA_FUNCTION_NAME=" + Name,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(o.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" + Name,
		"AWS_LAMBDA_LOG_STREAM_NAME=local",
		"AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023",
		"AWS_REGION=" + region,
		"AWS_DEFAULT_REGION=" + region,
		"LAMBDA_TASK_ROOT=" + filepath.Dir(o.Binary),
		"_HANDLER=bootstrap",
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"LANG=en_US.UTF-8",
		"TZ=:UTC",
		"TMPDIR=" + o.Dir,
	}
}

// ready waits until the process asks for its first event.
func (p *process) ready(ctx context.Context) error {
	timer := time.NewTimer(initTimeout)
	defer timer.Stop()
	select {
	case <-p.idle:
		p.pipe.sync()
		return nil
	case f := <-p.initial:
		return p.initFailed(f)
	case <-p.exited:
		select {
		case f := <-p.initial: // reported before it exited
			return p.initFailed(f)
		default:
			return p.initFailed(p.exitFailure())
		}
	case <-timer.C:
		return p.initFailed(failure{"Sandbox.Timedout", fmt.Sprintf("the start took longer than %.2f seconds", initTimeout.Seconds())})
	case <-ctx.Done():
		return fmt.Errorf("the function was still starting: %w", context.Cause(ctx))
	}
}

// initFailed stops the process, so that everything that it wrote can be reported.
func (p *process) initFailed(f failure) error {
	p.end()
	return &initError{f, p.pipe.out.last(5)}
}

// do sends one task and returns its result.
func (p *process) do(ctx context.Context, t *task, timeout time.Duration) (Invocation, error) {
	begin := time.Now()
	t.deadline = begin.Add(timeout)
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	v := Invocation{RequestID: t.id, Cold: !p.served}
	if v.Cold {
		v.Init = p.init
		p.served = true
	}
	events := p.events // nil once the event is sent
	for {
		select {
		case events <- t:
			events = nil
		case r := <-t.result:
			v.Payload, v.FunctionError = r.payload, r.err
			v.Duration = time.Since(begin)
			p.awaitIdle(ctx, timer)
			return v, nil
		case <-p.exited:
			v.fail(p.exitFailure(), begin)
			return v, nil
		case <-timer.C:
			p.kill()
			v.fail(failure{"Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", timeout.Seconds())}, begin)
			return v, nil
		case <-ctx.Done():
			p.kill()
			return Invocation{}, fmt.Errorf("the event was abandoned while the function was handling it: %w", context.Cause(ctx))
		}
	}
}

// awaitIdle waits until the process has done what it does after its reply, and stops it if
// that takes too long.
func (p *process) awaitIdle(ctx context.Context, timer *time.Timer) {
	select {
	case <-p.idle:
		p.pipe.sync()
	case <-p.exited:
	case <-timer.C:
		p.kill()
	case <-ctx.Done():
		p.kill()
	}
}

// over reports whether the process has exited.
func (p *process) over() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// end stops the process with SIGTERM, then with SIGKILL, and its Runtime API.
func (p *process) end() {
	terminate(p.cmd)
	select {
	case <-p.exited:
	case <-time.After(grace):
		p.kill()
	}
	// The clients are gone: Shutdown waits until their connections are closed.
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if p.server.Shutdown(ctx) != nil {
		p.server.Close()
	}
}

// kill sends SIGKILL and waits until the process has exited.
func (p *process) kill() {
	if !p.over() {
		kill(p.cmd)
	}
	<-p.exited
}

// exitFailure returns how the process exited, as Lambda reports it.
func (p *process) exitFailure() failure {
	var exit *exec.ExitError
	switch {
	case p.exit == nil:
		return failure{"Runtime.ExitError", "Runtime exited without providing a reason"}
	case errors.As(p.exit, &exit):
		return failure{"Runtime.ExitError", "Runtime exited with error: " + exit.Error()}
	default:
		return failure{"Runtime.ExitError", p.exit.Error()}
	}
}

// A failure is an error in the format of the Runtime API.
type failure struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (f failure) String() string { return strings.TrimPrefix(f.Type+": "+f.Message, ": ") }

// fail sets the failure of an invocation.
func (v *Invocation) fail(f failure, begin time.Time) {
	v.Duration = time.Since(begin)
	v.FunctionError = f.String()
	f.Message = "RequestId: " + v.RequestID + " Error: " + f.Message
	v.Payload, _ = json.Marshal(f) // two strings: cannot fail
}

// An initError is the failure of a process that never asked for an event.
type initError struct {
	failure failure
	lines   []string
}

func (e *initError) Error() string {
	s := "the function does not start: " + e.failure.String()
	if len(e.lines) > 0 {
		s += "; it wrote: " + strings.Join(e.lines, " | ")
	}
	return s
}

func (e *initError) invocation(id string) Invocation {
	v := Invocation{RequestID: id, Cold: true}
	v.fail(e.failure, time.Now())
	return v
}
