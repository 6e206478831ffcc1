// Package project is the clone of hearthgate that a command works in: where it is,
// and how its function is built.
package project

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// flags and describe are those of the Makefile's BUILD and VERSION; a test compares
// them. The version is added to the last flag.
var (
	flags    = []string{"-trimpath", "-buildvcs=false", "-mod=readonly", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid= -X github.com/hearthgate/hearthgate/config.version="}
	describe = []string{"describe", "--tags", "--always", "--dirty", "--abbrev=12"}
)

// Function builds the function of the clone at root for this machine and writes the
// binary to out. If it does not compile, the error has the compiler's output.
func Function(ctx context.Context, root, out string) error {
	return Program(ctx, filepath.Join(root, "function"), out)
}

// Program builds the program in the folder dir of a module, as [Function] does.
func Program(ctx context.Context, dir, out string) error {
	return program(ctx, dir, out, "GOOS=", "GOARCH=")
}

// Deployed builds what `make function` builds: the function for Lambda.
func Deployed(ctx context.Context, root, out string) error {
	return program(ctx, filepath.Join(root, "function"), out, "GOOS=linux", "GOARCH=arm64")
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

func program(ctx context.Context, dir, out string, machine ...string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	args := append(append([]string{"build"}, flags...), "-o", out, ".")
	args[len(flags)] += Version(ctx, dir)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
	cmd.Env = append(cmd.Env, machine...)
	said, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("the build of the function was stopped: %w", context.Cause(ctx))
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("the function was not built, because there is no go command: install Go and check that it is in PATH: %w", err)
	case err != nil:
		return fmt.Errorf("the function was not built: %w\n%s", err, strings.TrimSpace(string(said)))
	}
	return nil
}
