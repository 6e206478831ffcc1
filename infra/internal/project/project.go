// Package project is the clone of hearthgate that a command works in: where it is,
// and how its function is built.
package project

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const pages = "-R=4096 " // of the memory of Lambda's machines, which the last flag begins with

// flags, pages and describe are those of the Makefile's BUILD, LAMBDA and VERSION; a test
// compares them. The version is added to the last flag.
var (
	flags    = []string{"-trimpath", "-buildvcs=false", "-mod=readonly", "-tags", "lambda.norpc,nethttpomithttp2", "-gcflags=std=-l", "-gcflags=runtime=", "-gcflags=internal/...=", "-gcflags=crypto/internal/...=", "-ldflags", "-s -w -buildid= -X github.com/hearthgate/hearthgate/config.version="}
	describe = []string{"describe", "--tags", "--always", "--dirty", "--abbrev=12"}
)

// Function builds the function of the clone at root for this machine and writes the
// binary to out. If it does not compile, the error has the compiler's output. Each
// watcher is called with what the build does whenever that changes: the step, and mostly
// how far it is, as in "compiling the function: 57 of 240 packages".
func Function(ctx context.Context, root, out string, watchers ...func(string)) error {
	b := build{dir: filepath.Join(root, "function"), out: out, machine: thisMachine, watchers: watchers}
	return b.run(ctx)
}

// Program builds the program in the folder dir of a module, as [Function] does, with
// more environment variables for the Go command, "NAME=value".
func Program(ctx context.Context, dir, out string, env ...string) error {
	b := build{dir: dir, out: out, machine: append(slices.Clone(thisMachine), env...)}
	return b.run(ctx)
}

// Deployed builds what `make function` builds: the function for Lambda.
func Deployed(ctx context.Context, root, out string) error {
	b := build{dir: filepath.Join(root, "function"), out: out, machine: []string{"GOOS=linux", "GOARCH=arm64"}, pages: pages}
	return b.run(ctx)
}

// DeployedHash builds what `make function` builds and returns its [Hash].
func DeployedHash(ctx context.Context, root string) (string, error) {
	dir, err := os.MkdirTemp("", "hearthgate-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "bootstrap")
	if err := Deployed(ctx, root, out); err != nil {
		return "", err
	}
	return Hash(out)
}

// Hash returns the SHA-256 of a program, which tells two builds apart.
func Hash(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Version returns the version of the clone that dir is in, as config.Version has it
// in a program of this package; "" where git knows none, as in an unpacked archive.
func Version(ctx context.Context, dir string) string {
	cmd := exec.CommandContext(ctx, "git", describe...)
	cmd.Dir = dir
	out, _ := cmd.Output() // empty when it fails
	return strings.TrimSpace(string(out))
}
