package security_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// TestProseOrSecret has names that stand in front of a secret, or in a sentence about one.
func TestProseOrSecret(t *testing.T) {
	for text, want := range map[string]string{
		// Sentences.
		"this would give away the token: use the final address instead":     "",
		"token: use the final address":                                      "",
		"Home Assistant rejected the token: it is wrong or revoked":         "",
		"Amazon refused the authorization: disable and enable the skill":    "",
		"the site wants a cookie: log in with a browser first":              "",
		"wrong password: try again.":                                        "",
		"the secret: long-lived, so keep it":                                "",
		"it begins with Bearer and a space":                                 "",
		"the Bearer token is missing":                                       "",
		"it needs a Bearer token":                                           "",
		"the API key:\nput it into the stage's file":                        "",
		"no tokens: JSON has none":                                          "",
		`{"message":"it would give away the token: use the final address"}`: "",
		// Secrets.
		"password: hunter":                                  "password: [secret]",
		"log in with password: hunter\nand go on":           "log in with password: [secret]\nand go on",
		"password: hunter, user: me":                        "password: [secret] user: me",
		"password: hunter user=me":                          "password: [secret] user=me",
		"token: s3cret is what it sent":                     "token: [secret] is what it sent",
		"token: aBcDeF is what it sent":                     "token: [secret] is what it sent",
		"token: abcdefghijklmnopqrst is long":               "token: [secret] is long",
		"token: xkcdqrtpl is no word":                       "token: [secret] is no word",
		"token=use the final address":                       "token=[secret] the final address",
		"token:use the final address":                       "token:[secret] the final address",
		`token: "use" the final address`:                    `token: "[secret]" the final address`,
		"token: Bearer hunter is what it sent":              "token: [secret] is what it sent",
		"Authorization: Basic hunter and more of it":        "Authorization: [secret]",
		"Authorization: anything at all is the value of it": "Authorization: [secret]",
		"it sent Authorization: Custom hunter":              "it sent Authorization: [secret]",
		"it sent Authorization: Negotiate the words of it":  "it sent Authorization: [secret]",
		"it sent Bearer hunter":                             "it sent [secret]",
		"it sent Bearer h4nter to us":                       "it sent [secret] to us",
	} {
		if want == "" {
			want = text
		}
		if got, _ := security.Redact(text); got != want {
			t.Errorf("%q\nbecame %q\nwant   %q", text, got, want)
		}
	}
}

// verb is a verb of a format.
var verb = regexp.MustCompile(`%[-+#0]*(\[\d\])?[\d.*]*([a-zA-Z%])`)

// sentences returns the string literals of the product's source below a directory
// that have at least three words: what errors, messages and documents say.
func sentences(t *testing.T, root string) (found []string) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				found = append(found, reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("doc"))
				field.Tag = nil
			}
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.Count(lit.Value, " ") >= 2 {
				text, _ := strconv.Unquote(lit.Value)
				found = append(found, text)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestOurSentencesPass redacts every sentence that the function can say.
func TestOurSentencesPass(t *testing.T) {
	root := filepath.Join("..", "..")
	all := sentences(t, root)
	if len(all) < 1000 {
		t.Fatalf("only %d sentences were found", len(all))
	}
	words := map[string]string{"d": "401", "q": `"name"`, "s": "something", "v": "401", "w": "it failed twice", "%": "%"}
	for _, text := range all {
		text = verb.ReplaceAllStringFunc(text, func(v string) string { return words[v[len(v)-1:]] })
		if got, n := security.Redact(text); got != text || n != 0 {
			t.Errorf("%q\nbecame %q", text, got)
		}
	}
}
