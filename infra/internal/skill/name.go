package skill

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckInvocationName returns what is wrong with the invocation name of a custom skill,
// nil for a name that Alexa accepts.
func CheckInvocationName(locale, name string) error {
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if n := utf8.RuneCountInString(name); n < 2 || n > 50 {
		fail("%q has %d characters; it needs 2 to 50", name, n)
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
		fail("%q has too many spaces", name)
	}
	if len(words) < 2 && language != "ja" && language != "de" { // a word may be a compound there
		fail("%q is one word; it needs two, or a brand of your own", name)
	}
	for _, w := range words {
		switch {
		case slices.Contains(reserved[""], w) || slices.Contains(reserved[language], w):
			fail("%q has the word %q, which Alexa reserves", name, w)
		case len(words) == 2 && slices.Contains(small[language], w):
			fail("%q has two words, and %q does not count as one", name, w)
		}
	}
	return errors.Join(wrong...)
}

// reserved are the words that a name must not have, by language: wake words, words that
// launch a skill, and words that join a name and a request.
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

// small are the words that do not count in a name of two words, by language: articles,
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
