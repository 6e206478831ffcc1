//go:build !unix

package localrun

import "os/exec"

func apart(*exec.Cmd) {}

// terminate does nothing: there is no polite way here.
func terminate(*exec.Cmd) {}

func kill(cmd *exec.Cmd) { cmd.Process.Kill() }
