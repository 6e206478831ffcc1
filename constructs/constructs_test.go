package constructs_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/constructs"
)

// TestMain closes the jsii kernel and discards what it prints about its child process.
func TestMain(m *testing.M) {
	code := m.Run()
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	jsii.Close()
	os.Exit(code)
}

// A template is a synthesized template: resources by logical id.
type template map[string]resource

type resource struct {
	Type           string
	Properties     map[string]any
	UpdatePolicy   map[string]any
	DeletionPolicy string
	DependsOn      []string
}

// synthesized returns the template of the stack that build adds constructs to.
func synthesized(t *testing.T, build func(awscdk.Stack)) template {
	t.Helper()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), AnalyticsReporting: jsii.Bool(false)})
	stack := awscdk.NewStack(app, jsii.String("stack"), nil)
	build(stack)
	text, err := json.Marshal(app.Synth(nil).GetStackByName(jsii.String("stack")).Template())
	if err != nil {
		t.Fatal(err)
	}
	var whole struct{ Resources template }
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	return whole.Resources
}

// of returns the resources of a type, sorted by logical id.
func (t template) of(kind string) []resource {
	var found []resource
	for _, id := range slices.Sorted(maps.Keys(t)) {
		if t[id].Type == kind {
			found = append(found, t[id])
		}
	}
	return found
}

// only returns the one resource of a type.
func (t template) only(test *testing.T, kind string) resource {
	test.Helper()
	found := t.of(kind)
	if len(found) != 1 {
		test.Fatalf("%d resources of type %s, want 1", len(found), kind)
	}
	return found[0]
}

// text returns a value of a template as JSON.
func text(v any) string {
	b, _ := json.Marshal(v) // it was decoded from JSON
	return string(b)
}

// has fails the test unless a value of a template contains all texts.
func has(t *testing.T, v any, texts ...string) {
	t.Helper()
	got := text(v)
	for _, want := range texts {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// code returns a folder with a stub program.
func code(t *testing.T) awslambda.Code {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bootstrap"), []byte("#!/bin/true\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return awslambda.Code_FromAsset(&dir, nil)
}

func function(t *testing.T, stack awscdk.Stack, change func(*constructs.FunctionProps)) *constructs.Function {
	t.Helper()
	props := constructs.FunctionProps{Code: code(t), Name: "gate"}
	if change != nil {
		change(&props)
	}
	return constructs.NewFunction(stack, "Gateway", props)
}
