package alexacheck

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Model returns nil for an interaction model that the developer console builds for a
// locale, and otherwise everything that is wrong with it, a line each. It knows no
// slot types but those of free text.
func Model(locale string, b []byte) error {
	var m struct {
		Model struct {
			Language languageModel `json:"languageModel"`
		} `json:"interactionModel"`
	}
	if err := strictly(b, &m); err != nil {
		return err
	}
	c := &modelCheck{intents: map[string]bool{}, samples: map[string]string{}}
	if err := InvocationName(locale, m.Model.Language.InvocationName); err != nil {
		c.fail("invocationName: %w", err)
	}
	if m.Model.Language.Types == nil {
		c.fail("types: missing")
	}
	for _, i := range m.Model.Language.Intents {
		c.intent(i)
	}
	for _, name := range []string{"AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.HelpIntent", "AMAZON.NavigateHomeIntent"} {
		if !c.intents[name] {
			c.fail("intents: %s is missing, which every skill has", name)
		}
	}
	if len(c.samples) == 0 {
		c.fail("intents: none has a sample")
	}
	return errors.Join(c.wrong...)
}

type languageModel struct {
	InvocationName string        `json:"invocationName"`
	Intents        []modelIntent `json:"intents"`
	Types          []struct{}    `json:"types"`
}

type modelIntent struct {
	Name    string      `json:"name"`
	Slots   []modelSlot `json:"slots"`
	Samples []string    `json:"samples"`
}

type modelSlot struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// A modelCheck is one look through a model.
type modelCheck struct {
	intents map[string]bool
	samples map[string]string // to their intent
	wrong   []error
}

func (c *modelCheck) fail(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf(format, args...))
}

var (
	nameOfOwn = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z](_?[A-Za-z])+$`) })
	slotIn    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([^{}]*)\}`) })
)

// standard are the intents of Amazon's own that need no interface of a device.
var standard = []string{
	"AMAZON.CancelIntent", "AMAZON.FallbackIntent", "AMAZON.HelpIntent", "AMAZON.NavigateHomeIntent", "AMAZON.NoIntent",
	"AMAZON.RepeatIntent", "AMAZON.SelectIntent", "AMAZON.StartOverIntent", "AMAZON.StopIntent", "AMAZON.YesIntent",
}

func (c *modelCheck) intent(i modelIntent) {
	if c.intents[i.Name] {
		c.fail("%s: twice", i.Name)
	}
	c.intents[i.Name] = true
	if strings.HasPrefix(i.Name, "AMAZON.") {
		if !slices.Contains(standard, i.Name) || len(i.Slots) > 0 {
			c.fail("%s: no intent of Amazon's, or one with slots", i.Name)
		}
	} else if !nameOfOwn().MatchString(i.Name) {
		c.fail("%s: a name is letters, with single underscores between them", i.Name)
	}
	if i.Samples == nil {
		c.fail("%s: samples are missing", i.Name)
	}
	types := map[string]string{}
	for _, s := range i.Slots {
		if types[s.Name] != "" || !nameOfOwn().MatchString(s.Name) {
			c.fail("%s: slot %q is there twice or has no good name", i.Name, s.Name)
		}
		if s.Type != "AMAZON.SearchQuery" {
			c.fail("%s: slot %s is of an unknown type, %q", i.Name, s.Name, s.Type)
		}
		types[s.Name] = s.Type
	}
	if len(types) > 1 {
		c.fail("%s: %d slots of free text, and one is the most", i.Name, len(types))
	}
	used := map[string]bool{}
	for _, sample := range i.Samples {
		c.sample(i.Name, sample, types, used)
	}
	for name := range types {
		if !used[name] {
			c.fail("%s: no sample has the slot %s", i.Name, name)
		}
	}
	if !strings.HasPrefix(i.Name, "AMAZON.") && len(i.Samples) == 0 {
		c.fail("%s: no sample, so nobody can say it", i.Name)
	}
}

func (c *modelCheck) sample(intent, sample string, types map[string]string, used map[string]bool) {
	if other, taken := c.samples[sample]; taken {
		c.fail("%s: the sample %q is one of %s", intent, sample, other)
	}
	c.samples[sample] = intent
	for _, m := range slotIn().FindAllStringSubmatch(sample, -1) {
		if types[m[1]] == "" {
			c.fail("%s: the sample %q has the slot %s, which the intent has not", intent, sample, m[1])
		}
		if used[m[1]] = true; strings.Count(sample, "{"+m[1]+"}") > 1 {
			c.fail("%s: the sample %q has a slot twice", intent, sample)
		}
	}
	words := slotIn().ReplaceAllString(sample, " ")
	if strings.TrimSpace(words) == "" {
		c.fail("%s: the sample %q has nothing but free text, and Alexa wants words beside it", intent, sample)
	}
	for _, r := range words {
		if !unicode.In(r, unicode.Letter, unicode.Mark) && !strings.ContainsRune(" .'_-", r) {
			c.fail("%s: the sample %q has the character %q", intent, sample, r)
		}
	}
	if strings.TrimSpace(sample) != sample || strings.Contains(sample, "  ") || strings.ToLower(sample) != sample {
		c.fail("%s: the sample %q has spaces too many or capital letters", intent, sample)
	}
}

// InvocationName returns what is wrong with the name by which a person calls a custom
// skill of a locale; nil for a name that Alexa takes.
func InvocationName(locale, name string) error {
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if n := utf8.RuneCountInString(name); n < 2 || n > 50 {
		fail("%q has %d characters; it takes 2 to 50", name, n)
	}
	for _, r := range name {
		if !unicode.In(r, unicode.Letter, unicode.Mark) && !strings.ContainsRune(" .'", r) || unicode.IsUpper(r) {
			fail("%q has the character %q: write small letters and spaces, and numbers as words", name, r)
			break
		}
	}
	language, _, _ := strings.Cut(locale, "-")
	words := strings.Fields(name)
	if strings.Join(words, " ") != name {
		fail("%q has spaces too many", name)
	}
	if len(words) < 2 && language != "ja" && language != "de" { // one word may be two there
		fail("%q is one word; it takes two, or a brand of your own", name)
	}
	for _, w := range words {
		switch {
		case slices.Contains(reserved[""], w) || slices.Contains(reserved[language], w):
			fail("%q has the word %q, which Alexa keeps for herself", name, w)
		case len(words) == 2 && slices.Contains(small[language], w):
			fail("%q has two words, and %q does not count as one", name, w)
		}
	}
	return errors.Join(wrong...)
}

// reserved are the words that no name may have, by language: those that wake Alexa,
// that launch a skill, and that join a name and a request.
var reserved = map[string][]string{
	"": {"alexa", "amazon", "echo", "ziggy", "computer", "skill", "app"},
	"en": {
		"launch", "ask", "tell", "load", "begin", "enable", "open", "start", "run", "use", "play", "talk", "resume",
		"to", "from", "in", "using", "with", "about", "for", "that", "by", "if", "and", "whether",
	},
	"de": {"öffne", "starte", "frage", "frag", "sage", "sag", "spiele", "benutze", "beginne", "aktiviere", "zu", "nach", "mit", "über", "ob", "dass", "und"},
	"fr": {"ouvre", "lance", "demande", "démarre", "utilise", "commence", "active", "à", "avec", "pour", "sur", "que", "si", "et"},
	"es": {"abre", "inicia", "pregunta", "pide", "dile", "usa", "lanza", "comienza", "activa", "a", "con", "sobre", "que", "si", "y"},
	"it": {"apri", "avvia", "chiedi", "dì", "usa", "lancia", "inizia", "attiva", "a", "con", "su", "che", "se", "e"},
	"pt": {"abra", "abrir", "inicie", "pergunte", "peça", "diga", "use", "comece", "ative", "para", "com", "sobre", "que", "se", "e"},
	"nl": {"open", "start", "vraag", "zeg", "gebruik", "begin", "activeer", "aan", "met", "over", "of", "dat", "en"},
}

// small are the words that do not count where a name has two, by language: articles,
// pronouns, prepositions.
var small = map[string][]string{
	"en": {"the", "a", "an", "my", "your", "our", "his", "her", "their", "of", "at", "on"},
	"de": {"der", "die", "das", "den", "dem", "ein", "eine", "mein", "meine", "dein", "deine", "unser", "von", "am", "im"},
	"fr": {"le", "la", "les", "un", "une", "mon", "ma", "mes", "ton", "ta", "notre", "de", "du", "au"},
	"es": {"el", "la", "los", "las", "un", "una", "mi", "tu", "nuestra", "de", "en"},
	"it": {"il", "lo", "la", "i", "gli", "le", "un", "una", "mio", "mia", "tuo", "tua", "di", "in"},
	"pt": {"o", "a", "os", "as", "um", "uma", "meu", "minha", "seu", "sua", "de", "em"},
	"nl": {"de", "het", "een", "mijn", "jouw", "ons", "van", "in", "op"},
}
