package deploy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/deploy"
)

// programs makes PATH hold these shell scripts and nothing else.
func programs(t *testing.T, scripts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestReady(t *testing.T) {
	clone := t.TempDir()
	var said bytes.Buffer
	cdk := deploy.CDK{Root: clone, Out: &said}
	programs(t, nil)
	if err := cdk.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "install Node") {
		t.Errorf("without Node: %v", err)
	}
	programs(t, map[string]string{"npx": "", "npm": "echo no network; exit 3"})
	if err := cdk.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "npm ci --prefix infra") || !strings.Contains(said.String(), "no network") {
		t.Errorf("an install that fails: %v, %s", err, said.String())
	}
	if err := os.MkdirAll(filepath.Join(clone, "infra/node_modules/aws-cdk"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := cdk.Ready(t.Context()); err != nil {
		t.Errorf("installed: %v", err)
	}
}

func TestDiffThatFails(t *testing.T) {
	var said bytes.Buffer
	programs(t, map[string]string{"npx": "echo the stage is wrong; exit 1"})
	diff, err := deploy.CDK{Root: t.TempDir(), Out: &said}.Diff(t.Context(), "hearthgate-dev")
	if err == nil || !strings.Contains(said.String(), "the stage is wrong") {
		t.Errorf("%v, %q: what the CLI wrote is not shown: %q", err, diff, said.String())
	}
}
