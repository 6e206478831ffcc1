//go:build unix

package localrun

import (
	"os/exec"
	"syscall"
)

// apart puts the process into a process group of its own: Ctrl-C at the terminal stops
// us, and we stop the group, including an emulator in front of the binary.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(cmd *exec.Cmd) { cmd.Process.Signal(syscall.SIGTERM) }

func kill(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
