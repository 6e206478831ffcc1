package mosquitto

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// find returns the program and where its libraries are: the machine's own, or Debian's,
// unpacked into dir. It installs nothing.
func find(ctx context.Context, dir string) (program, libraries string, err error) {
	if program, err := exec.LookPath("mosquitto"); err == nil {
		return program, "", nil
	}
	program = filepath.Join(dir, "root", "usr", "sbin", "mosquitto")
	found := func() bool {
		all, _ := filepath.Glob(filepath.Join(dir, "root", "usr", "lib", "*-linux-gnu"))
		if len(all) > 0 {
			libraries = all[0]
		}
		_, err := os.Stat(program)
		return err == nil
	}
	if found() {
		return program, libraries, nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "partial"), 0o755); err != nil {
		return "", "", err
	}
	if said, err := exec.CommandContext(ctx, "apt-get", "install", "--yes", "--reinstall", "--download-only", "--no-install-recommends", "-o", "Debug::NoLocking=1", "-o", "Dir::Cache::archives="+dir, "mosquitto").CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("apt-get cannot fetch it: %w: %.500s", err, said)
	}
	packages, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return "", "", err
	}
	for _, p := range packages {
		if said, err := exec.CommandContext(ctx, "dpkg", "-x", p, filepath.Join(dir, "root")).CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("dpkg cannot unpack it: %w: %.500s", err, said)
		}
	}
	if !found() {
		return "", "", errors.New("the package of Debian has no /usr/sbin/mosquitto")
	}
	return program, libraries, nil
}
