package upgrade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Program is how this program was started, so that it can be built and started again.
type Program struct {
	path      string // of an installed one
	temporary bool   // `go run` built it
}

// Running returns this program.
func Running() (Program, error) {
	path, err := os.Executable()
	if err != nil {
		return Program{}, fmt.Errorf("this program does not know where it is: %w", err)
	}
	return Program{path, strings.Contains(path, string(filepath.Separator)+"go-build")}, nil
}

// Installed reports whether there is a program to install again.
func (p Program) Installed() bool { return !p.temporary }

// Install builds and installs the command of the clone at root again.
func (p Program) Install(ctx context.Context, root string) error {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "make", "-s", "install")
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &said, &said
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("there is no make command: install make, and run `make install` in the clone")
	case err != nil:
		return &InstallError{strings.TrimSpace(said.String())}
	}
	return nil
}

// An InstallError says that the command could not be built and installed.
type InstallError struct{ said string }

func (e *InstallError) Error() string {
	return "the new version could not be built and installed, so the command is still the old one: run `make install` in the clone when the cause is removed"
}

// Details returns what make wrote.
func (e *InstallError) Details() string { return e.said }

// Run runs the program, as it is installed now, with these arguments in a folder, and waits
// for it. It has no context: Ctrl-C reaches it too, and it says what it leaves.
func (p Program) Run(root string, args []string, in io.Reader, out, err io.Writer) error {
	cmd := exec.Command(p.path, args...)
	if p.temporary {
		cmd = exec.Command("go", append([]string{"run", "./infra/cmd/hearthgate"}, args...)...)
	}
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = root, in, out, err
	return cmd.Run()
}
