package docs_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestReadmeIsShort checks that README.md is read in one go, and that setting up takes
// seven steps.
func TestReadmeIsShort(t *testing.T) {
	const most, steps = 150, "1234567"
	readme := read(t, "README.md")
	if n := strings.Count(readme, "\n"); n > most {
		t.Errorf("README.md has %d lines, want at most %d", n, most)
	}
	_, setup, _ := strings.Cut(readme, "\n## Set it up\n")
	setup, _, _ = strings.Cut(setup, "\n## ")
	got := ""
	for _, step := range regexp.MustCompile(`(?m)^\*\*(\d+)\. `).FindAllStringSubmatch(setup, -1) {
		got += step[1]
	}
	if got != steps {
		t.Errorf("the steps of setting up are %q, want %q", got, steps)
	}
}
