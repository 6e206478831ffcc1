package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

// TestSettings checks that settings.md explains every setting.
func TestSettings(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	settings := read("infra/docs/settings.md")
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
}
