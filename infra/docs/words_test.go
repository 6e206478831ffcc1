package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestWords checks that README.md explains or links each technical word where it comes
// first, and has no abbreviation that the list does not know.
func TestWords(t *testing.T) {
	for _, problem := range unexplained(read(t, "README.md"), list(t)) {
		t.Error("README.md: " + problem)
	}
}

// TestWordsOfTheList checks the list itself: it has the words that an owner does not
// know, says of each how it is explained, and agrees with the glossary.
func TestWordsOfTheList(t *testing.T) {
	words := list(t)
	for _, word := range []string{
		"AWS", "Lambda", "stack", "stage", "ARN", "IAM", "CDK", "bootstrap", "region", "locale", "SMAPI", "OAuth",
		"account linking", "token", "long-lived", "skill", "custom skill", "alarm", "dashboard", "GB-seconds",
		"SecureString", "TLS", "VPC", "directive", "endpoint", "CloudWatch", "CloudFormation", "policy", "API",
	} {
		i := slices.IndexFunc(words, func(w term) bool { return w.name == word })
		if i < 0 || words[i].form == "name" {
			t.Errorf("the list has no explanation of %s", word)
		}
	}
	const most = 4 // names
	names := 0
	glossary := read(t, "infra/docs/words.md")
	for _, w := range words {
		switch w.form {
		case "here":
			if len(strings.Fields(w.how)) < 2 || w.pattern.MatchString(w.how) {
				t.Errorf("%s: %q does not explain it", w.name, w.how)
			}
		case "name":
			names++
		}
		anchor, ok := strings.CutPrefix(w.how, "infra/docs/words.md#")
		if ok && len(strings.Fields(entry(glossary, anchor))) < 6 {
			t.Errorf("%s: the glossary does not explain %s", w.name, anchor)
		}
	}
	if names > most {
		t.Errorf("%d words need no explanation, want at most %d", names, most)
	}
}

// TestGlossary checks that the glossary is in order, and that each technical word that it
// uses has an entry in it.
func TestGlossary(t *testing.T) {
	glossary := read(t, "infra/docs/words.md")
	var entries []string
	for _, h := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatch(glossary, -1) {
		entries = append(entries, strings.ToLower(h[1]))
	}
	if !slices.IsSorted(entries) || len(entries) < 30 {
		t.Errorf("%d entries, not in order: %q", len(entries), entries)
	}
	text := prose(glossary)
	for _, w := range list(t) {
		anchor, ok := strings.CutPrefix(w.how, "infra/docs/words.md#")
		if used := w.pattern.MatchString(text.plain); used && ok && entry(glossary, anchor) == "" {
			t.Errorf("the glossary uses %s and does not explain it", w.name)
		}
	}
	for _, a := range abbreviation.FindAllString(text.plain, -1) {
		if !known(a, list(t)) {
			t.Errorf("the glossary has %s, which the list of words does not know", a)
		}
	}
}

// TestPagesForOwners checks that each page for owners leads to the glossary.
func TestPagesForOwners(t *testing.T) {
	for _, page := range []string{"faq", "homes", "events", "coming-from", "steps", "path"} {
		if !strings.Contains(read(t, "infra/docs/"+page+".md"), "words.md") {
			t.Errorf("infra/docs/%s.md does not link to the glossary", page)
		}
	}
}

// A term is a word of the list.
type term struct {
	name    string
	pattern *regexp.Regexp
	form    string // here, link or name
	how     string
}

// list reads the list of words.
func list(t *testing.T) (words []term) {
	t.Helper()
	b, err := os.ReadFile("testdata/words.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 4 || !slices.Contains([]string{"here", "link", "name"}, cells[2]) {
			t.Fatalf("a line of the list is not word | expression | here, link or name | how: %q", line)
		}
		pattern, err := regexp.Compile(`\b(?:` + cells[1] + `)\b`)
		if err != nil || !pattern.MatchString(cells[0]) {
			t.Fatalf("the expression does not match its word: %q, %v", line, err)
		}
		words = append(words, term{cells[0], pattern, cells[2], cells[3]})
	}
	return words
}

// near is how many characters an explanation may be away from its word.
const near = 130

// unexplained returns what is wrong with the technical words of a document.
func unexplained(document string, words []term) (problems []string) {
	text := prose(document)
	for _, w := range words {
		at := w.pattern.FindStringIndex(text.plain)
		if at == nil || w.form == "name" {
			continue
		}
		from, to := text.line(at[0])
		line := strings.TrimSpace(text.plain[from:to])
		switch w.form {
		case "here":
			around := text.plain[max(from, at[0]-near):min(to, at[1]+near)]
			if !strings.Contains(around, w.how) {
				problems = append(problems, fmt.Sprintf("%s comes first in %q, without %q near it", w.name, line, w.how))
			}
		case "link":
			if got := text.target(at[0]); got != w.how {
				problems = append(problems, fmt.Sprintf("%s comes first in %q, where it is linked to %q and not to %s", w.name, line, got, w.how))
			}
		}
	}
	for _, a := range abbreviation.FindAllString(text.plain, -1) {
		if !known(a, words) {
			problems = append(problems, fmt.Sprintf("%s is not in the list of words: explain it, and add it to infra/docs/testdata/words.txt", a))
		}
	}
	return problems
}

// abbreviation matches a word with two capitals or more, or with one inside.
var abbreviation = regexp.MustCompile(`\b(?:[A-Z]\w*[A-Z]\w*|\w*[a-z][A-Z]\w*)\b`)

func known(abbreviation string, words []term) bool {
	return slices.ContainsFunc(words, func(w term) bool { return w.pattern.FindString(abbreviation) == abbreviation })
}

// entry returns the text of an entry of the glossary, "" without one.
func entry(glossary, anchor string) string {
	for section := range strings.SplitSeq(glossary, "\n### ") {
		head, text, _ := strings.Cut(section, "\n")
		if strings.ReplaceAll(strings.ToLower(head), " ", "-") == anchor {
			return strings.TrimSpace(text)
		}
	}
	return ""
}
