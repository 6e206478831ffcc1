package docs_test

import (
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/docs"
)

// TestSection checks that a section of the runbook can stand alone: it links to nothing
// that is not there, and has all of its text.
func TestSection(t *testing.T) {
	text := read(t, "infra/docs/runbook.md")
	sections := 0
	for part := range strings.SplitSeq(text, "\n## ") {
		title, body, _ := strings.Cut(part, "\n")
		if strings.HasPrefix(title, "#") {
			continue
		}
		sections++
		got := docs.Section(strings.ToLower(title))
		if got == "" || strings.Contains(got, "](#") || strings.Contains(got, ".md#") || strings.Contains(got, "](") && !strings.Contains(got, "](https://") {
			t.Errorf("the section %s is %q", title, got)
		}
		if plain := strings.Count(body, " "); strings.Count(got, " ") < plain-3 {
			t.Errorf("the section %s lost words: %q", title, got)
		}
	}
	if sections < 25 {
		t.Errorf("only %d sections", sections)
	}
	for name, want := range map[string]string{"slow": "confirmed (settings.md)", "denied": "access (access.md)", "outage": "**breaker** is on"} {
		if got := docs.Section(name); !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if got := docs.Section("nothing"); got != "" {
		t.Errorf("a section that does not exist is %q", got)
	}
}
