// Package docs has the runbook, for the places that show parts of it.
package docs

import (
	_ "embed"
	"regexp"
	"strings"
)

//go:embed runbook.md
var runbook string

var (
	toSection = regexp.MustCompile(`\[([^\]]*)\]\(#[^)]*\)`)
	comment   = regexp.MustCompile(`<!--.*?-->\n`)
	toFile    = regexp.MustCompile(`\[([^\]]*)\]\((?:\.\./)*(?:[a-z]+/)*([a-z-]+\.md)(?:#[^)]*)?\)`)
)

// Section returns a section of the runbook, without its title, as Markdown that can stand
// elsewhere: a link to another section is its text in bold, and one to another document is
// its text with the name of the document. It returns "" if there is no such section.
func Section(name string) string {
	for part := range strings.SplitSeq("\n"+runbook, "\n## ") {
		title, text, _ := strings.Cut(part, "\n")
		if strings.ToLower(title) != name {
			continue
		}
		text = comment.ReplaceAllString(text, "")
		text = toSection.ReplaceAllString(text, "**$1**")
		return strings.TrimSpace(toFile.ReplaceAllString(text, "$1 ($2)")) + "\n"
	}
	return ""
}
