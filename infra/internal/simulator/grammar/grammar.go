// Package grammar reads what a person says to Alexa about a home: a small grammar for
// each of the ten languages that Alexa speaks, and what she answers in them. It knows no
// device; the names come from the discovery.
//
// Alexa's own grammar is far larger and not published. A sentence that is read here is
// one that she understands; that one is not read here says nothing about her.
package grammar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
)

// An Action is what a sentence asks for.
type Action string

// The actions. Those that begin with "is", Temperature and State are questions.
const (
	On          Action = "on"
	Off         Action = "off"
	Percent     Action = "percent" // with a number
	Degrees     Action = "degrees" // with a number
	Number      Action = "number"  // with a number whose unit the device decides
	Brighter    Action = "brighter"
	Dimmer      Action = "dimmer"
	Lock        Action = "lock"
	Unlock      Action = "unlock"
	Open        Action = "open"
	Close       Action = "close"
	Activate    Action = "activate"
	Color       Action = "color" // with a color
	IsOn        Action = "is_on"
	IsLocked    Action = "is_locked"
	IsOpen      Action = "is_open"
	Temperature Action = "temperature"
	State       Action = "state"
)

// Actions returns every action, in the order in which a sentence is read.
func Actions() []Action {
	return []Action{Percent, Degrees, Color, Number, On, Off, Brighter, Dimmer, Lock, Unlock, Open, Close, Activate, IsOn, IsLocked, IsOpen, Temperature, State}
}

// Question reports whether the action asks, and changes nothing.
func (a Action) Question() bool {
	switch a {
	case IsOn, IsLocked, IsOpen, Temperature, State:
		return true
	}
	return false
}

// A Reading is one way to understand a sentence.
type Reading struct {
	Action Action
	Device string  // as it was said, without its article
	Number float64 // of Percent, Degrees and Number
	Color  string  // of Color: its English name
}

// A Grammar reads the sentences of one locale. It is safe for concurrent use.
type Grammar struct {
	locale string
	words  *language
	model  skill.Model // the interaction model of the custom skill
	forms  []form
}

// A form is one template of a sentence.
type form struct {
	action   Action
	template string
	pattern  *regexp.Regexp
}

// For returns the grammar of a locale such as "en-GB".
func For(locale string) (*Grammar, error) {
	if _, err := config.Region(locale); err != nil {
		return nil, err
	}
	words, err := load(locale)
	if err != nil {
		return nil, err
	}
	model, err := skill.NewModel(locale, "")
	if err != nil {
		return nil, err
	}
	g := &Grammar{locale: locale, words: words, model: model}
	for _, action := range Actions() {
		for _, template := range words.Sentences[action] {
			g.forms = append(g.forms, form{action, template, words.pattern(template)})
		}
	}
	return g, nil
}

// Locale returns the locale.
func (g *Grammar) Locale() string { return g.locale }

// Invocation returns the name by which a person opens the custom skill.
func (g *Grammar) Invocation() string { return g.model.Interaction.Language.InvocationName }

// Read returns every way to understand a sentence, the likeliest first; none for one that
// is not understood. The caller knows which device exists.
func (g *Grammar) Read(sentence string) []Reading {
	sentence = Normal(sentence)
	var all []Reading
	for _, f := range g.forms {
		m := f.pattern.FindStringSubmatch(sentence)
		if m == nil {
			continue
		}
		r := Reading{Action: f.action}
		for i, name := range f.pattern.SubexpNames() {
			switch name {
			case "device":
				r.Device = strings.TrimSpace(m[i])
			case "n":
				r.Number, _ = strconv.ParseFloat(strings.Replace(m[i], ",", ".", 1), 64) // digits: the pattern has no other
			case "color":
				r.Color = g.words.Colors[m[i]]
			}
		}
		all = append(all, r)
		for _, article := range g.words.Articles {
			if bare, ok := strings.CutPrefix(r.Device, article); ok && bare != "" {
				without := r
				without.Device = bare
				all = append(all, without)
			}
		}
	}
	return all
}

// Pronoun reports whether a word stands for the device of the sentence before.
func (g *Grammar) Pronoun(word string) bool {
	for _, p := range g.words.Pronouns {
		if p == word {
			return true
		}
	}
	return false
}

// Normal returns a sentence in small letters, without what only writing has: a mark at
// its end, spaces twice, and "Alexa," before it.
func Normal(sentence string) string {
	sentence = strings.ToLower(strings.Join(strings.Fields(sentence), " "))
	sentence = strings.TrimPrefix(strings.TrimPrefix(sentence, "alexa, "), "alexa ")
	return strings.TrimSpace(strings.TrimRight(sentence, ".!?。؟।"))
}

// pattern returns what matches the sentences of a template.
func (l *language) pattern(template string) *regexp.Regexp {
	const number = `(?P<n>-?\d+(?:[.,]\d+)?)`
	text := regexp.QuoteMeta(template)
	for place, matches := range map[string]string{
		"{device}":  `(?P<device>.+?)`,
		"{n}":       number,
		"{percent}": number + " ?" + anyOf(l.Percent),
		"{degrees}": number + " ?" + anyOf(l.Degrees),
		"{color}":   "(?P<color>" + strings.TrimPrefix(anyOf(l.colors()), "(?:"),
	} {
		text = strings.Replace(text, regexp.QuoteMeta(place), matches, 1)
	}
	return regexp.MustCompile("^" + text + "$")
}

func anyOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	return "(?:" + strings.Join(quoted, "|") + ")"
}

// Answer returns what Alexa says: the answer of that key with the name of a device and a
// number in it. A key that does not exist is a mistake of the caller and panics.
func (g *Grammar) Answer(key, device, n string) string {
	text, ok := g.words.Answers[key]
	if !ok {
		panic(fmt.Sprintf("there is no answer %q", key))
	}
	return strings.NewReplacer("{device}", device, "{n}", n).Replace(text)
}
