package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/monitoring"
)

var update = flag.Bool("update", false, "write the golden files")

// TestMain closes the jsii kernel and discards what it prints about its child process.
func TestMain(m *testing.M) {
	code := m.Run()
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	jsii.Close()
	os.Exit(code)
}

// A template is a synthesized template, and its JSON.
type template struct {
	Resources map[string]resource
	Outputs   map[string]any
	text      []byte
	report    string            // of cdk-nag, CSV
	tags      map[string]string // of the stack, which CloudFormation gives every resource
}

type resource struct {
	Type           string
	Properties     map[string]any
	DeletionPolicy string

	UpdateReplacePolicy string
}

// examples is the folder of the examples.
var examples = config.Folder{FS: os.DirFS("../" + config.ExamplesDir), Path: config.ExamplesDir}

// templates synthesizes the examples once, with a stub program.
var templates = sync.OnceValue(func() map[string]template {
	stages, err := examples.LoadAll()
	if err != nil {
		panic(err)
	}
	return synthesized(stages...)
})

// synthesized returns the templates of stages, as a clone that has them synthesizes them,
// by the stage's name, and those of their overviews, by the dashboard's.
func synthesized(stages ...config.Stage) map[string]template {
	dir, err := os.MkdirTemp("", "hearthgate-stack-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	code, out := filepath.Join(dir, "function"), filepath.Join(dir, "out")
	must(os.Mkdir(code, 0o755))
	must(os.WriteFile(filepath.Join(code, "bootstrap"), []byte("#!/bin/true\n"), 0o755))
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, Context: featureFlags(), AnalyticsReporting: jsii.Bool(false)})
	layout := monitoring.LayoutOf(stages)
	ids := map[string]string{}
	for _, s := range stages {
		NewStack(app, StackProps{Stage: s, Code: awslambda.Code_FromAsset(&code, nil), Version: "v1.2.3", Layout: layout})
		ids[s.Name] = config.StackName(s.Name)
	}
	for _, o := range layout.Overviews {
		NewOverview(app, o, layout, "v1.2.3")
		ids[o.StackName()] = o.StackName()
	}
	addNag(app)
	assembly := app.Synth(nil)
	all := map[string]template{}
	for name, id := range ids {
		all[name] = readTemplate(out, id, *assembly.GetStackArtifact(&id).Tags())
	}
	return all
}

// readTemplate reads what was synthesized of a stack.
func readTemplate(dir, id string, tags map[string]*string) (t template) {
	var err error
	t.text, err = os.ReadFile(filepath.Join(dir, id+".template.json"))
	must(err)
	must(json.Unmarshal(t.text, &t))
	report, err := os.ReadFile(filepath.Join(dir, "AwsSolutions--"+id+"-NagReport.csv"))
	must(err)
	t.report, t.tags = string(report), map[string]string{}
	for key, value := range tags {
		t.tags[key] = *value
	}
	return t
}

// featureFlags returns those of cdk.json, which `go test` does not see.
func featureFlags() *map[string]any {
	b, err := os.ReadFile("../cdk.json")
	must(err)
	var file struct{ Context map[string]any }
	must(json.Unmarshal(b, &file))
	return &file.Context
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// of returns the resources of a type, sorted by logical id.
func (t template) of(kind string) []resource {
	var found []resource
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[id].Type == kind {
			found = append(found, t.Resources[id])
		}
	}
	return found
}

// TestSnapshot compares the templates of the examples, and that of a home behind a relay,
// with golden files.
func TestSnapshot(t *testing.T) {
	hashes := regexp.MustCompile(`[0-9a-f]{64}`)
	versions := regexp.MustCompile(`(Version[0-9A-F]{8})[0-9a-f]{32}`)
	all := maps.Clone(templates())
	all["relay"] = relayed()[1]
	for name, template := range all {
		t.Run(name, func(t *testing.T) {
			got := versions.ReplaceAll(hashes.ReplaceAll(template.text, []byte("HASH")), []byte("${1}HASH"))
			file := filepath.Join("testdata", name+".template.json")
			if *update {
				must(os.MkdirAll("testdata", 0o755))
				must(os.WriteFile(file, got, 0o644))
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v; create it with: go test ./infra -run TestSnapshot -update", err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the template differs from %s; see the changes with:\n\tgo test ./infra -run TestSnapshot -update && git diff infra/testdata", file)
			}
		})
	}
}

func TestTags(t *testing.T) {
	for name, template := range templates() {
		want := map[string]string{"project": "hearthgate", "stage": name, "hearthgate:version": "v1.2.3"}
		if !maps.Equal(template.tags, want) {
			t.Errorf("%s: tags %v, want %v", name, template.tags, want)
		}
		if bytes.Contains(template.text, []byte("v1.2.3")) {
			t.Errorf("%s: the template holds the version, so that each release changes it", name)
		}
	}
}

func TestFunctionResource(t *testing.T) {
	for name, template := range templates() {
		t.Run(name, func(t *testing.T) {
			var ours []resource
			for _, f := range template.of("AWS::Lambda::Function") {
				if f.Properties["FunctionName"] == config.FunctionName(name) {
					ours = append(ours, f)
				}
			}
			if len(ours) != 1 {
				t.Fatalf("%d functions are named %s, want 1", len(ours), config.FunctionName(name))
			}
			p := ours[0].Properties
			for field, want := range map[string]string{
				"Architectures": "[arm64]", "Runtime": "provided.al2023", "Handler": "bootstrap", "MemorySize": "128",
			} {
				if got := fmt.Sprint(p[field]); got != want {
					t.Errorf("%s is %s, want %s", field, got, want)
				}
			}
			if timeout := p["Timeout"].(float64); timeout < 8 {
				t.Errorf("the timeout is %v s, want at least Alexa's 8", timeout)
			}
			env := p["Environment"].(map[string]any)["Variables"].(map[string]any)
			if env[config.EnvURL] == nil || env[config.EnvStage] != name {
				t.Errorf("the environment lacks the URL or the stage: %v", env)
			}
			if env[config.EnvToken] != nil || env[config.EnvLogLevel] != nil {
				t.Errorf("the environment has a token or the log level: %v", slices.Sorted(maps.Keys(env)))
			}
		})
	}
}

func TestLogRetention(t *testing.T) {
	for name, template := range templates() {
		logs := template.of("AWS::Logs::LogGroup")
		if len(logs) == 0 {
			t.Errorf("%s: no log group: Lambda creates one that never expires", name)
		}
		for _, group := range logs {
			if group.Properties["RetentionInDays"] == nil {
				t.Errorf("%s: a log group never expires: %v", name, group.Properties)
			}
		}
	}
}

// TestFreeTier counts, for clones with some homes of one account, the dashboards that are
// free up to a number, and the metrics on each, of which 50 are.
func TestFreeTier(t *testing.T) {
	for _, tt := range []struct{ homes, boards int }{{1, 1}, {2, 3}, {3, 1}, {6, 1}} {
		var boards []monitoring.Dashboard
		for _, tpl := range synthesized(homes(tt.homes)...) {
			boards = append(boards, described(t, tpl)...)
		}
		if len(boards) != tt.boards {
			t.Errorf("%d homes have %d dashboards, want %d", tt.homes, len(boards), tt.boards)
		}
		for _, d := range boards {
			if n := len(d.Metrics()); n > 50 {
				t.Errorf("%s shows %d metrics, want at most 50", d.Name, n)
			}
		}
	}
	if n := len(config.Metrics()); n > 9 {
		t.Errorf("%d metrics and one by version, want at most 10", n)
	}
}

// walk calls f with every object in v.
func walk(v any, f func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		f(v)
		for _, w := range v {
			walk(w, f)
		}
	case []any:
		for _, w := range v {
			walk(w, f)
		}
	}
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// changed returns the template of an example with a change.
func changed(t *testing.T, name string, change func(*config.Stage)) template {
	t.Helper()
	s, err := examples.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	return synthesized(s)[name]
}

// TestLogDeletion checks that the log of production is retained when its stack is
// deleted, and that dev leaves nothing behind.
func TestLogDeletion(t *testing.T) {
	for name, want := range map[string]string{"prod": "Retain", "dev": "Delete"} {
		for _, log := range templates()[name].of("AWS::Logs::LogGroup") {
			if log.DeletionPolicy != want {
				t.Errorf("%s: the log's deletion policy is %s, want %s", name, log.DeletionPolicy, want)
			}
		}
	}
}

// TestVersionsAreKept checks that an update leaves the version before, for `hearthgate
// rollback`, and that a failed one leaves none, which Lambda would not publish again.
func TestVersionsAreKept(t *testing.T) {
	for name, template := range templates() {
		versions := template.of("AWS::Lambda::Version")
		if len(versions) != 1 || versions[0].DeletionPolicy != "RetainExceptOnCreate" || versions[0].UpdateReplacePolicy != "Retain" {
			t.Errorf("%s has the versions %+v", name, versions)
		}
	}
}
