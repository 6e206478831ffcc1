package venv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// debian unpacks a Python of a suite of Debian below dir and returns its program. It
// installs nothing and needs no rights: apt-get downloads the packages, and the
// program runs with their own libraries, whatever the machine's are. The error is
// ErrNoPython on a machine that is no Debian.
func debian(ctx context.Context, dir, suite, version string) (python string, err error) {
	mirror, err := mirror(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: there is no working python%s, and Debian's cannot be fetched: %w", ErrNoPython, version, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	for _, below := range []string{"root", "apt/lists/partial", "apt/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, below), 0o755); err != nil {
			return "", err
		}
	}
	for name, text := range map[string]string{
		"status":  "", // nothing is installed, so that everything that is needed is downloaded
		"sources": fmt.Sprintf("deb [signed-by=%s] %s %s main\n", keyring, mirror, suite),
	} {
		if err := os.WriteFile(filepath.Join(dir, "apt", name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	apt := func(args ...string) error {
		return run(ctx, "apt-get", append(aptOptions(filepath.Join(dir, "apt")), args...)...)
	}
	if err := apt("update"); err != nil {
		return "", fmt.Errorf("the package lists of Debian %s were not fetched: %w", suite, err)
	}
	if err := apt("install", "--download-only", "--yes", "python"+version+"-venv", "libstdc++6"); err != nil {
		return "", fmt.Errorf("the package of Python %s of Debian %s was not fetched (does the suite have it still?): %w", version, suite, err)
	}
	packages, err := filepath.Glob(filepath.Join(dir, "apt", "archives", "*.deb"))
	if err != nil {
		return "", err
	}
	for _, p := range packages {
		if err := run(ctx, "dpkg", "-x", p, filepath.Join(dir, "root")); err != nil {
			return "", err
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "apt")); err != nil {
		return "", err
	}
	return relocate(filepath.Join(dir, "root"), version)
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// mirror returns where this machine has its Debian packages from.
func mirror(ctx context.Context) (string, error) {
	for _, tool := range []string{"apt-get", "dpkg"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(keyring); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").Output()
	if err != nil {
		return "", err
	}
	for uri := range strings.FieldsSeq(string(out)) {
		if strings.HasSuffix(strings.TrimSuffix(uri, "/"), "/debian") {
			return uri, nil
		}
	}
	return "", errors.New("this machine has no source of Debian packages")
}

// aptOptions keep apt-get off what is this machine's.
func aptOptions(dir string) []string {
	var all []string
	for _, o := range []string{
		"Dir::State=" + dir, "Dir::State::status=" + filepath.Join(dir, "status"), "Dir::State::lists=" + filepath.Join(dir, "lists"),
		"Dir::Cache=" + dir, "Dir::Cache::archives=" + filepath.Join(dir, "archives"),
		"Dir::Etc::sourcelist=" + filepath.Join(dir, "sources"), "Dir::Etc::sourceparts=/dev/null",
		"Debug::NoLocking=true", "APT::Install-Recommends=false", "APT::Sandbox::User=",
	} {
		all = append(all, "-o", o)
	}
	return append(all, "-qq")
}

// relocate makes the Python of an unpacked root run where it is.
func relocate(root, version string) (python string, err error) {
	loaders, err := filepath.Glob(filepath.Join(root, "usr", "lib", "*-linux-gnu", "ld-linux-*.so.*"))
	if err != nil || len(loaders) != 1 {
		return "", fmt.Errorf("%s has %d dynamic loaders, want 1: %v", root, len(loaders), err)
	}
	wheels := filepath.Join(root, "usr", "share", "python-wheels") // of pip, which Debian keeps apart
	configs, err := filepath.Glob(filepath.Join(root, "usr", "lib", "python"+version, "_sysconfigdata*.py"))
	if err != nil {
		return "", err
	}
	for _, c := range configs {
		if info, err := os.Lstat(c); err != nil || !info.Mode().IsRegular() {
			continue // a link to another of them
		}
		b, err := os.ReadFile(c)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(c, []byte(strings.ReplaceAll(string(b), "/usr/share/python-wheels", wheels)), 0o644); err != nil {
			return "", err
		}
	}
	python = filepath.Join(root, "usr", "bin", "python"+version)
	if err := os.Rename(python, python+".elf"); err != nil {
		return "", err
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' --library-path '%s' --argv0 \"$0\" '%s.elf' \"$@\"\n", loaders[0], filepath.Dir(loaders[0]), python)
	return python, os.WriteFile(python, []byte(script), 0o755)
}
