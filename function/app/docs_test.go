package app

import (
	"cmp"
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/core"
)

// TestDocuments compares the generated documents with the code. `make docs` writes them
// again.
func TestDocuments(t *testing.T) {
	app := New(Options{Getenv: func(string) string { return "" }, Output: new(writer)})
	for name, text := range map[string]string{
		"operations.md": operationsDocument(t, app.dispatcher.Specs()),
		"migration.md":  migrationDocument(),
	} {
		file := filepath.Join("..", "docs", name)
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != text {
			t.Errorf("%s is out of date (%v): run `make docs`", file, err)
		}
	}
}

const operationsHead = `# Operations

What each of the ten gateways offers. ` + "`make docs`" + ` generates this page from the code.

Run an operation by name with

    hearthgate op cache.stats '{}'

Anyone who may invoke the function can also send it the event

    {"operation": "cache.stats", "input": {}}

The answer is the standard response: success, message, data (the operation's
output), error (kind, type and message), timestamp, correlation_id and duration in
ms. The input is decoded strictly: an unknown field, a wrong type or a control
character is an error of kind invalid that names the field. Any operation can fail
with the kinds invalid and internal; other kinds are listed with the operation.

An operation reads, or it changes something. A deployed function runs those that change
something only while its owner allows them: ` + "`hearthgate op --allow`" + ` does, for an hour.
On a person's own machine everything runs.

Every call runs through the services of the gateways that its own gateway may use:

`

func operationsDocument(t *testing.T, specs []*core.Spec) string {
	var b strings.Builder
	b.WriteString(operationsHead)
	fmt.Fprintf(&b, "| gateway | what it is for | operations | uses the services of | its service is used by |\n|---|---|---|---|---|\n")
	for g := range core.Gateway(core.NumGateways) {
		n := 0
		for _, s := range specs {
			if s.Gateway == g {
				n++
			}
		}
		fmt.Fprintf(&b, "| [%s](#%[1]s) | %s | %d | %s | %s |\n", g, purpose(t, g), n, gateways(g.Uses().Has), cmp.Or(gateways(func(by core.Gateway) bool { return by.Uses().Has(g) }), "the application only"))
	}
	for g := range core.Gateway(core.NumGateways) {
		fmt.Fprintf(&b, "\n## %s\n", g)
		for _, s := range specs {
			if s.Gateway == g {
				operation(&b, s)
			}
		}
	}
	return b.String()
}

// purpose returns what the comment of a gateway's package says behind the colon of
// its first sentence.
func purpose(t *testing.T, g core.Gateway) string {
	t.Helper()
	name := strings.ReplaceAll(g.String(), "_", "")
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "gateway", name, name+".go"), nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(new(doc.Package).Synopsis(f.Doc.Text()), ": ")
	if !ok {
		t.Errorf("the first sentence of package %s does not say what the gateway is for", name)
	}
	return strings.TrimSuffix(text, ".")
}

func gateways(has func(core.Gateway) bool) string {
	var names []string
	for g := range core.Gateway(core.NumGateways) {
		if has(g) {
			names = append(names, g.String())
		}
	}
	return strings.Join(names, ", ")
}

func operation(b *strings.Builder, s *core.Spec) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n", s, cell(s.Doc))
	switch reason := s.GoOnly(); {
	case reason != "":
		fmt.Fprintf(b, "\nIt cannot be run by name: %s.\n", reason)
	case s.Changes():
		fmt.Fprintf(b, "\nIt changes something.\n")
	default:
		fmt.Fprintf(b, "\nIt reads.\n")
	}
	fields(b, "input", core.Fields(s.In))
	fields(b, "output", core.Fields(core.Object(s.Out)))
	if kinds := s.Fails(); len(kinds) > 0 {
		words := make([]string, len(kinds))
		for i, k := range kinds {
			words[i] = k.String()
		}
		fmt.Fprintf(b, "\nFails with: %s.\n", strings.Join(words, ", "))
	}
}

func fields(b *strings.Builder, title string, all []core.Field) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| %s | type | unit | |\n|---|---|---|---|\n", title)
	rows(b, "", all, 0)
}

func rows(b *strings.Builder, prefix string, all []core.Field, depth int) {
	const deepest = 3
	for _, f := range all {
		about := cell(f.Doc)
		if f.Required {
			about = strings.TrimSuffix("required; "+about, "; ")
		}
		path := prefix + f.Name
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", path, f.Type, f.Unit, about)
		if f.Type == "list" {
			path += "[]"
		}
		if depth < deepest {
			rows(b, path+".", f.Nested(), depth+1)
		}
	}
}

// cell returns text as a cell of a table may hold it.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}
