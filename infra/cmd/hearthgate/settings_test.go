package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestReadme checks that settings.md explains every setting, and that what the README
// names exists.
func TestReadme(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	readme, settings := read("README.md"), read("infra/docs/settings.md")
	t.Run("fields", func(t *testing.T) {
		for _, field := range config.Fields() {
			if !strings.Contains(settings, "| `"+field+"` |") {
				t.Errorf("the field %s of a stage is not explained", field)
			}
		}
	})
	t.Run("variables", func(t *testing.T) {
		variables := regexp.MustCompile(`\bEnv\w+ += "(\w+)"`).FindAllStringSubmatch(read("config/names.go"), -1)
		if len(variables) == 0 {
			t.Fatal("config/names.go has no variables")
		}
		for _, v := range variables {
			if !strings.Contains(settings, "| `"+v[1]+"` |") {
				t.Errorf("the variable %s is not explained", v[1])
			}
		}
	})
	t.Run("links", func(t *testing.T) {
		for _, link := range regexp.MustCompile(`\]\(([^):#]+)(?:#([^)]*))?\)`).FindAllStringSubmatch(readme, -1) {
			if _, err := os.Stat(filepath.Join(root(t), link[1])); err != nil {
				t.Error(err)
			} else if heading := "\n## " + strings.ReplaceAll(link[2], "-", " ") + "\n"; link[2] != "" && !strings.Contains(strings.ToLower(read(link[1])), heading) {
				t.Errorf("%s has no heading %s", link[1], link[2])
			}
		}
	})
	t.Run("commands", func(t *testing.T) {
		help := command(t, nil, "--help").out
		for _, c := range regexp.MustCompile("(?m)(?:`|^    )hearthgate ([a-z]+)").FindAllStringSubmatch(readme+settings, -1) {
			if !strings.Contains(help, "\n  "+c[1]+" ") {
				t.Errorf("there is no command %s", c[1])
			}
		}
	})
}
