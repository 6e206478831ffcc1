package atomicfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project/atomicfile"
)

// holds fails unless a folder has exactly these files.
func holds(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("the folder has %v, want %v", names, want)
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	file := filepath.Join(dir, "a.json")
	for _, text := range []string{"first", "second"} {
		if err := atomicfile.Write(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(file); err != nil || string(b) != text {
			t.Errorf("got %q, %v", b, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	holds(t, dir, "a.json")
}

func TestSymbolicLink(t *testing.T) {
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "target")
	link := filepath.Join(dir, "link")
	if err := os.WriteFile(elsewhere, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(link, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(elsewhere); string(b) != "text" {
		t.Errorf("the target has %q", b)
	}
	if to, err := os.Readlink(link); err != nil || to != elsewhere {
		t.Errorf("the link names %q, %v", to, err)
	}
}

// TestFailure writes where a folder is in the way, and below a file.
func TestFailure(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "taken", "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(dir, "taken"), "/dev/null/a"} {
		err := atomicfile.Write(file, []byte("text"), 0o600)
		if err == nil || !strings.HasPrefix(err.Error(), file+" cannot be written: ") || strings.Contains(err.Error(), "rename") || strings.Contains(err.Error(), "mkdir") {
			t.Errorf("error %v", err)
		}
	}
	holds(t, dir, "taken")
}
