package judges_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/project"
)

// own are the folders of the test kit in which nothing runs that others wrote.
var own = []string{"alexacheck", "fakeaws", "fakecdk", "fakesmapi", "faultyhome", "functionlog", "judges", "keyleak", "link", "terminal", "testnet", "venv"}

// called is how the table of reliability.md calls what a folder runs; default: by the
// folder's name.
var called = map[string]string{
	"ask": "ask-sdk-core", "axe": "axe-core", "cfnlint": "cfn-lint", "chromium": "Chromium", "emf": "jsonschema", "iam": "parliament",
	"reader": "Python's json", "realhome": "Home Assistant 20", "smapi": "ask-smapi-sdk", "sshd": "OpenSSH",
}

// reliability returns the root of the clone and the text of its reliability.md.
func reliability(t *testing.T) (root, text string) {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "function", "docs", "reliability.md"))
	if err != nil {
		t.Fatal(err)
	}
	return root, string(b)
}

// TestDocument checks that the table of reliability.md has each judge, with what it
// checks, its cases and what it cannot see.
func TestDocument(t *testing.T) {
	root, text := reliability(t)
	_, section, _ := strings.Cut(text, "\n## Judges\n")
	var table []string // what it has of each judge
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") || strings.HasPrefix(line, "| judge") {
			continue
		}
		if table = append(table, cells[0]); len(cells) != 4 || slices.ContainsFunc(cells, func(c string) bool { return len(strings.TrimSpace(c)) < 3 }) {
			t.Errorf("the row of%s has %d cells, want four", cells[0], len(cells))
		}
	}
	names := []string{"Runtime Interface Emulator", "gosec", "cdk-nag", "qemu", "mypy", "ruff"}
	for _, dir := range []string{"infra/testkit", "infra/testkit/judges"} {
		entries, err := os.ReadDir(filepath.Join(root, dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !e.IsDir() || dir == "infra/testkit" && slices.Contains(own, e.Name()) {
				continue
			}
			name := e.Name()
			if called[name] != "" {
				name = called[name]
			}
			names = append(names, name)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(table, func(judge string) bool { return strings.Contains(judge, name) }) {
			t.Errorf("the table has no %s", name)
		}
	}
	if len(names) < 18 || len(table) < 14 {
		t.Errorf("%d judges and %d rows were compared", len(names), len(table))
	}
}

// TestFuzzDocument checks that reliability.md lists every fuzz test, and no other.
func TestFuzzDocument(t *testing.T) {
	root, text := reliability(t)
	var listed, there []string
	for _, m := range regexp.MustCompile(`(?m)^    ([a-z]+\.Fuzz[A-Za-z]+) +\S.*[0-9]$`).FindAllStringSubmatch(text, -1) {
		listed = append(listed, m[1])
	}
	target := regexp.MustCompile(`(?m)^func (Fuzz[A-Za-z]+)\(`)
	for _, dir := range []string{"config", "function", "infra/internal"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range target.FindAllStringSubmatch(string(source), -1) {
				there = append(there, fmt.Sprintf("%s.%s", filepath.Base(filepath.Dir(path)), m[1]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(listed)
	slices.Sort(there)
	if !slices.Equal(listed, there) || len(there) < 20 {
		t.Errorf("reliability.md lists %q\nand there are %q", listed, there)
	}
}
