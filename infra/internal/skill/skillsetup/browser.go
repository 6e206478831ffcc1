package skillsetup

import (
	"os/exec"
	"runtime"
)

// Browser returns what opens the owner's browser on this machine; nil where there is
// none, as in a session of SSH.
func Browser(getenv func(string) string) func(address string) error {
	program := "open"
	if runtime.GOOS != "darwin" {
		program = "xdg-open"
		if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
			return nil // it could start a browser in this terminal
		}
	}
	if getenv("SSH_CONNECTION") != "" {
		return nil
	}
	return func(address string) error {
		cmd := exec.Command(program, address)
		if err := cmd.Start(); err != nil {
			return err
		}
		go cmd.Wait() // which only frees the process
		return nil
	}
}
