package access_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// rules are what keeps the door the only way to the token: each pattern may stand in
// these files alone.
var rules = []struct {
	pattern *regexp.Regexp
	files   []string
	why     string
}{
	{regexp.MustCompile(`access\.Door\{`), []string{"app/app.go"}, "makes a door to the home: there is one, with the rules of the settings in effect"},
	{regexp.MustCompile(`function/access/accesstest"`), nil, "imports the open door of the tests"},
	{regexp.MustCompile(`\b([sS]ettings|[sS]|now)\.Token\b`), []string{"homeassistant/token.go", "homeassistant/token_reload.go", "homeassistant/discovery_cache.go", "app/start.go", "gateway/initialization/reader.go"},
		"reads the token for Home Assistant: only homeassistant.TokenFor returns it, for a permit"},
}

// broken returns what is wrong with a file of the function.
func broken(file, source string) (found []string) {
	for _, rule := range rules {
		allowed := false
		for _, f := range rule.files {
			allowed = allowed || f == file
		}
		if !allowed && rule.pattern.MatchString(source) {
			found = append(found, file+" "+rule.why)
		}
	}
	return found
}

// TestS1NoOtherWay checks that nothing else in the function uses the token.
func TestS1NoOtherWay(t *testing.T) {
	seen := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "access/") {
			return err
		}
		seen++
		source, err := os.ReadFile("../" + file)
		for _, problem := range broken(file, string(source)) {
			t.Error(problem)
		}
		return err
	})
	if err != nil || seen < 100 {
		t.Errorf("%d files were looked at: %v", seen, err)
	}
	for file, source := range map[string]string{
		"homeassistant/x.go": "request{Bearer: s.Token}", "app/x.go": "c.settings.Token", "gateway/lambda/x.go": "access.Door{}",
		"amazon/x.go": `import "github.com/hearthgate/hearthgate/function/access/accesstest"`,
	} {
		if broken(file, source) == nil {
			t.Errorf("%s is not found in %s", source, file)
		}
	}
}
