package completion

import (
	"cmp"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A shell finds completions in a folder of the user.
type shell struct {
	name string
	find func(context.Context, func(string) string) (file, hint string)
}

var shells = []shell{{"bash", bash}, {"zsh", zsh}, {"fish", fish}}

// bash returns the file that the package bash-completion loads on demand.
// https://github.com/scop/bash-completion#faq
func bash(_ context.Context, getenv func(string) string) (file, hint string) {
	first, _, _ := strings.Cut(getenv("BASH_COMPLETION_USER_DIR"), ":")
	dir := cmp.Or(first, filepath.Join(dataHome(getenv), "bash-completion"))
	return filepath.Join(dir, "completions", "hearthgate"), "bash loads it with the package bash-completion"
}

// fish returns the file that fish loads on demand.
// https://fishshell.com/docs/current/completions.html#where-to-put-completions
func fish(_ context.Context, getenv func(string) string) (file, hint string) {
	dir := cmp.Or(getenv("XDG_CONFIG_HOME"), filepath.Join(getenv("HOME"), ".config"))
	return filepath.Join(dir, "fish", "completions", "hearthgate.fish"), ""
}

// zsh returns the file in the first folder of the user among those that zsh searches.
// zsh has no such folder by itself, so where its settings name none, the hint says how.
// https://zsh.sourceforge.io/Doc/Release/Functions.html#Autoloading-Functions
func zsh(ctx context.Context, getenv func(string) string) (file, hint string) {
	const name = "_hearthgate"
	own := filepath.Join(dataHome(getenv), "zsh", "site-functions")
	home := filepath.Clean(getenv("HOME")) + "/"
	for _, dir := range searched(ctx) {
		if dir == own || strings.HasPrefix(dir, home) {
			return filepath.Join(dir, name), ""
		}
	}
	return filepath.Join(own, name), "for zsh to find it, add this line to ~/.zshrc, above compinit: fpath=(" + own + " $fpath)"
}

// searched returns the folders in which the user's zsh looks for functions, in order; none
// where it does not answer in time.
func searched(ctx context.Context) []string {
	const patience = 5 * time.Second // settings may wait for a key
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "zsh", "-ic", "print -rl -- $fpath")
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // an interactive shell would take our terminal
	out, _ := cmd.Output()                               // what it printed counts
	var dirs []string
	for line := range strings.Lines(string(out)) {
		if dir := strings.TrimSpace(line); filepath.IsAbs(dir) {
			dirs = append(dirs, filepath.Clean(dir))
		}
	}
	return dirs
}

// dataHome returns the folder of the user's data.
// https://specifications.freedesktop.org/basedir-spec/latest/
func dataHome(getenv func(string) string) string {
	return cmp.Or(getenv("XDG_DATA_HOME"), filepath.Join(getenv("HOME"), ".local", "share"))
}
