package project_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// workspace makes a workspace whose function is this source.
func workspace(t *testing.T, source string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.work":          "go 1.26\n\nuse ./function\n",
		"function/go.mod":  "module example.org/function\n\ngo 1.26\n",
		"function/main.go": source,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFunction(t *testing.T) {
	root := workspace(t, "package main\n\nfunc main() { println(\"built\") }\n")
	out := filepath.Join(t.TempDir(), "bootstrap")
	t.Setenv("GOARCH", "wasm") // of no concern: the binary is for this machine
	if err := project.Function(t.Context(), root, out); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(out).CombinedOutput()
	if err != nil || string(said) != "built\n" {
		t.Errorf("it says %q, %v", said, err)
	}
}

func TestFunctionThatDoesNotCompile(t *testing.T) {
	root := workspace(t, "package main\n\nfunc main() { nonsense() }\n")
	err := project.Function(t.Context(), root, filepath.Join(t.TempDir(), "bootstrap"))
	if err == nil || !strings.Contains(err.Error(), "undefined: nonsense") {
		t.Errorf("error %v, want the compiler's words", err)
	}
}

func TestFlagsAreTheMakefiles(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"go build " + project.Flags(), "\nfunction: LAMBDA = " + project.Pages + "#", "VERSION = $(shell " + project.Describe() + " ",
		"build.sh .build/demo env $(BUILD)\n", // so that it and the function share what is compiled
	} {
		if !strings.Contains(string(makefile), want) {
			t.Errorf("the Makefile lacks %q", want)
		}
	}
}

// TestMakefileWarnsOfNothing looks at each target that make lists.
func TestMakefileWarnsOfNothing(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "make", append([]string{"-C", root, "--no-print-directory"}, args...)...)
		cmd.Env = append(os.Environ(), "MAKEFLAGS=", "RELEASE=v0.0.0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("make %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	targets := regexp.MustCompile(`(?m)^  make (\S+)`).FindAllStringSubmatch(run("help"), -1)
	if len(targets) < 10 {
		t.Fatalf("make lists %d targets", len(targets))
	}
	for _, target := range targets {
		for line := range strings.Lines(run("-n", target[1])) {
			if strings.Contains(line, ": warning: ") {
				t.Errorf("make %s: %s", target[1], line)
			}
		}
	}
}

// TestVersion builds a program outside any clone, at a tag, and with a change that
// is not committed, and asks it for its version.
func TestVersion(t *testing.T) {
	clone, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	root := workspace(t, "package main\n\nimport \"github.com/hearthgate/hearthgate/config\"\n\nfunc main() { println(config.Version()) }\n")
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(root)) // the temporary folder may be in a clone
	function := filepath.Join(root, "function")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(function, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.org/function\n\ngo 1.26\n\nrequire github.com/hearthgate/hearthgate/config v0.0.0\n\nreplace github.com/hearthgate/hearthgate/config => "+filepath.Join(clone, "config")+"\n")
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", root, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, said)
		}
	}
	for _, tt := range []struct {
		name          string
		change        func()
		version, says string
	}{
		{"no clone", func() {}, "", "unknown"},
		{"a tag", func() { git("init", "-q"); git("add", "."); git("commit", "-qm", "first"); git("tag", "v1.2.3") }, "v1.2.3", "v1.2.3"},
		{"a change", func() {
			write("main.go", "package main\n\nimport \"github.com/hearthgate/hearthgate/config\"\n\nfunc main() { print(config.Version(), \"\\n\") }\n")
		}, "v1.2.3-dirty", "v1.2.3-dirty"},
	} {
		tt.change()
		out := filepath.Join(t.TempDir(), "bootstrap")
		if err := project.Function(t.Context(), root, out); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		said, err := exec.Command(out).CombinedOutput()
		if version := project.Version(t.Context(), function); err != nil || version != tt.version || string(said) != tt.says+"\n" {
			t.Errorf("%s: version %q, the program says %q, %v; want %q and %q", tt.name, version, said, err, tt.version, tt.says)
		}
	}
}
