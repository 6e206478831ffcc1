package project_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// aClone makes what a clone of hearthgate is recognized by, and some folders.
func aClone(t *testing.T) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "go.work"), "go 1.26\n")
	write(t, filepath.Join(root, "infra/go.mod"), "module github.com/hearthgate/hearthgate/infra\n\ngo 1.26\n")
	write(t, filepath.Join(root, "config/stages/examples/dev.json"), `{"locale": "en-US", "homeAssistantUrl": "https://home.example.com"}`)
	return root
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRoot(t *testing.T) {
	here, there, gone := aClone(t), aClone(t), filepath.Join(t.TempDir(), "gone")
	other := workspace(t, "") // of another project
	nested := workspace(t, "")
	write(t, filepath.Join(nested, "hearthgate/go.work"), "go 1.26\n")
	write(t, filepath.Join(nested, "hearthgate/infra/go.mod"), "module github.com/hearthgate/hearthgate/infra\n")
	for _, tt := range []struct {
		name, dir, clone, installed string
		want                        string
		problems                    []string
	}{
		{name: "the root", dir: here, want: here},
		{name: "below it", dir: filepath.Join(here, "config/stages"), clone: there, installed: there, want: here},
		{name: "below another workspace", dir: filepath.Join(nested, "hearthgate/infra"), want: filepath.Join(nested, "hearthgate")},
		{name: "the variable", dir: other, clone: there + "/", installed: gone, want: there},
		{name: "the installed one", dir: "/", installed: there, want: there},
		{name: "a variable that names none", dir: "/", clone: other, installed: there, problems: []string{"HEARTHGATE_CLONE is " + other}},
		{name: "a relative variable", dir: filepath.Dir(there), clone: filepath.Base(there), problems: []string{"HEARTHGATE_CLONE is ", "beginning with /"}},
		{name: "none", dir: other, problems: []string{other + " is not in one", "HEARTHGATE_CLONE is not set", "not built by `make install`"}},
		{name: "an installed one that is gone", dir: "/", installed: gone, problems: []string{gone + ", is not there any more", "run `make install`"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(tt.dir)
			t.Setenv(project.EnvClone, tt.clone)
			project.InstalledFrom(t, tt.installed)
			got, err := project.Root()
			if got != tt.want || (err == nil) != (tt.problems == nil) {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			for _, problem := range tt.problems {
				if err != nil && !strings.Contains(err.Error(), problem) {
					t.Errorf("no %q in %v", problem, err)
				}
			}
		})
	}
}

func TestStages(t *testing.T) {
	clone, elsewhere := aClone(t), t.TempDir()
	file := filepath.Join(clone, "go.work")
	const good = `{"locale": "en-US", "homeAssistantUrl": "https://home.example.com"}`
	t.Chdir(clone)
	for _, tt := range []struct {
		name, variable  string
		dir, path, note string
		problem         string
	}{
		{"the clone's", "", filepath.Join(clone, "config/stages"), "config/stages", "no stage in config/stages yet: synthesizing the examples", ""},
		{"elsewhere", elsewhere + "/", elsewhere, elsewhere, "no stage in " + elsewhere + " yet: synthesizing the examples", ""},
		{"a relative path", "config/stages", "", "", "", "does not begin with /"},
		{"no folder", elsewhere + "/none", "", "", "", "there is no such folder"},
		{"a file", file, "", "", "", "is a file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(project.EnvStages, tt.variable)
			stages, err := project.Stages()
			if tt.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tt.problem) || !strings.HasPrefix(err.Error(), "HEARTHGATE_STAGES is "+tt.variable) {
					t.Errorf("error %v, want %q", err, tt.problem)
				}
				return
			}
			if err != nil || stages.Dir != tt.dir || stages.Path != tt.path {
				t.Fatalf("got %+v, %v", stages, err)
			}
			if folder, note, err := project.Synthesized(clone); err != nil || note != tt.note || strings.Join(folder.Names(), " ") != "dev" || folder.Path != "config/stages/examples" {
				t.Errorf("without stages it synthesizes %v of %s, %q, %v", folder.Names(), folder.Path, note, err)
			}
			if _, err := project.Stage("cabin"); err == nil || !strings.Contains(err.Error(), "in "+tt.path+", which has no stage yet: describe it with `hearthgate init --stage cabin`") {
				t.Errorf("error %v", err)
			}
			write(t, filepath.Join(tt.dir, "cabin.json"), good)
			if s, err := project.Stage("cabin"); err != nil || s.File != tt.path+"/cabin.json" {
				t.Errorf("got %+v, %v", s, err)
			}
			if folder, note, err := project.Synthesized(clone); err != nil || note != "" || strings.Join(folder.Names(), " ") != "cabin" {
				t.Errorf("it synthesizes %v, %q, %v", folder.Names(), note, err)
			}
		})
	}
}
