package integration_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hearthgate/hearthgate/infra/testkit/realhome"
)

// TestManifest states what hassfest asks of a custom integration's manifest, and HACS.
func TestManifest(t *testing.T) {
	var m struct {
		Domain            string   `json:"domain"`
		Name              string   `json:"name"`
		AfterDependencies []string `json:"after_dependencies"`
		CodeOwners        []string `json:"codeowners"`
		ConfigFlow        bool     `json:"config_flow"`
		Documentation     string   `json:"documentation"`
		Type              string   `json:"integration_type"`
		Class             string   `json:"iot_class"`
		Issues            string   `json:"issue_tracker"`
		Loggers           []string `json:"loggers"`
		Requirements      []string `json:"requirements"`
		Version           string   `json:"version"`
	}
	readJSON(t, filepath.Join(folder, "manifest.json"), &m)
	switch {
	case m.Domain != filepath.Base(folder), m.Name == "", !m.ConfigFlow, len(m.CodeOwners) == 0,
		!strings.HasPrefix(m.Documentation, "https://"), !strings.HasPrefix(m.Issues, "https://"),
		m.Type != "service", m.Class != "cloud_push", !slices.Contains(m.AfterDependencies, "alexa"),
		!regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(m.Version):
		t.Errorf("the manifest is %+v", m)
	}
	// hassfest: domain and name first, then the other keys by the alphabet.
	b, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, found := range regexp.MustCompile(`(?m)^  "([a-z_]+)":`).FindAllSubmatch(b, -1) {
		keys = append(keys, string(found[1]))
	}
	if keys[0] != "domain" || keys[1] != "name" || !slices.IsSorted(keys[2:]) {
		t.Errorf("the keys are in the order %q", keys)
	}
	// A dependency is what the code imports of Home Assistant's own integrations.
	for _, problem := range undeclared(os.DirFS(folder), m.AfterDependencies) {
		t.Error(problem)
	}
	// Each Home Assistant pins paho-mqtt for its own mqtt: another pin could not be installed.
	for _, v := range realhome.Versions() {
		pins, err := os.ReadFile(filepath.Join("..", "testkit", "realhome", "requirements-"+string(v)+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range m.Requirements {
			if !strings.Contains(string(pins), "\n"+r+"\n") {
				t.Errorf("Home Assistant %s has another version than %s", v, r)
			}
		}
	}
}

// undeclared returns a sentence for each of Home Assistant's integrations that the code
// imports without a dependency on it.
func undeclared(code fs.FS, dependencies []string) (problems []string) {
	files, err := fs.Glob(code, "*.py")
	if err != nil || len(files) == 0 {
		return []string{fmt.Sprintf("found no code: %v", err)}
	}
	for _, file := range files {
		source, err := fs.ReadFile(code, file)
		if err != nil {
			return []string{err.Error()}
		}
		for _, found := range imported.FindAllStringSubmatch(string(source), -1) {
			names := []string{found[1]}
			if found[1] == "" {
				names = strings.FieldsFunc(found[2], func(r rune) bool { return strings.ContainsRune(" ,()\n", r) })
			}
			for _, name := range names {
				_, err := fs.Stat(code, name+".py") // the integration's platform for that one
				if err != nil && !slices.Contains(dependencies, name) && !slices.Contains(alwaysThere, name) {
					problems = append(problems, fmt.Sprintf("%s imports %s, which is no dependency", file, name))
				}
			}
		}
	}
	return problems
}

var (
	imported = regexp.MustCompile(`(?m)^\s*(?:from|import) homeassistant\.components(?:\.(\w+)\S*)?(?: import ([\w, ]+|\([^)]+\)))?`)
	// Hassfest lets these be imported by all.
	alwaysThere = []string{"conversation", "homeassistant", "system_health"}
)

func TestUndeclared(t *testing.T) {
	for source, want := range map[string][]string{
		"from homeassistant.components.alexa.const import DOMAIN":               nil,
		"from homeassistant.components import alexa, conversation":              nil,
		"from homeassistant.components.diagnostics import redact":               nil,
		"import homeassistant.components.cloud as cloud":                        {"a.py imports cloud, which is no dependency"},
		"from homeassistant.components.cloud import const":                      {"a.py imports cloud, which is no dependency"},
		"    from homeassistant.components import (\n    alexa,\n    cloud,\n)": {"a.py imports cloud, which is no dependency"},
	} {
		code := fstest.MapFS{"a.py": {Data: []byte(source + "\n")}, "diagnostics.py": {}}
		if got := undeclared(code, []string{"alexa"}); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

// texts returns the texts of a translation by their paths.
func texts(t *testing.T, path string) map[string]string {
	var v any
	readJSON(t, path, &v)
	return flat("", v, map[string]string{})
}

// badTexts returns a sentence for each text that hassfest does not accept: by the place
// that it has, or by what is in it.
func badTexts(all map[string]string) (problems []string) {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		text := all[key]
		if !slices.ContainsFunc(places, func(p *regexp.Regexp) bool { return p.MatchString(key) }) {
			problems = append(problems, key+" is not a place for a text")
		}
		for what, no := range notInTexts {
			if no.MatchString(text) {
				problems = append(problems, fmt.Sprintf("%s has %s: %q", key, what, text))
			}
		}
		if field := described.FindStringSubmatch(key); field != nil && all[field[1]+".data."+field[2]] == "" {
			problems = append(problems, key+" describes a field that is not there")
		}
		if issue, ok := strings.CutSuffix(key, ".description"); ok && strings.HasPrefix(key, ".issues.") && all[issue+".title"] == "" {
			problems = append(problems, key+" has no title")
		}
	}
	return problems
}

var (
	places = []*regexp.Regexp{
		regexp.MustCompile(`^\.(config|options)\.step\.\w+\.(title|description|submit|(data|data_description|menu_options)\.\w+)$`),
		regexp.MustCompile(`^\.(config|options)\.(error|abort|progress|create_entry)\.\w+$`),
		regexp.MustCompile(`^\.selector\.[a-z0-9_]+\.options\.[a-z0-9]+([-_][a-z0-9]+)*$`),
		regexp.MustCompile(`^\.issues\.\w+\.(title|description)$`),
		regexp.MustCompile(`^\.exceptions\.[a-z0-9_]+\.message$`),
	}
	notInTexts = map[string]*regexp.Regexp{
		"nothing":                    regexp.MustCompile(`^$`),
		"a space at an end":          regexp.MustCompile(`^\s|\s$`),
		"HTML":                       regexp.MustCompile(`<[^>]+>`),
		"a quoted placeholder":       regexp.MustCompile(`'\{\w+\}'`),
		"a placeholder with no name": regexp.MustCompile(`\{([^a-zA-Z_}][^}]*|[^}]*[^\w}][^}]*)?\}`),
		"a reference":                regexp.MustCompile(`\[%|%\]`),
		"an address":                 regexp.MustCompile(`(?i)(://|www\.)[a-z0-9]`),
	}
	described = regexp.MustCompile(`^(.*)\.data_description\.(\w+)$`)
)

func TestBadTexts(t *testing.T) {
	const step, field = ".config.step.user.description", ".config.step.user.data.answer"
	for _, tt := range []struct{ key, text, want string }{
		{step, "Paste {request} here.", ""},
		{step, "", "has nothing"},
		{step, "Paste it. ", "has a space at an end"},
		{step, "<b>Paste</b> it.", "has HTML"},
		{step, "Paste '{request}'.", "has a quoted placeholder"},
		{step, "Paste {} here.", "has a placeholder with no name"},
		{step, "Paste {the request} here.", "has a placeholder with no name"},
		{step, "[%key:common::answer%]", "has a reference"},
		{step, "See https://example.com.", "has an address"},
		{step, "See www.example.com.", "has an address"},
		{".config.step.user.hint", "Paste it.", "is not a place"},
		{".selector.way.options.by-cloud", "By the cloud", ""},
		{".selector.way.options.-cloud", "By the cloud", "is not a place"},
		{".config.step.user.data_description.answer", "A line.", ""},
		{".config.step.user.data_description.line", "A line.", "describes a field that is not there"},
		{".issues.key_lost.description", "It is missing.", "has no title"},
	} {
		got := badTexts(map[string]string{tt.key: tt.text, field: "Answer"})
		if tt.want == "" && got != nil || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
			t.Errorf("%s %q: got %q, want %q", tt.key, tt.text, got, tt.want)
		}
	}
}
