package docs_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// word is a word of a text for people.
var word = regexp.MustCompile(`\p{L}[\p{L}'’-]*`)

// A passage is text for people, and where it begins.
type passage struct {
	text string
	line int
	name string // identifier that it may begin with; "" for any other text
}

// find returns the turns of the dialect in p. Identifiers do not count: what is
// quoted as code, joined to a dot or a bracket, or the name that a comment begins with.
func (p passage) find() []finding {
	var found []finding
	text := code.ReplaceAllStringFunc(p.text, func(s string) string { return strings.Repeat("_", len(s)) })
	for i, turn := range turns {
		for _, at := range turn.FindAllStringIndex(text, -1) {
			said := text[at[0]:at[1]]
			if identifier(text, at) || at[0] == 0 && said == p.name || ordinary.MatchString(said) {
				continue
			}
			line := p.line + strings.Count(text[:at[0]], "\n")
			found = append(found, finding{line, strings.Join(strings.Fields(said), " "), dialect[i].write})
		}
	}
	slices.SortFunc(found, func(a, b finding) int { return cmp.Compare(a.line, b.line) })
	return found
}

var (
	code     = regexp.MustCompile("`[^`\n]*`")
	ordinary = regexp.MustCompile(`(?i)^there\s+\w+\s+none$`)
	joined   = regexp.MustCompile(`^(?:\.\w|[(\[\]])`)
)

func identifier(text string, at []int) bool {
	return joined.MatchString(text[at[1]:]) || at[0] > 0 && strings.ContainsRune(".[", rune(text[at[0]-1]))
}

// ofProgram returns the comments of a Go file and those of its strings that are a
// message: two words at least, or what a field's tag documents.
func ofProgram(source string) ([]passage, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || ast.IsGenerated(file) {
		return nil, err
	}
	var all []passage
	for _, group := range file.Comments {
		var lines []string
		for _, c := range group.List {
			lines = append(lines, strings.TrimSpace(strings.Trim(c.Text, "/*")))
		}
		text := strings.Join(lines, "\n")
		first, _, _ := strings.Cut(text, " ")
		all = append(all, passage{text, fset.Position(group.Pos()).Line, first})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				tag, _ := strconv.Unquote(n.Tag.Value)
				all = append(all, passage{text: reflect.StructTag(tag).Get("doc"), line: fset.Position(n.Tag.Pos()).Line})
				n.Tag = nil
			}
		case *ast.BasicLit:
			text, _ := strconv.Unquote(n.Value)
			if n.Kind == token.STRING && len(word.FindAllString(text, 2)) == 2 && strings.Contains(text, " ") {
				all = append(all, passage{text: text, line: fset.Position(n.Pos()).Line})
			}
		}
		return true
	})
	return all, nil
}

// ofDocument returns a document without what is code: blocks, and addresses of links.
func ofDocument(text string) []passage {
	lines := strings.Split(text, "\n")
	fenced := false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if fence {
			fenced = !fenced
		}
		if fence || fenced || strings.HasPrefix(line, "    ") {
			lines[i] = ""
		}
	}
	return []passage{{text: address.ReplaceAllString(strings.Join(lines, "\n"), "$1"), line: 1}}
}

var address = regexp.MustCompile(`\[([^]]*)\]\([^)\n]*\)`)

// TestCount proves what counts and what does not.
func TestCount(t *testing.T) {
	const source = "// Package p tells of a home that is\n// left\n// alone.\npackage p\n\n" +
		"import \"told/nobody\"\n\n" +
		"// told is the name of this, Alexa is told, if there is none it is none.\n" +
		"var told = map[string]string{\"wanted\": \"an address is wanted\"}\n\n" +
		"type wanted struct {\n\tA int `json:\"shall\" doc:\"whoever asks\"`\n}\n\n" +
		"// f uses told.x, [told] and `nobody`, and wanted_by.\n" +
		"func f() { nobody() }\n"
	passages, err := ofProgram(source)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range passages {
		for _, f := range p.find() {
			got = append(got, fmt.Sprintf("%d %s", f.line, f.said))
		}
	}
	slices.Sort(got)
	want := []string{"1 tells of", "12 whoever", "2 left alone", "8 is none", "8 told", "9 wanted"}
	if !slices.Equal(got, want) {
		t.Errorf("of a program: %q, want %q", got, want)
	}

	const document = "Nobody is [told](wanted.md).\n\n    hearthgate shall\n\n```\nanew\n```\nIt `shall` be\nanew.\n"
	got = nil
	for _, p := range ofDocument(document) {
		for _, f := range p.find() {
			got = append(got, fmt.Sprintf("%d %s", f.line, f.said))
		}
	}
	slices.Sort(got)
	if want := []string{"1 Nobody", "1 told", "9 anew"}; !slices.Equal(got, want) {
		t.Errorf("of a document: %q, want %q", got, want)
	}
}
