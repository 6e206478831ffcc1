package grammar

import (
	"slices"
	"strings"
)

// Complete returns the sentences that begin with what was typed, about the devices that
// can do what they ask for, in order and each once. At most so many.
func (g *Grammar) Complete(typed string, names []string, can func(name string, a Action) bool, most int) []string {
	typed = strings.ToLower(typed)
	var all []string
	for _, f := range g.forms {
		for _, text := range g.filled(f.template) {
			before, after, ok := strings.Cut(text, "{device}")
			if !ok || !strings.HasPrefix(before, typed) && !strings.HasPrefix(typed, before) {
				continue
			}
			for _, name := range names {
				sentence := before + name + after
				if strings.HasPrefix(strings.ToLower(sentence), typed) && can(name, f.action) {
					all = append(all, sentence)
				}
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), most)]
}

// Example returns a sentence that asks for an action of a device.
func (g *Grammar) Example(a Action, name string) string {
	return strings.Replace(g.filled(g.words.Sentences[a][0])[0], "{device}", name, 1)
}

// filled returns a template with every example in place of what is not a device.
func (g *Grammar) filled(template string) []string {
	l := g.words
	template = strings.NewReplacer("{percent}", "40"+unit(l.Percent), "{degrees}", "21"+unit(l.Degrees), "{n}", "40").Replace(template)
	if !strings.Contains(template, "{color}") {
		return []string{template}
	}
	var all []string
	for _, c := range l.colors() {
		all = append(all, strings.Replace(template, "{color}", c, 1))
	}
	return all
}

// unit returns the word behind a number, with a space in a language that has them.
func unit(words []string) string {
	if words[0] == "パーセント" || words[0] == "度" {
		return words[0]
	}
	return " " + words[0]
}
