package project_test

import (
	"os"
	"os/exec"
	"path/filepath"
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
	if want := "go build " + project.Flags(); !strings.Contains(string(makefile), want) {
		t.Errorf("the Makefile does not build with %q", want)
	}
}

func TestRoot(t *testing.T) {
	root := workspace(t, "")
	t.Chdir(filepath.Join(root, "function"))
	if got, err := project.Root(); err != nil || got != root {
		t.Errorf("root %q, %v, want %q", got, err, root)
	}
	t.Chdir(t.TempDir())
	if got, err := project.Root(); err == nil {
		t.Errorf("a root outside any clone: %q", got)
	}
}
