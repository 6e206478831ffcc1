// Package docs_test checks the documents: the files and sections that they name
// exist, and the words are today's technical English.
package docs_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPlaces finds every file that the table of architecture.md says to open, and
// every one that the glossary says a term is in.
func TestPlaces(t *testing.T) {
	for _, table := range []struct {
		file, section string
		least         int // rows that name a file
	}{
		{"architecture.md", "\n## To change X, open Y\n", 24},
		{root + "/.github/CONTRIBUTING.md", "\n## Glossary\n", 40},
	} {
		_, text, ok := strings.Cut(read(t, table.file), table.section)
		if !ok {
			t.Errorf("%s has no section%s", table.file, table.section)
		}
		text, _, _ = strings.Cut(text, "\n## ")
		rows := 0
		for line := range strings.Lines(text) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			places := place.FindAllStringSubmatch(cells[len(cells)-1], -1)
			if len(cells) > 1 && len(places) > 0 {
				rows++
			}
			for _, p := range places {
				if _, err := os.Stat(filepath.Join(root, p[1])); err != nil {
					t.Errorf("%s,%s: there is no %s", table.file, cells[0], p[1])
				}
			}
		}
		if rows < table.least {
			t.Errorf("%d rows of %s name a file, want at least %d", rows, table.file, table.least)
		}
	}
}

// TestPackages finds in architecture.md every folder of infra/internal with every package
// in it, and nothing else. There are few of them, so that each is found at a glance.
func TestPackages(t *testing.T) {
	_, text, ok := strings.Cut(read(t, "architecture.md"), "\n## The command's packages\n")
	if !ok {
		t.Fatal("architecture.md has no section on the command's packages")
	}
	text, _, _ = strings.Cut(text, "\n## ")
	got := map[string][]string{}
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !name.MatchString(cells[1]) {
			continue
		}
		folder := name.FindStringSubmatch(cells[1])[1]
		got[folder] = []string{}
		for _, n := range name.FindAllStringSubmatch(cells[3], -1) {
			got[folder] = append(got[folder], n[1])
		}
		slices.Sort(got[folder])
	}
	want := map[string][]string{}
	for _, folder := range folders(t, filepath.Join(root, "infra/internal")) {
		want[folder] = folders(t, filepath.Join(root, "infra/internal", folder))
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("architecture.md names the packages %v, and there are %v", got, want)
	}
	if len(want) > 12 {
		t.Errorf("%d folders in infra/internal, want at most 12: what serves one of them lies in it", len(want))
	}
}

// folders returns the names of the folders in one that hold Go code, sorted.
func folders(t *testing.T, in string) []string {
	t.Helper()
	names := []string{}
	files, err := filepath.Glob(filepath.Join(in, "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		names = append(names, filepath.Base(filepath.Dir(file)))
	}
	return slices.Compact(names)
}

var name = regexp.MustCompile("`([a-z]+)`")

var place = regexp.MustCompile("`([^` ]+/[^` ]+)`")

// TestLinks finds what each document of the project links to: a file, or a section
// of one.
func TestLinks(t *testing.T) {
	links := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped.MatchString(d.Name()):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		for _, link := range link.FindAllStringSubmatch(read(t, path), -1) {
			if strings.Contains(link[1], ":") {
				continue // elsewhere
			}
			links++
			target := path
			if link[1] != "" {
				target = filepath.Join(filepath.Dir(path), link[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, link[0])
			} else if section := link[2]; section != "" && !hasSection(read(t, target), section) {
				t.Errorf("%s links to %s, which has no section %s", path, target, section)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if links == 0 {
		t.Error("no document links to another")
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)]*))?\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	dropped = regexp.MustCompile(`[^\w\- ]`)
)

// hasSection reports whether a document has a heading with this anchor, as GitHub
// makes anchors.
func hasSection(text, anchor string) bool {
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		if strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-") == anchor {
			return true
		}
	}
	return false
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
