package project

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// EnvClone is the environment variable that names the clone when the working directory
// is in none.
const EnvClone = "HEARTHGATE_CLONE"

// installedFrom is the root of the clone that `make install` built this program from;
// the linker sets it, with -X.
var installedFrom string

// Root returns the root of the clone that a command works in: the one that the working
// directory is in, else that of [EnvClone], else the one that `make install` built this
// program from.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("the working directory cannot be read (%w): change to one that exists", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if isClone(dir) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if dir := os.Getenv(EnvClone); dir != "" {
		if !filepath.IsAbs(dir) || !isClone(dir) {
			return "", fmt.Errorf("%s is %s, which is not the path of a clone of hearthgate: set it to the folder that has the file go.work, beginning with /", EnvClone, dir)
		}
		return filepath.Clean(dir), nil
	}
	if isClone(installedFrom) {
		return installedFrom, nil
	}
	installed := "this command was not built by `make install`"
	if installedFrom != "" {
		installed = "the clone that this command was installed from, " + installedFrom + ", is not there any more"
	}
	return "", fmt.Errorf("no clone of hearthgate was found: %s is not in one, %s is not set, and %s. Change to the clone and run `make install` there, or set %[2]s to its path", start, EnvClone, installed)
}

// isClone reports whether dir is the root of a clone: its workspace has our infra.
func isClone(dir string) bool {
	if dir == "" {
		return false
	}
	if _, err := os.Stat(filepath.Join(dir, "go.work")); err != nil {
		return false
	}
	module, err := os.ReadFile(filepath.Join(dir, "infra", "go.mod"))
	return err == nil && bytes.HasPrefix(module, []byte("module github.com/hearthgate/hearthgate/infra\n"))
}
