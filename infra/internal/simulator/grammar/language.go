package grammar

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed languages/*.json
var files embed.FS

// A language is the words of one language. In a template, {device}, {n}, {percent},
// {degrees}, {color}, {skill} and {sentence} stand for what changes.
type language struct {
	Articles  []string            `json:"articles"` // before the name of a device, with their space
	Pronouns  []string            `json:"pronouns"` // for the device of the sentence before
	Skills    []string            `json:"skills"`   // names of the custom skill, beside its invocation name
	Percent   []string            `json:"percent"`
	Degrees   []string            `json:"degrees"`
	Ask       []string            `json:"ask"`    // templates of a sentence for the custom skill
	Launch    []string            `json:"launch"` // templates that open it
	Help      []string            `json:"help"`   // words for the skill while it is open
	Stop      []string            `json:"stop"`
	Cancel    []string            `json:"cancel"`
	Colors    map[string]string   `json:"colors"` // to their English names
	Sentences map[Action][]string `json:"sentences"`
	Answers   map[string]string   `json:"answers"`
}

// Languages returns the languages that there are, such as "de", in order.
func Languages() []string {
	entries, err := files.ReadDir("languages")
	if err != nil {
		panic(err) // embedded: always there
	}
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".json"))
	}
	return all
}

// load reads the language of a locale.
func load(locale string) (*language, error) {
	name, _, _ := strings.Cut(strings.ToLower(locale), "-")
	b, err := files.ReadFile("languages/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("there is no grammar for %s: the simulator speaks %s", locale, strings.Join(Languages(), ", "))
	}
	var l language
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, fmt.Errorf("the words of %s cannot be read: %w", name, err)
	}
	return &l, nil
}

// colors returns the names of the colors, longest first, so that none hides another.
func (l *language) colors() []string {
	return slices.SortedFunc(maps.Keys(l.Colors), func(a, b string) int {
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
