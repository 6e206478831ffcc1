package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestUpgrade upgrades the clone of an owner with two stages, from a real repository: the
// command is installed again, and the stages are deployed.
func TestUpgrade(t *testing.T) {
	o := prepared(t)
	o.sees(o.types("", "deploy", "--bootstrap"), 0)
	o.sees(o.types("", "init", "--stage", "second", "--locale", "de-DE", "--url", homeURL), 0)
	o.sees(o.types("", "upgrade"), 1, "was not cloned with git", "config/stages")

	o.write("Makefile", "install:\n\t@echo built > installed\n")
	o.write(".gitignore", "config/stages/\n.build/\ninstalled\n")
	origin := filepath.Join(t.TempDir(), "origin")
	o.git("", "init", "-q", "-b", "main")
	o.git("", "add", ".")
	o.git("", "commit", "-qm", "first")
	o.git("", "tag", "v1.0.0")
	o.git("", "clone", "-q", "--bare", o.clone, origin)
	o.git("", "remote", "add", "origin", origin)
	o.git("", "fetch", "-q", "origin")
	o.git("", "branch", "-q", "--set-upstream-to", "origin/main")
	o.sees(o.types("", "upgrade", "--check"), 0, "up to date: v1.0.0, on the branch main")
	o.sees(o.types("", "upgrade"), 0, "up to date: v1.0.0")

	// Someone else releases a new version.
	other := filepath.Join(t.TempDir(), "other")
	o.git("", "clone", "-q", origin, other)
	if err := os.WriteFile(filepath.Join(other, "new.go"), []byte("package new\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.git(other, "add", ".")
	o.git(other, "commit", "-qm", "doctor: a check more")
	o.git(other, "tag", "v1.1.0")
	o.git(other, "push", "-q", "--tags", "origin", "main")

	o.sees(o.types("", "upgrade", "--check"), 0, "new: v1.0.0 -> v1.1.0\n  - doctor: a check more\n")
	o.sees(o.types("", "upgrade", "--check", "--json"), 0, `"to": "v1.1.0"`, `"doctor: a check more"`)
	o.sees(o.types("", "upgrade"), 1, "nothing was changed", "--yes")
	is := func(name string, want bool) {
		t.Helper()
		if _, err := os.Stat(filepath.Join(o.clone, name)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
	is("new.go", false)
	t.Run("a question that is answered no", func(t *testing.T) {
		term := o.sits(nil, "upgrade")
		term.Answer("Update the clone?", "n")
		if code, shown := term.End(); code != 1 || !strings.Contains(shown, "nothing was changed") {
			t.Errorf("code %d: %s", code, shown)
		}
		is("new.go", false)
	})
	t.Run("Ctrl-C between the clone and the stages", func(t *testing.T) {
		term := o.sits(nil, "upgrade")
		term.Answer("Update the clone?", "y")
		term.Interrupt("Deploy dev, second?")
		if code, shown := term.End(); code != 130 || !strings.Contains(shown, "stopped: the clone and the command are updated; deploy them later with `hearthgate deploy --stage dev` and so on") {
			t.Errorf("code %d: %s", code, shown)
		}
		is("new.go", true)
		is("installed", true)
	})
	o.git("", "reset", "-q", "--hard", "v1.0.0")
	os.Remove(filepath.Join(o.clone, "installed"))
	t.Run("everything", func(t *testing.T) {
		r := o.types("", "upgrade", "--yes")
		// The second stage has no token.
		o.sees(r, 1, "updated the clone: v1.1.0", "deployed hearthgate-dev; it answers", "there is no parameter /hearthgate/second/home-assistant/token", "the clone and the command are updated, but not deployed: second")
		is("new.go", true)
		is("installed", true)
	})
	t.Run("a second run", func(t *testing.T) {
		o.sees(o.types("", "upgrade", "--yes"), 0, "up to date: v1.1.0")
	})
	t.Run("a command that does not build", func(t *testing.T) {
		o.git("", "reset", "-q", "--hard", "v1.0.0")
		if err := os.WriteFile(filepath.Join(other, "Makefile"), []byte("install:\n\t@echo undefined: nonsense; exit 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		o.git(other, "commit", "-qam", "broken")
		o.git(other, "push", "-q", "origin", "main")
		o.sees(o.types("", "upgrade", "--yes", "--stage", "dev"), 1, "so the command is still the old one: run `make install`", "what it wrote:\nundefined: nonsense")
	})
}

// git runs git in a folder, in the clone if that is empty.
func (o *owner) git(dir string, args ...string) {
	o.t.Helper()
	if dir == "" {
		dir = o.clone
	}
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if said, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("git %v: %v\n%s", args, err, said)
	}
}
