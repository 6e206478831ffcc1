package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

// The rules of the architecture, checked in the source. Each problem is a sentence
// that says what is wrong, and why the rule exists.

const module = "github.com/hearthgate/hearthgate/"

// importers has the one folder that may import a vendor's library, so that it can
// be changed in one place.
var importers = map[string]string{
	"github.com/sony/gobreaker":                  "gateway/circuitbreaker",
	"github.com/aws/aws-sdk-go-v2":               "gateway/initialization",
	"github.com/aws/smithy-go":                   "gateway/initialization",
	"github.com/aws/aws-lambda-go/lambdacontext": "gateway/logging",
	"github.com/aws/aws-lambda-go/lambda":        ".",
	"golang.org/x/time":                          "gateway/security",
}

// layers are the folders of the function, lowest first. A package imports packages of
// lower layers only.
var layers = [][]string{
	{"core", "alexa", "threads", "mqtt"}, {"access"}, {"core/coretest", "access/accesstest", "gateway/*", "amazon", "legacy"}, {"homeassistant/transport"}, {"homeassistant"}, {"homeassistant/checks"}, {"app"}, {"."},
}

// layer returns the layer of a folder; -1 if it has none.
func layer(dir string) int {
	for i, folders := range layers {
		for _, pattern := range folders {
			if ok, _ := path.Match(pattern, dir); ok {
				return i
			}
		}
	}
	return -1
}

// A source is a parsed file of the function.
type source struct {
	*ast.File
	name, dir string // below function/
	problems  []string
}

func (s *source) say(format string, args ...any) {
	s.problems = append(s.problems, s.name+" "+fmt.Sprintf(format, args...))
}

// problems returns what is wrong with a source file of the function, by its path
// below function/.
func problems(file, text string) []string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	s := &source{File: f, name: file, dir: path.Dir(file)}
	for _, spec := range f.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		s.imports(imported)
	}
	s.wiring()
	s.causes()
	const most = 40
	if lines := fset.File(f.FileStart).LineCount(); file == "main.go" && lines > most {
		s.say("has %d lines, more than %d: main starts the application and nothing else, so that a test can do all the rest; move it into app", lines, most)
	}
	return s.problems
}

// imports checks one import.
func (s *source) imports(imported string) {
	own, ours := strings.CutPrefix(imported, module)
	below, ofFunction := strings.CutPrefix(own, "function/")
	standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
	switch {
	case imported == "testing" && s.dir != "core/coretest", ours && (below == "core/coretest" || strings.Contains(own+"/", "/testkit/")):
		s.say("imports %s, which is for tests: it would end up in the binary that starts cold", imported)
	case standard:
	case ours && ofFunction && strings.HasPrefix(s.dir, "gateway/") && strings.HasPrefix(below, "gateway/"):
		s.say("imports the gateway %s: gateways use one another through the services of the dispatcher only, or the matrix would say one thing and the code another, and could become a cycle", path.Base(own))
	case ours && ofFunction:
		if layer(s.dir) <= layer(below) {
			s.say("imports %s, which is not below it: a directive goes downward only, from main to app to homeassistant to a gateway to core, and whoever reads one layer need not know those above", below)
		}
	case ours && (own == "config" || strings.HasPrefix(own, "config/")):
	case ours:
		s.say("imports %s: the function never sees the CDK, which would end up in the binary that starts cold", own)
	case s.dir == "core" || s.dir == "alexa":
		s.say("imports %s: this package is for everyone, so it needs the standard library and config only", imported)
	default:
		if where, ok := importer(imported); !ok {
			s.say("imports %s, which no folder is named for: say in arch_test.go which one may", imported)
		} else if where != s.dir {
			s.say("imports %s, which %s alone does: a library with one importer can be changed in one place", imported, where)
		}
	}
}

func importer(imported string) (dir string, ok bool) {
	for library, dir := range importers {
		if imported == library || strings.HasPrefix(imported, library+"/") {
			return dir, true
		}
	}
	return "", false
}

// wiring looks for calls of what only the application, or only the engine, calls.
func (s *source) wiring() {
	if s.dir == "core" {
		return
	}
	for _, call := range calls(s.File) {
		name := call[strings.LastIndex(call, ".")+1:]
		switch {
		case name == "Install" && s.name != "app/app.go", call == "core.NewDispatcher", name == "Bind":
			s.say("calls %s: all wiring is the one list of modules in app/app.go, where a reader finds it", strings.TrimPrefix(call, "."))
		case (call == "core.Do" || call == "core.Execute") && strings.HasPrefix(s.dir, "gateway/"):
			s.say("calls %s inside a gateway: services and implementations run operations of no one, so that nothing can recurse; let the application compose them, or be given a function", call)
		}
	}
}

// calls returns what n calls by a selector: "core.Do" of a name, ".Do" of any other
// expression.
func calls(n ast.Node) (names []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			fun := call.Fun
			switch index := fun.(type) {
			case *ast.IndexListExpr:
				fun = index.X
			case *ast.IndexExpr:
				fun = index.X
			}
			if sel, ok := fun.(*ast.SelectorExpr); ok {
				names = append(names, selector(sel))
			}
		}
		return true
	})
	return names
}

// selector returns "core.Do" for a selector of a name, ".Do" for any other.
func selector(e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if x, ok := sel.X.(*ast.Ident); ok {
		return x.Name + "." + sel.Sel.Name
	}
	return "." + sel.Sel.Name
}

// sources calls see with each file of the function that is no test.
func sources(t *testing.T, see func(file, text string)) {
	t.Helper()
	seen := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		seen++
		text, err := os.ReadFile(file)
		see(file, string(text))
		return err
	})
	if err != nil || seen < 100 {
		t.Errorf("%d files were checked: %v", seen, err)
	}
}

func TestArchitecture(t *testing.T) {
	sources(t, func(file, text string) {
		for _, p := range problems(file, text) {
			t.Error(p)
		}
	})
}
