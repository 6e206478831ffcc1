//go:build unix

package localrun

import (
	"os/exec"
	"syscall"
)

// apart puts the process into a group of its own: a Ctrl-C at the terminal ends
// us, and we end it; and an emulator in front of the binary ends with it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(cmd *exec.Cmd) { cmd.Process.Signal(syscall.SIGTERM) }

func kill(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
