// Package completion puts the completions of the hearthgate command where the user's
// shells find them, and removes them.
package completion

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/hearthgate/hearthgate/infra/internal/project/atomicfile"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A File is the completion of one shell.
type File struct {
	Shell   string `json:"shell"`
	File    string `json:"file"`
	Hint    string `json:"hint,omitempty"`    // what the user must do for the shell to find it
	Problem string `json:"problem,omitempty"` // why it was not written or deleted
}

// Installed are the completions that were written.
type Installed []File

// Removed are the completions that were deleted.
type Removed []File

// Install writes the completion of each shell that is in PATH, whole or not at all.
// Generate writes the script of a shell: "bash", "zsh" or "fish".
func Install(ctx context.Context, getenv func(string) string, generate func(shell string, to io.Writer) error) (Installed, error) {
	var all Installed
	for _, s := range shells {
		if _, err := exec.LookPath(s.name); err != nil {
			continue
		}
		var script bytes.Buffer
		if err := generate(s.name, &script); err != nil {
			return all, err
		}
		file, hint := s.find(ctx, getenv)
		f := File{Shell: s.name, File: file, Hint: hint}
		if !filepath.IsAbs(file) {
			f.Hint, f.Problem = "", "HOME is not set"
		} else if err := atomicfile.Write(file, script.Bytes(), 0o644); err != nil {
			f.Hint, f.Problem = "", err.Error()
		}
		all = append(all, f)
	}
	return all, nil
}

// Uninstall deletes the completions that [Install] writes.
func Uninstall(ctx context.Context, getenv func(string) string) Removed {
	var all Removed
	for _, s := range shells {
		file, _ := s.find(ctx, getenv)
		switch err := os.Remove(file); {
		case err == nil:
			all = append(all, File{Shell: s.name, File: file})
		case !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			all = append(all, File{Shell: s.name, File: file, Problem: err.Error()})
		}
	}
	return all
}

// Show writes for a person what was installed.
func (all Installed) Show(to *ui.Screen) {
	if len(all) == 0 {
		to.Printf("no completions: none of the shells bash, zsh and fish is in PATH\n")
	}
	for _, f := range all {
		if f.Problem != "" {
			to.Printf("%s the completion of %s was not installed: %s. `hearthgate completion %s` prints it\n", to.Bad("warning:"), f.Shell, f.Problem, f.Shell)
			continue
		}
		to.Printf("%s %s (completion of %s)\n", to.Good("installed"), f.File, f.Shell)
		if f.Hint != "" {
			to.Printf("  %s\n", f.Hint)
		}
	}
}

// Show writes for a person what was removed.
func (all Removed) Show(to *ui.Screen) {
	for _, f := range all {
		if f.Problem != "" {
			to.Printf("%s the completion of %s was not removed (%s): delete %s yourself\n", to.Bad("warning:"), f.Shell, f.Problem, f.File)
			continue
		}
		to.Printf("%s %s\n", to.Good("removed"), f.File)
	}
}
