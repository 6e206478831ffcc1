package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// TestSynth runs the real CDK CLI twice, with --strict and cdk-nag, where there is no
// stage: it synthesizes the examples, says so, and CloudFormation would reject them. The
// function's asset, the templates with their outputs and the stacks' tags are the same
// both times, so that a deployment without changes changes nothing.
func TestSynth(t *testing.T) {
	_, missing := exec.LookPath("npx")
	if _, err := os.Stat("node_modules/aws-cdk"); err != nil {
		missing = err
	}
	if missing != nil {
		const text = "skipped: the CDK CLI is missing; install Node 20 or newer and run `npm ci --prefix infra`"
		if os.Getenv("CI") != "" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	var before map[string]string
	stages := t.TempDir() // a clone may have its owner's stages
	for range 2 {
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "npx", "--prefix", "infra", "cdk", "synth", "--strict", "--quiet", "--output", dir)
		cmd.Dir, cmd.Env = "..", append(os.Environ(), project.EnvStages+"="+stages)
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("cdk synth: %v\n%s", err, said)
		}
		if want := "no stage in " + stages + " yet: synthesizing the examples\n"; strings.Count(string(said), want) != 1 {
			t.Errorf("no line %q in %s", want, said)
		}
		for name := range templates() {
			report := filepath.Join(dir, "AwsSolutions--"+config.StackName(name)+"-NagReport.csv")
			if info, err := os.Stat(report); err != nil || info.Size() < 100 {
				t.Errorf("no report of cdk-nag on %s: %v", name, err)
			}
		}
		got := deployable(t, dir)
		for name := range templates() {
			if file := config.StackName(name) + ".template.json"; !strings.Contains(got[file], "This is an example.") {
				t.Errorf("%s could be deployed", file)
			}
		}
		if before != nil && !maps.Equal(got, before) {
			for name := range got {
				if got[name] != before[name] {
					t.Errorf("%s differs in the second synth", name)
				}
			}
			t.Errorf("the second synth wrote %v, the first %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(before)))
		}
		before = got
	}
}

// TestSynthElsewhere synthesizes the stage of a folder outside the clone, and no example.
func TestSynthElsewhere(t *testing.T) {
	if _, err := os.Stat("node_modules/aws-cdk"); err != nil {
		t.Skip("skipped: the CDK CLI is missing; TestSynth says how to install it")
	}
	stages, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(stages, "cabin.json"), []byte(`{"locale": "de-DE", "homeAssistantUrl": "https://cabin.example.com"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "npx", "--prefix", "infra", "cdk", "synth", "--strict", "--quiet", "--output", dir)
	cmd.Dir, cmd.Env = "..", append(os.Environ(), project.EnvStages+"="+stages)
	said, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(said), "examples") {
		t.Fatalf("cdk synth: %v\n%s", err, said)
	}
	found, _ := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if len(found) != 1 || filepath.Base(found[0]) != "hearthgate-cabin.template.json" {
		t.Fatalf("templates %v, want that of cabin only", found)
	}
	if b, err := os.ReadFile(found[0]); err != nil || !strings.Contains(string(b), "https://cabin.example.com") || strings.Contains(string(b), "This is an example.") {
		t.Errorf("%v: the template is not that of a stage: %.300s", err, b)
	}
}

// deployable returns what a deployment reads from a synth, by name: the asset, whose
// name is its hash, the templates with their outputs, and the stacks' tags.
func deployable(t *testing.T, dir string) map[string]string {
	t.Helper()
	assets, err := filepath.Glob(filepath.Join(dir, "asset.*"))
	if err != nil || len(assets) != 1 {
		t.Fatalf("assets %v, %v; want the function only", assets, err)
	}
	files := map[string]string{filepath.Base(assets[0]): ""}
	for _, pattern := range []string{"*.template.json", "*.assets.json"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s, %v", pattern, err)
		}
		for _, file := range found {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(file)] = string(b)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json")) // other parts of it differ at every synth
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Artifacts map[string]struct {
			Properties struct{ Tags map[string]string }
		}
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		t.Fatal(err)
	}
	for name, stack := range manifest.Artifacts {
		files["tags of "+name] = fmt.Sprint(stack.Properties.Tags)
	}
	return files
}
