package docs_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
)

// TestPicture checks the picture of the README: a well-formed SVG by itself, with colours
// for a light and a dark page, and the same steps in words for those who do not see it.
func TestPicture(t *testing.T) {
	const picture, words = "infra/docs/directive.svg", "infra/docs/path.md"
	svg, path := read(t, picture), read(t, words)
	texts := map[string]string{} // by element
	for d, element := xml.NewDecoder(strings.NewReader(svg)), ""; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", picture, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			element = token.Name.Local
			for _, a := range token.Attr {
				if a.Name.Local == "href" || a.Name.Local == "src" || strings.Contains(a.Value, "url(http") {
					t.Errorf("%s needs another file: %s", picture, a.Value)
				}
			}
		case xml.CharData:
			texts[element] += string(token)
		}
	}
	steps := regexp.MustCompile(`(?m)^(\d)\. \*\*`).FindAllStringSubmatch(path, -1)
	if len(steps) < 5 {
		t.Errorf("%s has %d steps", words, len(steps))
	}
	for _, s := range steps {
		if !strings.Contains(texts["desc"], s[1]+": ") {
			t.Errorf("the description in %s has no step %s", picture, s[1])
		}
	}
	if strings.TrimSpace(texts["title"]) == "" || !strings.Contains(svg, `aria-labelledby="title desc"`) {
		t.Errorf("%s has no title that is read aloud", picture)
	}
	colours(t, picture, texts["style"], svg)
	alt := regexp.MustCompile(`!\[([^\]]*)\]\(` + picture + `\)`).FindStringSubmatch(read(t, "README.md"))
	if alt == nil || len(strings.Fields(alt[1])) < 15 || !strings.Contains(read(t, "README.md"), "]("+words+")") {
		t.Errorf("README.md shows %s without its text, or without a link to %s", picture, words)
	}
}

// colours checks that each class that the picture uses has a colour on a light page and
// another one on a dark page.
func colours(t *testing.T, picture, style, svg string) {
	light, dark, ok := strings.Cut(style, "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatalf("%s has no colours for a dark page", picture)
	}
	colour := func(style, class string) string {
		rule := regexp.MustCompile(`\.` + class + `\b[^{]*\{([^}]*)\}`).FindStringSubmatch(style)
		if rule == nil {
			return ""
		}
		return strings.Join(regexp.MustCompile(`#[0-9a-f]{6}`).FindAllString(rule[1], -1), " ")
	}
	seen := map[string]bool{}
	for _, c := range regexp.MustCompile(`class="([a-z]+)"`).FindAllStringSubmatch(svg, -1) {
		if l, d := colour(light, c[1]), colour(dark, c[1]); !seen[c[1]] && (l == "" || d == "" || l == d) {
			t.Errorf("%s: the class %s has the colours %q on a light page and %q on a dark page", picture, c[1], l, d)
		}
		seen[c[1]] = true
	}
	if len(seen) < 5 {
		t.Errorf("%s uses %d classes", picture, len(seen))
	}
}
