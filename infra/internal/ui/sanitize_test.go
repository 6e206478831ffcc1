package ui_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// TestS4Sanitize checks what a terminal gets of texts from elsewhere.
func TestS4Sanitize(t *testing.T) {
	for text, want := range map[string]string{
		"Küche 灯 😀":            "Küche 灯 😀",
		"a\tb\nc":              "a\tb\nc",
		"\x1b]0;owned\x07":     `\u001b]0;owned\u0007`,
		"\x1b[31mred\x1b[0m":   `\u001b[31mred\u001b[0m`,
		"a\rb":                 `a\u000db`,
		"a\x00\x08\x7f":        `a\u0000\u0008\u007f`,
		"\u009b31m":            `\u009b31m`,
		"\x9b31m":              "\ufffd31m",
		"abc\u202egpj.exe":     `abc\u202egpj.exe`,
		"\u2066a\u2069\u200f":  `\u2066a\u2069\u200f`,
		"\u061c\u2028\ufeff":   `\u061c\u2028\ufeff`,
		"\U000e0041":           `\udb40\udc41`,
		"a\u200bb\u2060\u00ad": `a\u200bb\u2060\u00ad`,
		"\u2063\u180e\u3164":   `\u2063\u180e\u3164`,
		"👩\u200d🍳 می\u200cخواهم ❤\ufe0f": "👩\u200d🍳 می\u200cخواهم ❤\ufe0f",
		"\xff\xfe": "\ufffd\ufffd",
	} {
		for _, coloured := range []bool{false, true} {
			var b bytes.Buffer
			s := ui.Paint(&b, coloured)
			s.Printf("%s|%v|%s|%s", text, fmt.Errorf("%s", text), []byte(text), ui.Lines(text))
			got := strings.Split(b.String(), "|")
			oneLine := strings.ReplaceAll(want, "\n", `\u000a`)
			if len(got) != 4 || got[0] != oneLine || got[1] != want || got[2] != want || got[3] != want {
				t.Errorf("coloured %v: %q is shown as %q, want %q", coloured, text, got, want)
			}
			b.Reset()
			s.Printf("%s", s.Bad(text))
			if styled := strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "").Replace(b.String()); styled != oneLine {
				t.Errorf("coloured %v: in a style, %q is shown as %q", coloured, text, styled)
			}
		}
	}
}

// TestS4Table checks that a cell can neither end its row nor leave its column.
func TestS4Table(t *testing.T) {
	var b bytes.Buffer
	table := ui.Paint(&b, false).Table("")
	table.Row("a\x1b[2J\nforged", "x\ty", "last")
	table.Row("b", "c", "one\ntwo\u202e")
	table.Title("t\nforged")
	table.Flush()
	want := "a\\u001b[2J\\u000aforged  x\\u0009y  last\n" + strings.Repeat(" ", 0)
	if got := b.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 4 || !strings.Contains(got, `two\u202e`) || !strings.Contains(got, `t\u000aforged`) {
		t.Errorf("got %q", got)
	}
}

// TestS4JSON checks that JSON stays the same JSON.
func TestS4JSON(t *testing.T) {
	in := map[string]string{"name": "Door\u202e\x1b]0;x\a\u009b\x7f 灯\n", "tag": "\U000e0041"}
	var b bytes.Buffer
	enc := json.NewEncoder(ui.Paint(&b, false))
	enc.SetEscapeHTML(false)
	if err := enc.Encode(in); err != nil {
		t.Fatal(err)
	}
	var out map[string]string
	if err := json.Unmarshal(b.Bytes(), &out); err != nil || out["name"] != in["name"] || out["tag"] != in["tag"] {
		t.Errorf("%v: %s", err, b.Bytes())
	}
	if strings.ContainsAny(b.String(), "\u202e\u009b\x7f\x1b") {
		t.Errorf("it has control characters: %q", b.String())
	}
}

// TestS4Chunks writes a text byte by byte, as the output of another program comes.
func TestS4Chunks(t *testing.T) {
	var b bytes.Buffer
	s := ui.Paint(&b, false)
	for _, c := range []byte("Küche 灯 😀\u202e") {
		if _, err := s.Write([]byte{c}); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := b.String(), `Küche 灯 😀\u202e`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzSanitize checks that no text leaves a control character or breaks a line of its
// own, in any way it is written.
func FuzzSanitize(f *testing.F) {
	for _, seed := range []string{"", "plain", "\x1b]0;x\x07", "\u202e", "\x1b[31m", "a\nb", "\xff\x9b", "\x1bAAAAAAAAAA31m", "\U000e0041"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, coloured bool) {
		var b bytes.Buffer
		s := ui.Paint(&b, coloured)
		s.Printf("%s", text)
		got := b.String()
		if !utf8.ValidString(got) && utf8.ValidString(text) {
			t.Errorf("%q became %q, which is not UTF-8", text, got)
		}
		for _, r := range got {
			if r < ' ' && r != '\t' || 0x7f <= r && r <= 0x9f || r == 0x061c || r == 0x200e || r == 0x200f || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
				t.Errorf("%q became %q, with %U", text, got, r)
			}
		}
		if again := ui.Sanitize(ui.Sanitize(text)); again != ui.Sanitize(text) {
			t.Errorf("%q became %q the second time", text, again)
		}
	})
}

// past returns what a file writes past the sink.
func past(file, source string) (found []string) {
	f, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	given := map[ast.Expr]bool{} // os.Stdout and os.Stderr that ui.New gets, or that main gives the command
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			for _, arg := range n.Args {
				if to := name(arg); (to == "c.out" || to == "c.err") && name(n.Fun) != "ui.New" {
					found = append(found, file+" gives "+to+" to "+name(n.Fun))
				}
			}
			switch name(n.Fun) {
			case "ui.New":
				given[n.Args[0]] = true
			case "fmt.Print", "fmt.Printf", "fmt.Println", "print", "println":
				found = append(found, file+" calls "+name(n.Fun))
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && file == "cmd/hearthgate/main.go" && (key.Name == "out" || key.Name == "err") {
				given[n.Value] = true
			}
		case *ast.SelectorExpr:
			if out := name(n); (out == "os.Stdout" || out == "os.Stderr") && !given[n] {
				found = append(found, file+" uses "+out)
			}
		}
		return true
	})
	return found
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return name(e.X) + "." + e.Sel.Name
	}
	return ""
}

// TestS4OneSink checks that nothing is printed past the sink.
func TestS4OneSink(t *testing.T) {
	seen := 0
	for _, dir := range []string{"cmd", "internal"} {
		err := fs.WalkDir(os.DirFS("../.."), dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || path.Dir(file) == "internal/ui" {
				return err
			}
			seen++
			source, err := os.ReadFile("../../" + file)
			for _, problem := range past(file, string(source)) {
				t.Error(problem)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 60 {
		t.Errorf("%d files were looked at", seen)
	}
	for _, source := range []string{`fmt.Println("x")`, `fmt.Fprintf(os.Stdout, "x")`, `fmt.Fprintln(c.out)`, `json.NewEncoder(c.out)`, `deploy.ForStage(root, stage, c.err)`, `x := os.Stderr; _ = x`, `println("x")`} {
		if past("internal/x/x.go", "package x; func f() { "+source+" }") == nil {
			t.Errorf("%s is not found", source)
		}
	}
}
