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

// The rules of the architecture, looked at in the source. Each problem is a
// sentence that says what is wrong, and why the rule is there.

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

// problems returns what is wrong with a source file of the function, by its path
// below function/.
func problems(file, source string) (found []string) {
	f, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	dir := path.Dir(file)
	say := func(format string, args ...any) { found = append(found, file+" "+fmt.Sprintf(format, args...)) }
	for _, spec := range f.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		own, ours := strings.CutPrefix(imported, module)
		standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
		switch {
		case strings.HasPrefix(dir, "gateway/") && strings.HasPrefix(own, "function/gateway/"):
			say("imports the gateway %s: gateways use one another through the services of the dispatcher only, or the matrix would say one thing and the code another, and could become a cycle", path.Base(own))
		case (dir == "core" || dir == "alexa") && !standard:
			say("imports %s: this package is for everyone, so it needs the standard library only", imported)
		case ours && (strings.HasPrefix(own, "constructs") || strings.HasPrefix(own, "infra")):
			say("imports %s: the function never sees the CDK, which would end up in the binary that starts cold", own)
		case ours || standard:
		default:
			if where, ok := importer(imported); !ok {
				say("imports %s, which nobody is named for: say in arch_test.go which one folder may", imported)
			} else if where != dir {
				say("imports %s, which %s alone does: a library with one importer can be changed in one place", imported, where)
			}
		}
	}
	found = append(found, nested(file, dir, f)...)
	if dir != "." || file != "app.go" {
		for _, call := range calls(f) {
			if call == "core.NewDispatcher" || strings.HasSuffix(call, ".Bind") {
				say("calls %s: all wiring is in app.go, where a reader finds it", call)
			}
		}
	}
	return found
}

func importer(imported string) (dir string, ok bool) {
	for library, dir := range importers {
		if imported == library || strings.HasPrefix(imported, library+"/") {
			return dir, true
		}
	}
	return "", false
}

// nested looks for a Do in a gateway, outside functions that are given the
// dispatcher by their caller.
func nested(file, dir string, f *ast.File) (found []string) {
	if !strings.HasPrefix(dir, "gateway/") {
		return nil
	}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if ok && fn.Recv == nil && takesDispatcher(fn) && fn.Name.Name != "Bind" {
			continue
		}
		for _, call := range calls(decl) {
			if call == "core.Do" || call == "core.Execute" {
				found = append(found, file+" calls "+call+" inside a gateway: services and implementations run operations of no one, so that nothing can recurse; let the application compose them, or be given a function")
			}
		}
	}
	return found
}

func takesDispatcher(fn *ast.FuncDecl) bool {
	for _, p := range fn.Type.Params.List {
		if star, ok := p.Type.(*ast.StarExpr); ok {
			if sel, ok := star.X.(*ast.SelectorExpr); ok && sel.Sel.Name == "Dispatcher" {
				return true
			}
		}
	}
	return false
}

// calls returns the functions of packages that n calls, "core.Do".
func calls(n ast.Node) (names []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		fun := call.Fun
		if index, ok := fun.(*ast.IndexListExpr); ok {
			fun = index.X
		}
		if sel, ok := fun.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				names = append(names, x.Name+"."+sel.Sel.Name)
			}
		}
		return true
	})
	return names
}

func TestArchitecture(t *testing.T) {
	seen := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		seen++
		source, err := os.ReadFile(file)
		for _, p := range problems(file, string(source)) {
			t.Error(p)
		}
		return err
	})
	if err != nil || seen < 30 {
		t.Errorf("%d files were looked at: %v", seen, err)
	}
}

// TestPlantedViolations looks that each rule sees what it is for.
func TestPlantedViolations(t *testing.T) {
	for name, tt := range map[string]struct{ file, source, want string }{
		"gateway imports gateway": {"gateway/cache/x.go", `package cache; import "github.com/hearthgate/hearthgate/function/gateway/metrics"; var _ = metrics.EMF`, "could become a cycle"},
		"nested Do":               {"gateway/cache/x.go", `package cache; func (s *Store) get() { core.Do(ctx, d, Get, in) }`, "nothing can recurse"},
		"nested Do in a service":  {"gateway/cache/x.go", `package cache; var s = core.Service{Wrap: func() { core.Do[A, B](ctx, d, Get, in) }}`, "nothing can recurse"},
		"second gobreaker":        {"homeassistant/x.go", `package homeassistant; import "github.com/sony/gobreaker/v2"`, "changed in one place"},
		"ssm elsewhere":           {"app.go", `package main; import "github.com/aws/aws-sdk-go-v2/service/ssm"`, "changed in one place"},
		"unknown library":         {"gateway/cache/x.go", `package cache; import "example.com/lru"`, "nobody is named"},
		"core imports a library":  {"core/x.go", `package core; import "github.com/aws/smithy-go"`, "standard library only"},
		"the CDK":                 {"app.go", `package main; import "github.com/hearthgate/hearthgate/constructs"`, "never sees the CDK"},
		"wiring elsewhere":        {"invoke.go", `package main; func f() { cache.Bind(d, s) }`, "all wiring is in app.go"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(problems(tt.file, tt.source), "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want a sentence with %q", got, tt.want)
			}
		})
	}
}
