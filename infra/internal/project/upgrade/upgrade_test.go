package upgrade_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project/upgrade"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A repository is one of git.
type repository struct {
	t   *testing.T
	dir string
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	said, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, said)
	}
	return strings.TrimSpace(string(said))
}

func (r repository) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r repository) read(name string) string {
	b, _ := os.ReadFile(filepath.Join(r.dir, name)) // "" if it is not there
	return string(b)
}

// commit writes a file and commits it.
func (r repository) commit(subject, name, text string) {
	r.t.Helper()
	r.write(name, text)
	r.git("add", "--force", name)
	r.git("commit", "-qm", subject)
}

// cloned returns an origin with a tag and a clone of it.
func cloned(t *testing.T) (origin, clone repository) {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
	t.Setenv("GIT_CONFIG_SYSTEM", "/dev/null")
	t.Setenv("GIT_CEILING_DIRECTORIES", os.TempDir())
	origin = repository{t, filepath.Join(t.TempDir(), "origin")}
	if err := os.Mkdir(origin.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	origin.git("init", "-q", "-b", "main")
	origin.commit("first", "README.md", "one\n")
	origin.commit("a stage", "config/stages/dev.json", "{}\n")
	origin.git("tag", "v1.0.0")
	clone = repository{t, filepath.Join(t.TempDir(), "clone")}
	cmd := exec.Command("git", "clone", "-q", origin.dir, clone.dir)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return origin, clone
}

// newer gives the origin two commits and a tag.
func (r repository) newer() {
	r.commit("doctor: a check more", "README.md", "two\n")
	r.commit("deploy: quicker", "deploy.go", "package deploy\n")
	r.git("tag", "v1.1.0")
}

func TestUpgrade(t *testing.T) {
	origin, clone := cloned(t)
	plan, err := upgrade.Look(t.Context(), clone.dir)
	if err != nil || plan.New() || plan.From != "v1.0.0" || plan.To != "v1.0.0" {
		t.Fatalf("nothing is new: %+v, %v", plan, err)
	}
	var shown bytes.Buffer
	plan.Show(ui.Paint(&shown, false))
	if got, want := shown.String(), "up to date: v1.0.0, on the branch main\n"; got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
	origin.newer()
	clone.write("notes.txt", "mine\n")               // not tracked
	clone.write("config/stages/home.json", "mine\n") // a stage that is not tracked
	plan, err = upgrade.Look(t.Context(), clone.dir)
	if err != nil || !plan.New() {
		t.Fatalf("%+v, %v", plan, err)
	}
	shown.Reset()
	plan.Show(ui.Paint(&shown, false))
	if got, want := shown.String(), "new: v1.0.0 -> v1.1.0\n  - deploy: quicker\n  - doctor: a check more\n"; got != want {
		t.Errorf("shown %q, want %q", got, want)
	}
	if clone.read("README.md") != "one\n" {
		t.Error("looking changed the clone")
	}
	if err := plan.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	if clone.read("README.md") != "two\n" || clone.read("notes.txt") != "mine\n" || clone.read("config/stages/home.json") != "mine\n" || clone.git("rev-parse", "HEAD") != origin.git("rev-parse", "HEAD") {
		t.Error("the clone is not the origin with what was beside it")
	}
	origin.commit("news", "CHANGELOG.md", "# Changes\n\n- The doctor checks more.\n")
	if plan, err = upgrade.Look(t.Context(), clone.dir); err != nil {
		t.Fatal(err)
	}
	shown.Reset()
	plan.Show(ui.Paint(&shown, false))
	if !strings.HasSuffix(shown.String(), "\n  # Changes\n  - The doctor checks more.\n") {
		t.Errorf("shown %q without the changes", shown.String())
	}
}

// TestStagesStay upgrades a clone whose stage is tracked and was changed: to a version that
// tracks none, to one that has changed it too, and to one that left it.
func TestStagesStay(t *testing.T) {
	const mine = "{\"locale\": \"de-DE\"}\n"
	for name, change := range map[string]func(repository){
		"no longer tracked": func(r repository) {
			r.git("rm", "-q", "--cached", "config/stages/dev.json")
			r.commit("stages are not tracked", ".gitignore", "config/stages/*.json\n")
		},
		"changed there too": func(r repository) { r.commit("another example", "config/stages/dev.json", "{\"a\": 1}\n") },
		"left alone":        func(r repository) { r.newer() },
	} {
		t.Run(name, func(t *testing.T) {
			origin, clone := cloned(t)
			clone.write("config/stages/dev.json", mine)
			change(origin)
			plan, err := upgrade.Look(t.Context(), clone.dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := plan.Apply(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := clone.read("config/stages/dev.json"); got != mine {
				t.Errorf("the stage is %q", got)
			}
			if clone.git("rev-parse", "HEAD") != origin.git("rev-parse", "HEAD") {
				t.Error("the clone is not at the new version")
			}
			if got := clone.read(".build/upgrade/dev.json"); got != mine {
				t.Errorf("the copy is %q", got)
			}
		})
	}
}

// TestNoUpgrade has a clone that cannot be upgraded in each way: it says why and what to do,
// and changes nothing.
func TestNoUpgrade(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(origin, clone repository)
		want   string
	}{
		{"a change", func(_, c repository) { c.write("README.md", "mine\n") }, "files of the clone were changed here: README.md. Commit them, or put them aside with `git stash`"},
		{"a change that is staged", func(_, c repository) { c.write("new.go", "mine\n"); c.git("add", "new.go") }, "changed here: new.go"},
		{"a stage that is deleted", func(_, c repository) { os.Remove(filepath.Join(c.dir, "config/stages/dev.json")) }, "config/stages/dev.json"},
		{"own commits", func(_, c repository) { c.commit("mine", "mine.go", "package mine\n") }, "has 1 commits of your own, and the remote has 2 that it lacks"},
		{"a detached head", func(_, c repository) { c.git("checkout", "-q", "--detach") }, "a detached HEAD"},
		{"no remote", func(_, c repository) { c.git("remote", "remove", "origin") }, "follows no remote"},
		{"offline", func(_, c repository) { c.git("remote", "set-url", "origin", "http://127.0.0.1:1/nothing") }, "the remote origin could not be asked: "},
		{"a remote that is gone", func(o, _ repository) { os.RemoveAll(o.dir) }, "could not be asked"},
		{"a branch that is gone", func(o, _ repository) { o.git("branch", "-m", "main", "trunk") }, "no longer has the branch"},
		{"an archive", func(_, c repository) { os.RemoveAll(filepath.Join(c.dir, ".git")) }, "was not cloned with git"},
		{"a file in the way", func(_, c repository) { c.write("deploy.go", "mine\n") }, "files that are here too and that git does not track"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			origin, clone := cloned(t)
			origin.newer()
			tt.change(origin, clone)
			before := map[string]string{}
			for _, name := range []string{"README.md", "deploy.go", "mine.go", "new.go", "config/stages/dev.json"} {
				before[name] = clone.read(name)
			}
			plan, err := upgrade.Look(t.Context(), clone.dir)
			if err == nil {
				err = plan.Apply(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			for name, text := range before {
				if clone.read(name) != text {
					t.Errorf("%s was changed", name)
				}
			}
		})
	}
	t.Run("no git", func(t *testing.T) {
		_, clone := cloned(t)
		t.Setenv("PATH", t.TempDir())
		if _, err := upgrade.Look(t.Context(), clone.dir); err == nil || !strings.Contains(err.Error(), "install git") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("only own commits", func(t *testing.T) {
		_, clone := cloned(t)
		clone.commit("mine", "mine.go", "package mine\n")
		if plan, err := upgrade.Look(t.Context(), clone.dir); err != nil || plan.New() || plan.Own != 1 {
			t.Errorf("%+v, %v", plan, err)
		}
	})
}
