package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// installer is the environment of a person with an empty home, who has the caches of Go.
func installer(t *testing.T, home, bin string) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	caches := strings.Fields(string(out))
	return append(os.Environ(), "HOME="+home, "XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "BASH_COMPLETION_USER_DIR=", "ZDOTDIR=",
		"GOBIN="+bin, "GOCACHE="+caches[0], "GOMODCACHE="+caches[1])
}

// runs runs a program and returns what it wrote, and whether it failed.
func runs(t *testing.T, dir string, env []string, name string, args ...string) (said string, failed bool) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), err != nil
}

// TestInstall installs the command twice and uses it where there is no clone.
func TestInstall(t *testing.T) {
	home, bin := t.TempDir(), filepath.Join(t.TempDir(), "bin")
	env := installer(t, home, bin)
	program := filepath.Join(bin, "hearthgate")
	for range 2 {
		said, failed := runs(t, root(t), env, "make", "install")
		if failed || !strings.Contains(said, "installed "+program+"\n") || !strings.Contains(said, `export PATH="`+bin+`:$PATH"`) {
			t.Fatalf("make install: %s", said)
		}
	}
	t.Run("elsewhere", func(t *testing.T) {
		other := t.TempDir() // a workspace of another project
		if err := os.WriteFile(filepath.Join(other, "go.work"), []byte("go 1.26\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{"/", other} {
			var b project.Build
			said, failed := runs(t, dir, env, program, "version", "--json")
			if err := json.Unmarshal([]byte(said), &b); failed || err != nil || b.Clone != root(t) || b.Stages != filepath.Join(root(t), config.StagesDir) || b.Problems != nil {
				t.Errorf("in %s: %s", dir, said)
			}
			if said, failed = runs(t, dir, env, program, "skill", "model", "--stage", "nope"); !failed || !strings.Contains(said, `there is no stage "nope" in config/stages`) {
				t.Errorf("in %s: %s", dir, said)
			}
			stages := filepath.Join(root(t), config.ExamplesDir)
			if said, failed = runs(t, dir, append(env, "HEARTHGATE_STAGES="+stages), program, "skill", "model", "--stage", "prod"); failed {
				t.Errorf("with other stages, in %s: %s", dir, said)
			}
		}
	})
	t.Run("completions", func(t *testing.T) {
		for shell, script := range map[string]struct{ file, run, want string }{
			"bash": {".local/share/bash-completion/completions/hearthgate", `source "$0"; complete -p hearthgate`, "__start_hearthgate"},
			"zsh":  {".local/share/zsh/site-functions/_hearthgate", `fpath=(${0:h} $fpath); autoload -U compinit; compinit -u -D; echo $_comps[hearthgate]`, "_hearthgate"},
			"fish": {".config/fish/completions/hearthgate.fish", `complete -C "hearthgate stat"`, "status"},
		} {
			if _, err := exec.LookPath(shell); err != nil {
				if shell == "bash" {
					t.Fatal(err)
				}
				t.Logf("%s is not on this machine", shell)
				continue
			}
			in := append(env, "PATH="+bin+":"+os.Getenv("PATH"))
			if said, failed := runs(t, home, in, shell, "-c", script.run, filepath.Join(home, script.file)); failed || !strings.Contains(said, script.want) {
				t.Errorf("%s does not complete: %s", shell, said)
			}
		}
	})
	t.Run("a home that cannot be written", func(t *testing.T) {
		said, failed := runs(t, root(t), append(env, "HOME=/dev/null"), "make", "install")
		if failed || !strings.Contains(said, "installed "+program) ||
			!strings.Contains(said, "the completion of bash was not installed: /dev/null/.local/share/bash-completion/completions/hearthgate cannot be written") ||
			!strings.Contains(said, "`hearthgate completion bash` prints it") {
			t.Errorf("failed %v: %s", failed, said)
		}
		said, failed = runs(t, root(t), append(env, "HOME=/dev/null", "GOBIN=/dev/null"), "make", "install")
		if !failed || !strings.Contains(said, "hearthgate was not installed") || !strings.Contains(said, "make install GOBIN=") {
			t.Errorf("failed %v: %s", failed, said)
		}
	})
	t.Run("uninstall", func(t *testing.T) {
		if said, failed := runs(t, root(t), env, "make", "uninstall"); failed || !strings.Contains(said, "removed "+program) {
			t.Errorf("make uninstall: %s", said)
		}
		for _, dir := range []string{home, bin} {
			err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() && strings.Contains(d.Name(), "hearthgate") {
					t.Errorf("%s is left", path)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}
