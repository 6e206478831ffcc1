// Package procgroup runs a command with all that it starts, so that none of it
// outlives this process.
package procgroup

import (
	"io"
	"os/exec"
	"syscall"
	"time"
)

// A Process is a running command and every process that it has started.
type Process struct {
	cmd  *exec.Cmd
	life io.Closer // the command's standard input, which ends with this process
	done chan struct{}
}

// Start starts the command as the leader of a process group. Its standard input
// is a pipe that ends when this process does, for any reason: a command that exits at
// the end of its input is never left behind.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, life: life, done: make(chan struct{})}
	go func() {
		cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Pid returns the id of the process, which is also that of its group.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed once the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop sends the process SIGTERM, waits at most the grace, and then kills its whole
// group. It may be called more than once.
func (p *Process) Stop(grace time.Duration) {
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
	}
	p.Kill()
}

// Kill kills the process's whole group and waits for it.
func (p *Process) Kill() {
	syscall.Kill(-p.Pid(), syscall.SIGKILL) // also what the leader has left behind
	<-p.done
	p.life.Close()
}

func (p *Process) signal(s syscall.Signal) {
	select {
	case <-p.done:
	default:
		syscall.Kill(p.Pid(), s)
	}
}
