package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the top of the clone, seen from this directory.
const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A passage is what a person reads of a document: without code, and with the texts of
// links in place of the links.
type passage struct {
	plain string
	links []linked
}

// A linked text goes from one index of the plain text to another.
type linked struct {
	from, to int
	target   string
}

var (
	code  = regexp.MustCompile("(?m)^(?:    |\t).*$|`[^`\n]+`")
	links = regexp.MustCompile(`!?\[([^\]]*)\]\(([^)\s]*)\)`)
)

// prose returns what a person reads of a document. A fenced block of code is not known.
func prose(document string) (p passage) {
	document = code.ReplaceAllString(document, "")
	var plain strings.Builder
	last := 0
	for _, at := range links.FindAllStringSubmatchIndex(document, -1) {
		plain.WriteString(document[last:at[0]])
		from := plain.Len()
		plain.WriteString(document[at[2]:at[3]])
		if document[at[0]] != '!' {
			p.links = append(p.links, linked{from, plain.Len(), document[at[4]:at[5]]})
		}
		last = at[1]
	}
	plain.WriteString(document[last:])
	p.plain = plain.String()
	return p
}

// target returns where the link leads whose text is at an index, "" if none is there.
func (p passage) target(at int) string {
	for _, l := range p.links {
		if l.from <= at && at < l.to {
			return l.target
		}
	}
	return ""
}

// line returns the indexes of the line that an index is in: a paragraph, or the row of a
// table.
func (p passage) line(at int) (from, to int) {
	from = strings.LastIndexByte(p.plain[:at], '\n') + 1
	to = len(p.plain)
	if end := strings.IndexByte(p.plain[at:], '\n'); end >= 0 {
		to = at + end
	}
	return from, to
}
