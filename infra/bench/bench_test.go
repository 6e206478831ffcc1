package bench_test

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/bench"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// Limits of what the function is made of and of what a start of it takes. Noise does not
// affect these figures: raise them only on purpose.
const (
	mostBytes    = 9_500_000 // of the binary as deployed, which is read at a cold start
	mostPackages = 281       // linked
	mostModules  = 10        // of other people
	mostFaults   = 850       // until the first reply; 670 to 780 are usual, and the system adds to them now and then
)

func TestWeight(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bootstrap")
	if err := project.Deployed(t.Context(), root, file); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "lambda.norpc,nethttpomithttp2", ".")
	cmd.Dir = filepath.Join(root, "function")
	packages, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	size := fileSize(t, file)
	n := strings.Count(string(packages), "\n")
	t.Logf("the function is %.2f MB, of %d packages and %d modules", float64(size)/1e6, n, len(info.Deps))
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
	for _, row := range report.Far {
		if len(row.Cold) != 2 || len(row.Warm) != 2 || row.Warm.Quantile(0) < 40 || row.PeakMB.Quantile(0) == 0 {
			t.Errorf("figures of a home that is far away are missing or cannot be: %+v", row)
		}
	}
	if len(report.Far) != 2 {
		t.Errorf("%d ways to a home that is far away were measured", len(report.Far))
	}
	own := report.Rows[len(report.Rows)-1]
	if n := own.Faults.Quantile(0); n > mostFaults || n < 100 && runtime.GOOS == "linux" {
		t.Errorf("a start takes %v page faults, at most %d are meant", n, mostFaults)
	}
	for _, want := range []string{"least", "haaska", "cold, of the least", "warm, of the floor", "package initialization", "- connections", "the first directive"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report has no %q:\n%s", want, out.String())
		}
	}
	document := filepath.Join(t.TempDir(), "document.md")
	text, err := os.ReadFile(filepath.Join(root, bench.Document))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(document, text, 0o600), report.Write(document), report.Write(document)); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Benchmarks\n", report.Markdown(), "commit " + report.Version, "## Counts"} {
		if strings.Count(string(written), want) != 1 {
			t.Errorf("the document should have once %.200q", want)
		}
	}
	if err := report.Write(filepath.Join(root, "go.work")); err == nil {
		t.Error("a file without the part for the figures was written")
	}
}

// TestGoals compares figures with their limits.
func TestGoals(t *testing.T) {
	r := &bench.Report{Deployed: 9_600_000, Rows: []bench.Row{
		{Name: "floor", Warm: bench.Spread{1, 2}}, {Name: "least", Cold: bench.Spread{10, 10}},
		{Name: "function", Warm: bench.Spread{1, 2}, Cold: bench.Spread{12, 12}, Faults: bench.Spread{850}},
	}}
	got := map[string]string{}
	for _, g := range r.Goals() {
		if len(g.Got) > 0 {
			got[g.What] = fmt.Sprintf("%.2f %v", g.Got.Quantile(.5), g.Met())
		}
	}
	want := map[string]string{
		"cold, of the least": "1.20 false", "warm, of the floor": "1.00 true",
		"page faults to the first reply": "850.00 true", "binary as deployed (arm64), MB": "9.60 false",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestMeasureBuilds measures targets that do nothing but look at their variables, as
// `make bench ARGS=-build` does.
func TestMeasureBuilds(t *testing.T) {
	root := t.TempDir()
	const makefile = "ARGS ?=\ndemo check synth test:\n\t@test -z '$(ARGS)' || { echo \"$@ got $(ARGS)\"; exit 1; }\n"
	if err := os.WriteFile(filepath.Join(root, "Makefile"), []byte(makefile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "targets"}} {
		if out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", root}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	t.Setenv("MAKEFLAGS", " -- ARGS=-build")
	t.Setenv("MAKELEVEL", "1")
	t.Setenv("ARGS", "-build")
	builds, err := bench.MeasureBuilds(t.Context(), root, io.Discard)
	if err != nil || len(builds) != 7 {
		t.Errorf("%d targets were measured: %v", len(builds), err)
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
