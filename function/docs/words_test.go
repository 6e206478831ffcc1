package docs_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the top of the clone, seen from this directory.
const root = "../.."

// atMost is how many turns of the dialect 1000 words of comments and messages, or
// of a document, may hold.
const atMost = 1.0

// dialect holds words and turns that today's technical English does not use, and
// what to write in their place.
var dialect = []struct{ turn, write string }{
	{`told`, "report, say, return"},
	{`tells? of`, "report, describe"},
	{`nobody`, "no one"},
	{`whoever`, "anyone who"},
	{`wherefrom|whence`, "from where"},
	{`therein|thereof|wherein|whereof|whereupon`, "in it, of it"},
	{`anew`, "again"},
	{`look(?:s|ed|ing)? whether`, "check whether"},
	{`shall`, "must, will"},
	{`(?:there )?(?:is|are|was|were) none`, "say what it is instead, such as: is rejected, is missing"}, // but for "there is none"
	{`wanted`, "expected"},
	{`there (?:is|are|was|were) not`, "does not exist"},
	{`left alone`, "requests are paused"},
	{`of its own accord`, "by itself, automatically"},
	{`(?:is|are) no (?:kind|kinds|sort) of`, "unknown"},
	{`for want of`, "without"},
	{`(?:would|could|might|must|may) else`, "would otherwise"},
	{`go(?:es|ing)? the way`, "follow the path"},
}

var turns = func() []*regexp.Regexp {
	all := make([]*regexp.Regexp, len(dialect))
	for i, d := range dialect {
		all[i] = regexp.MustCompile(`(?i)\b(?:` + strings.ReplaceAll(d.turn, " ", `\s+`) + `)\b`)
	}
	return all
}()

// TestWords counts the dialect in each module's comments and messages and in the
// documents.
func TestWords(t *testing.T) {
	for _, part := range []string{"config", "constructs", "function", "infra"} {
		t.Run(part, func(t *testing.T) { files(t, filepath.Join(root, part), ".go").judge(t) })
	}
	t.Run("documents", func(t *testing.T) { files(t, root, ".md").judge(t) })
}

// A finding is one turn of the dialect.
type finding struct {
	line        int
	said, write string
}

// A count is what one or more files hold.
type count struct {
	words    int
	findings map[string][]finding // by file
}

var skipped = regexp.MustCompile(`^(?:\.git|\.build|\.ci|node_modules|testdata)$`)

// files counts the files of a kind below dir, but for tests, what is generated and
// what is not ours.
func files(t *testing.T, dir, ext string) count {
	t.Helper()
	c := count{findings: map[string][]finding{}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped.MatchString(d.Name()):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ext || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		passages := ofDocument(string(text))
		if ext == ".go" {
			if passages, err = ofProgram(string(text)); err != nil {
				return err
			}
		}
		name, _ := filepath.Rel(root, path)
		for _, p := range passages {
			c.words += len(word.FindAllString(p.text, -1))
			c.findings[name] = append(c.findings[name], p.find()...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.words == 0 {
		t.Fatalf("no words in %s", dir)
	}
	return c
}

// judge logs the share of the dialect, and fails the test with the worst files when
// it is too large.
func (c count) judge(t *testing.T) {
	t.Helper()
	n := 0
	for _, f := range c.findings {
		n += len(f)
	}
	share := 1000 * float64(n) / float64(c.words)
	t.Logf("%.1f in 1000 words (%d in %d)", share, n, c.words)
	if share <= atMost {
		return
	}
	const worst, lines = 10, 4
	var b strings.Builder
	for i, name := range slices.SortedFunc(maps.Keys(c.findings), func(x, y string) int {
		return cmp.Or(cmp.Compare(len(c.findings[y]), len(c.findings[x])), cmp.Compare(x, y))
	}) {
		found := c.findings[name]
		if i == worst || len(found) == 0 {
			break
		}
		fmt.Fprintf(&b, "\n%s: %d", name, len(found))
		for _, f := range found[:min(len(found), lines)] {
			fmt.Fprintf(&b, "\n    %s:%d: %q: %s", name, f.line, f.said, f.write)
		}
	}
	t.Errorf("at most %.1f in 1000 words may be of the dialect (see the glossary in .github/CONTRIBUTING.md); the worst files:%s", atMost, b.String())
}
