package bench_test

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/bench"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// Limits of what the function links. Noise does not affect these figures: raise them
// only on purpose.
const (
	mostBytes    = 11 << 20 // of the binary, which is read at a cold start
	mostPackages = 330      // linked
	mostModules  = 12       // of other people
)

func TestWeight(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bootstrap")
	if err := project.Function(t.Context(), root, file); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", ".")
	cmd.Dir = filepath.Join(root, "function")
	packages, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	size := fileSize(t, file)
	n := strings.Count(string(packages), "\n")
	t.Logf("the function is %.1f MB, of %d packages and %d modules", float64(size)/1e6, n, len(info.Deps))
	if size > mostBytes || n > mostPackages || len(info.Deps) > mostModules {
		t.Errorf("the function is %d bytes, %d packages, %d modules; at most %d, %d and %d are meant", size, n, len(info.Deps), mostBytes, mostPackages, mostModules)
	}
}

// TestReport measures a little and looks that every figure is there.
func TestReport(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	var log, out bytes.Buffer
	report, err := bench.Run(t.Context(), bench.Options{Root: root, Starts: 2, Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Show(&out); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
	for _, row := range report.Rows {
		if len(row.Cold) != 2 || len(row.Warm) != 2 || row.Cold.Quantile(.5) < row.Init.Quantile(0) || row.Size == 0 {
			t.Errorf("figures are missing or cannot be: %+v", row)
		}
		if len(row.Slow) != 2 && len(report.Skipped) == 0 {
			t.Errorf("nothing was measured under the quota, and nothing says why: %+v", row)
		}
	}
	for _, want := range []string{"function / hello", "function / floor", "goal 1.3"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no %q:\n%s", want, out.String())
		}
	}
}

func fileSize(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
