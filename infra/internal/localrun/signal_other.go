//go:build !unix

package localrun

import "os/exec"

func apart(*exec.Cmd) {}

// terminate does nothing: this system has no SIGTERM.
func terminate(*exec.Cmd) {}

func kill(cmd *exec.Cmd) { cmd.Process.Kill() }
