// Package venv makes the Python virtual environments that the tests need, each
// of them once.
package venv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// A Spec says what an environment is made of and where it is.
type Spec struct {
	Dir          string    // of the environment; its lock lies beside it
	Version      string    // of Python, such as "3.13"
	Requirements string    // a requirements.txt that pins everything, dependencies too
	Debian       string    // suite of Debian that has this Python, which is unpacked beside Dir when this machine has none; default: none
	Log          io.Writer // gets a line when something takes long; default: nowhere
}

// For returns the Spec of an environment that the tests of the clone at root share.
func For(root, name, requirements string, log io.Writer) Spec {
	return Spec{Dir: filepath.Join(root, ".build", "venv", name), Version: "3.13", Requirements: requirements, Log: log}
}

// Ensure returns the environment's Python. It creates the environment if it does not
// exist, is incomplete, or has other requirements. Processes that call it at the same
// time wait for the first of them. The error is ErrNoPython if this machine has no
// Python of that version.
func Ensure(ctx context.Context, s Spec) (python string, err error) {
	if err := os.MkdirAll(filepath.Dir(s.Dir), 0o755); err != nil {
		return "", err
	}
	lock := flock.New(s.Dir + ".lock")
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return "", fmt.Errorf("%s is in use by another process that is making it: %w", s.Dir, err)
	}
	defer lock.Unlock()

	python = filepath.Join(s.Dir, "bin", "python")
	if s.made() {
		return python, nil
	}
	return python, s.make(ctx, python)
}

// stamp is the file that says of what the environment was made. It is written
// last: without it the environment is half made.
func (s Spec) stamp() string { return filepath.Join(s.Dir, "made-of") }

func (s Spec) sum() string {
	h := sha256.Sum256([]byte(s.Version + "\n" + s.Requirements))
	return hex.EncodeToString(h[:])
}

func (s Spec) made() bool {
	sum, err := os.ReadFile(s.stamp())
	if err != nil || string(sum) != s.sum() {
		return false
	}
	_, err = os.Stat(filepath.Join(s.Dir, "bin", "python")) // a link into a Python that may have gone
	return err == nil
}

func (s Spec) make(ctx context.Context, python string) error {
	started := time.Now()
	base, err := find(ctx, s.Version)
	if errors.Is(err, ErrNoPython) && s.Debian != "" {
		s.logf("%s: fetching Python %s of Debian %s, once", filepath.Base(s.Dir), s.Version, s.Debian)
		base, err = debian(ctx, s.Dir+".python", s.Debian, s.Version)
	}
	if err != nil {
		return err
	}
	s.logf("%s: installing %d Python packages, once", filepath.Base(s.Dir), strings.Count(s.Requirements, "=="))
	if err := os.RemoveAll(s.Dir); err != nil {
		return err
	}
	if err := run(ctx, base, "-m", "venv", s.Dir); err != nil {
		return fmt.Errorf("the virtual environment was not made (on Debian install python3-venv): %w", err)
	}
	list := filepath.Join(s.Dir, "requirements.txt")
	if err := os.WriteFile(list, []byte(s.Requirements), 0o644); err != nil {
		return err
	}
	err = run(ctx, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile", "-r", list)
	if err != nil {
		return fmt.Errorf("pip could not install what %s needs (is there a way to the package index?): %w", filepath.Base(s.Dir), err)
	}
	s.logf("%s: done in %.0f s", filepath.Base(s.Dir), time.Since(started).Seconds())
	return os.WriteFile(s.stamp(), []byte(s.sum()), 0o644)
}

func (s Spec) logf(format string, args ...any) {
	if s.Log != nil {
		fmt.Fprintf(s.Log, format+"\n", args...)
	}
}

// run runs a command; its error ends with what the command said last.
func run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 5 * time.Second
	said, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	const most = 2000
	return fmt.Errorf("%w\n%s", err, said[max(0, len(said)-most):])
}

// ErrNoPython is in the error of Ensure if this machine has no such Python.
var ErrNoPython = errors.New("no such Python")
