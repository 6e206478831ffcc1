package main_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// TestVersion asks a command that the Makefile stamped, and one that it did not.
func TestVersion(t *testing.T) {
	stamped := filepath.Join(t.TempDir(), "hearthgate")
	if said, err := exec.Command("go", "build", "-ldflags", "-X github.com/hearthgate/hearthgate/config.version=v9.8.7", "-o", stamped, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	out, err := exec.Command(stamped, "version").Output()
	want := "hearthgate v9.8.7 (" + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")\n  clone   " + root(t) + "\n  stages  " + filepath.Join(root(t), config.StagesDir) + "\n"
	if err != nil || string(out) != want {
		t.Errorf("got %q, %v; want %q", out, err, want)
	}
	var b project.Build
	if out, err = exec.Command(stamped, "version", "--json").Output(); err != nil || json.Unmarshal(out, &b) != nil || b.Version != "v9.8.7" || b.Clone != root(t) {
		t.Errorf("got %s, %v; want v9.8.7 of the clone %s", out, err, root(t))
	}
	// Built with `go build` alone it has the version of its clone.
	if r := command(t, nil, "version"); r.code != 0 || strings.Contains(r.out, "unknown") {
		t.Errorf("got %+v, want the version of the clone", r)
	}
}
