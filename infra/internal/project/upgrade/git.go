package upgrade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// git is the git command in a clone.
type git struct{ root string }

// run runs git and returns what it wrote, in one line.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	out, err := g.command(ctx, args...).CombinedOutput()
	return strings.Join(strings.Fields(string(out)), " "), err
}

// says runs git and returns its result without the end of line.
func (g git) says(ctx context.Context, args ...string) (string, error) {
	out, err := g.command(ctx, args...).Output()
	return strings.TrimRight(string(out), "\n"), err
}

func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", g.root}, args...)...)
	// It must not ask: what it asks for would not be seen.
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it removes its lock
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// check returns an error if root is not the root of a clone.
func (g git) check(ctx context.Context) error {
	top, err := g.says(ctx, "rev-parse", "--show-toplevel")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("there is no git command: install git and check that it is in PATH")
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil || !same(top, g.root):
		return fmt.Errorf("%s was not cloned with git, so there is nothing to fetch from: clone hearthgate, copy your files of %s into it, and run `make install` there", g.root, filepath.Join("config", "stages"))
	}
	return nil
}

// same reports whether two names are of one folder.
func same(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}
