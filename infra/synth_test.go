package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestSynth has the real CDK CLI synthesize every stage, strictly and checked by
// cdk-nag, twice: the function's asset is the same both times.
func TestSynth(t *testing.T) {
	_, missing := exec.LookPath("npx")
	if _, err := os.Stat("node_modules/aws-cdk"); err != nil {
		missing = err
	}
	if missing != nil {
		const text = "skipped: the CDK CLI is not there; install Node 20 or newer and run `npm ci --prefix infra`"
		if os.Getenv("CI") != "" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	var before []string
	for range 2 {
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "npx", "--prefix", "infra", "cdk", "synth", "--strict", "--quiet", "--output", dir)
		cmd.Dir = ".."
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("cdk synth: %v\n%s", err, said)
		}
		for name := range templates() {
			report := filepath.Join(dir, "AwsSolutions--"+config.StackName(name)+"-NagReport.csv")
			if info, err := os.Stat(report); err != nil || info.Size() < 100 {
				t.Errorf("cdk-nag left no report on %s: %v", name, err)
			}
		}
		assets, err := filepath.Glob(filepath.Join(dir, "asset.*"))
		if err != nil || len(assets) != 1 {
			t.Fatalf("assets %v, %v; want the function alone", assets, err)
		}
		got := []string{filepath.Base(assets[0])}
		if before != nil && !slices.Equal(got, before) {
			t.Errorf("the second synth made %v, the first %v", got, before)
		}
		before = got
	}
}
