package venv

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// find returns a Python of that version: python3.13 in PATH, or one that pyenv
// has. A name in PATH is tried, because pyenv puts one there for every Python
// it has, which works only while that Python is the one in use.
func find(ctx context.Context, version string) (string, error) {
	name := "python" + version
	for _, candidate := range candidates(name, version) {
		if exec.CommandContext(ctx, candidate, "-c", "import venv, ensurepip").Run() == nil {
			return candidate, nil
		}
	}
	return "", fmt.Errorf("%w: there is no working %s in PATH, nor one of pyenv's: install Python %s with its venv module (`pyenv install %s`, or your system's packages)",
		ErrNoPython, name, version, version)
}

func candidates(name, version string) []string {
	var found []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if path := filepath.Join(dir, name); executable(path) {
			found = append(found, path)
		}
	}
	roots := []string{os.Getenv("PYENV_ROOT")}
	if home, err := os.UserHomeDir(); err == nil {
		roots = append(roots, filepath.Join(home, ".pyenv"))
	}
	for _, shim := range found { // ROOT/shims/python3.13
		roots = append(roots, filepath.Dir(filepath.Dir(shim)))
	}
	for _, root := range roots {
		if root == "" {
			continue
		}
		of, _ := filepath.Glob(filepath.Join(root, "versions", version+"*", "bin", name))
		found = append(found, of...)
	}
	return found
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
