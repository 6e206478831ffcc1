// Package testkit_test keeps the test kit out of the product: what lies in this
// folder is for _test.go files and the benchmark alone.
package testkit_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/hearthgate/hearthgate/infra"

// violations returns a sentence for each import in the module's files that a rule
// forbids, and how many product files were checked.
func violations(files fs.FS) (problems []string, checked int, err error) {
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "node_modules":
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || within(name, "testkit"):
			return nil
		}
		source, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		checked++
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if problem := forbidden(name, imported); problem != "" {
				problems = append(problems, problem)
			}
		}
		return nil
	})
	return problems, checked, err
}

// forbidden says why a product file may not import a package, "" if it may.
func forbidden(file, imported string) string {
	benchmark := within(file, "bench") || within(file, "cmd/bench")
	below, _ := strings.CutPrefix(imported, module+"/")
	switch {
	case imported == "testing":
		return fmt.Sprintf("%s imports testing, which adds its flags to the command: move the code into a _test.go file or below testkit/", file)
	case benchmark:
		return ""
	case within(below, "testkit"):
		return fmt.Sprintf("%s imports the test kit (%s), which would be built into the product: move what both need into internal/", file, below)
	case within(below, "bench"):
		return fmt.Sprintf("%s imports the benchmark (%s), which brings the test kit with it: move what both need into internal/", file, below)
	}
	return ""
}

// within reports whether a path is a folder or lies in it.
func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

func TestFence(t *testing.T) {
	problems, checked, err := violations(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	if checked < 50 {
		t.Errorf("checked %d files of the module: this test no longer finds them", checked)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

// TestPlantedViolations shows that the fence stops what it is there to stop.
func TestPlantedViolations(t *testing.T) {
	const kit, library = module + "/testkit/fakeaws", module + "/bench"
	for _, tt := range []struct {
		file, imported string
		want           []string // nil: allowed
	}{
		{"internal/deploy/cdk.go", kit, []string{"internal/deploy/cdk.go imports the test kit (testkit/fakeaws)", "move what both need"}},
		{"main.go", module + "/testkit", []string{"main.go imports the test kit"}},
		{"cmd/hearthgate/main.go", library, []string{"imports the benchmark (bench)"}},
		{"cmd/hearthgate/main.go", "testing", []string{"imports testing"}},
		{"bench/bench.go", "testing", []string{"imports testing"}},
		{"internal/deploy/cdk_test.go", kit, nil},
		{"internal/deploy/cdk.go", module + "/internal/awsaccount", nil},
		{"internal/deploy/cdk.go", module + "/testkitchen", nil},
		{"testkit/moto/moto.go", "testing", nil},
		{"testkit/moto/moto.go", kit, nil},
		{"bench/bench.go", kit, nil},
		{"cmd/bench/main.go", library, nil},
	} {
		t.Run(tt.file+" "+path.Base(tt.imported), func(t *testing.T) {
			source := fmt.Sprintf("package planted\n\nimport _ %q\n", tt.imported)
			got, _, err := violations(fstest.MapFS{tt.file: {Data: []byte(source)}})
			if err != nil {
				t.Fatal(err)
			}
			if (len(got) == 0) != (tt.want == nil) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
					t.Errorf("no %q in %q", want, got)
				}
			}
		})
	}
}
