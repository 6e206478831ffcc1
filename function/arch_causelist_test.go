package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A cause is a constant of core/cause.go.
type cause struct {
	name, word string
	group      int // counted from 0
}

// declared returns every cause.
func declared(t *testing.T) (all []cause) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "core/cause.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	group := -1
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		group++
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			word, err := strconv.Unquote(text(v.Values[0]))
			if err != nil {
				t.Errorf("%s has no word: %v", v.Names[0].Name, err)
			}
			all = append(all, cause{v.Names[0].Name, word, group})
		}
	}
	if len(all) < 50 {
		t.Fatalf("core/cause.go declares %d causes", len(all))
	}
	return all
}

// unused returns the causes that no source uses.
func unused(all []cause, used map[string]bool) (names []string) {
	for _, c := range all {
		if !used[c.name] {
			names = append(names, c.name)
		}
	}
	return names
}

// identifiers adds the names in a source to used.
func identifiers(used map[string]bool, file, source string) error {
	f, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
	if err == nil {
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	}
	return err
}

func TestCausesAreUsed(t *testing.T) {
	used := map[string]bool{}
	sources(t, func(file, text string) {
		if file != "core/cause.go" {
			if err := identifiers(used, file, text); err != nil {
				t.Error(err)
			}
		}
	})
	for _, name := range unused(declared(t), used) {
		t.Errorf("core.%s is used nowhere: delete it, so that each cause in the list can be met", name)
	}
}

// ofOwner is how many groups of causes, the first ones, an owner can meet.
const ofOwner = 5

var causeRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\|")

// rows returns a sentence for each cause that an owner can meet and the runbook does
// not explain, and for each row of a cause that does not exist.
func rows(all []cause, runbook string) (found []string) {
	_, section, _ := strings.Cut(runbook, "\n## Causes\n")
	section, _, _ = strings.Cut(section, "\n## ")
	explained := map[string]bool{}
	for _, row := range causeRow.FindAllStringSubmatch(section, -1) {
		explained[row[1]] = true
		if !slices.ContainsFunc(all, func(c cause) bool { return c.word == row[1] }) {
			found = append(found, "the runbook explains the cause "+row[1]+", which core/cause.go does not have: remove the row")
		}
	}
	for _, c := range all {
		if c.group < ofOwner && !explained[c.word] {
			found = append(found, "the section Causes of the runbook has no row for "+c.word+", which an owner can meet: say what it means and what to do")
		}
	}
	return found
}

func TestRunbookExplainsCauses(t *testing.T) {
	runbook, err := os.ReadFile("../infra/docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rows(declared(t), string(runbook)) {
		t.Error(p)
	}
}

// compared returns the words that a file of the command compares causes with.
func compared(file, source string) (words []string, err error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	lists := map[string]ast.Expr{}
	add := func(e ast.Expr) {
		if word, err := strconv.Unquote(text(e)); err == nil && word != "" {
			words = append(words, word)
		}
	}
	isCause := func(e ast.Expr) bool { return isCause(e) || selector(e) == ".Type" } // r.Error.Type
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if id, ok := n.Lhs[0].(*ast.Ident); ok {
				lists[id.Name] = n.Rhs[0]
			}
		case *ast.BinaryExpr:
			if equality(n) && (isCause(n.X) || isCause(n.Y)) {
				add(n.X)
				add(n.Y)
			}
		case *ast.CallExpr:
			if selector(n.Fun) != "slices.Contains" || !isCause(n.Args[1]) {
				return true
			}
			list := n.Args[0]
			if id, ok := list.(*ast.Ident); ok {
				list = lists[id.Name]
			}
			if lit, ok := list.(*ast.CompositeLit); ok {
				for _, e := range lit.Elts {
					add(e)
				}
			}
		}
		return true
	})
	return words, nil
}

// TestDoctorKnowsTheCauses checks that what the command compares causes with are
// causes: a word that the function no longer writes would compare with nothing.
func TestDoctorKnowsTheCauses(t *testing.T) {
	files, err := filepath.Glob("../infra/internal/doctor/*.go")
	if err != nil {
		t.Fatal(err)
	}
	all, seen := declared(t), 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil || strings.HasSuffix(file, "_test.go") {
			continue
		}
		words, err := compared(file, string(source))
		if err != nil {
			t.Error(err)
		}
		for _, word := range words {
			seen++
			if !slices.ContainsFunc(all, func(c cause) bool { return c.word == word }) {
				t.Errorf("%s compares a cause with %q, which core/cause.go does not have", file, word)
			}
		}
	}
	if seen < 5 {
		t.Errorf("the doctor compares causes with %d words: this test no longer finds them", seen)
	}
}
