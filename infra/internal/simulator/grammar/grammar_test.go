package grammar_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
)

// locales returns a locale of each language.
func locales(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, l := range grammar.Languages() {
		for _, locale := range config.Locales() {
			if strings.HasPrefix(locale, l+"-") {
				all[l] = locale
			}
		}
		if all[l] == "" {
			t.Errorf("no locale has the language %s", l)
		}
	}
	return all
}

func grammarOf(t *testing.T, locale string) *grammar.Grammar {
	t.Helper()
	g, err := grammar.For(locale)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestRead reads a sentence of each language for what the demo shows.
func TestRead(t *testing.T) {
	for _, tt := range []struct {
		locale, sentence string
		want             grammar.Reading
	}{
		{"en-US", "Alexa, turn on the Kitchen Light.", grammar.Reading{Action: grammar.On, Device: "kitchen light"}},
		{"en-GB", "turn the kitchen light  off", grammar.Reading{Action: grammar.Off, Device: "kitchen light"}},
		{"en-US", "set it to 40 percent", grammar.Reading{Action: grammar.Percent, Device: "it", Number: 40}},
		{"en-US", "set blind to 40%", grammar.Reading{Action: grammar.Percent, Device: "blind", Number: 40}},
		{"en-US", "set thermostat to 21.5 degrees", grammar.Reading{Action: grammar.Degrees, Device: "thermostat", Number: 21.5}},
		{"en-US", "set color light to blue", grammar.Reading{Action: grammar.Color, Device: "color light", Color: "blue"}},
		{"en-US", "is the front door locked?", grammar.Reading{Action: grammar.IsLocked, Device: "front door"}},
		{"de-DE", "Schalte das Küchenlicht ein", grammar.Reading{Action: grammar.On, Device: "küchenlicht"}},
		{"de-DE", "stelle thermostat auf 21,5 Grad", grammar.Reading{Action: grammar.Degrees, Device: "thermostat", Number: 21.5}},
		{"fr-FR", "éteins la lampe", grammar.Reading{Action: grammar.Off, Device: "lampe"}},
		{"es-ES", "pon lámpara al 40 por ciento", grammar.Reading{Action: grammar.Percent, Device: "lámpara", Number: 40}},
		{"it-IT", "apri la tenda", grammar.Reading{Action: grammar.Open, Device: "tenda"}},
		{"pt-BR", "tranque a porta", grammar.Reading{Action: grammar.Lock, Device: "porta"}},
		{"nl-NL", "zet de lamp uit", grammar.Reading{Action: grammar.Off, Device: "lamp"}},
		{"ja-JP", "キッチンの電気を40パーセントにして", grammar.Reading{Action: grammar.Percent, Device: "キッチンの電気", Number: 40}},
		{"hi-IN", "रसोई की बत्ती चालू करो", grammar.Reading{Action: grammar.On, Device: "रसोई की बत्ती"}},
		{"ar-SA", "شغلي المصباح", grammar.Reading{Action: grammar.On, Device: "المصباح"}},
	} {
		if got := grammarOf(t, tt.locale).Read(tt.sentence); !slices.Contains(got, tt.want) {
			t.Errorf("%s: %q is read as %+v, want %+v in it", tt.locale, tt.sentence, got, tt.want)
		}
	}
	for _, sentence := range []string{"", "turn", "turn on", "sing a song", strings.Repeat("a ", 10_000)} {
		if got := grammarOf(t, "en-US").Read(sentence); len(got) > 0 {
			t.Errorf("%.40q is read as %+v", sentence, got)
		}
	}
}

// TestEveryLanguageIsWhole checks that each language has words for every action and every
// answer of the English one, and reads its own sentences back.
func TestEveryLanguageIsWhole(t *testing.T) {
	english := grammarOf(t, "en-US")
	can := func(string, grammar.Action) bool { return true }
	for language, locale := range locales(t) {
		g := grammarOf(t, locale)
		for _, key := range []string{"ok", "on", "off", "locked", "unlocked", "jammed", "open", "closed", "degrees", "percent", "unreachable", "bridge",
			"missing", "several", "cannot", "range", "denied", "credentials", "failed", "unheard", "found"} {
			got := g.Answer(key, "DEVICE", "7")
			for mark, want := range map[string]bool{"DEVICE": strings.Contains(english.Answer(key, "DEVICE", "7"), "DEVICE"), "7": strings.Contains(english.Answer(key, "DEVICE", "7"), "7"), "{": false} {
				if strings.Contains(got, mark) != want {
					t.Errorf("%s: the answer %s is %q", language, key, got)
				}
			}
		}
		seen := map[grammar.Action]bool{}
		for _, sentence := range g.Complete("", []string{"xyz"}, can, 1000) {
			readings := g.Read(sentence)
			i := slices.IndexFunc(readings, func(r grammar.Reading) bool { return r.Device == "xyz" })
			if i < 0 {
				t.Errorf("%s: %q is read as %+v", language, sentence, readings)
				continue
			}
			for _, r := range readings {
				seen[r.Action] = true
			}
		}
		for _, a := range grammar.Actions() {
			if !seen[a] {
				t.Errorf("%s: no sentence for %s", language, a)
			}
		}
	}
}

// TestSkill checks for each locale that a sentence beside each carrier phrase reaches the
// function as the whole sentence, and that the words for help, stop, yes and no are known.
func TestSkill(t *testing.T) {
	for language, locale := range locales(t) {
		g := grammarOf(t, locale)
		for _, c := range config.CarrierPhrases(locale) {
			sentence := c.Sentence("xyz")
			r := g.InSkill(sentence)
			if got := config.Sentence(locale, r.Intent, r.Slot); got != sentence {
				t.Errorf("%s: %q reaches the function as %q, in %s", locale, sentence, got, r.Intent)
			}
		}
		if r := g.InSkill("xyz"); r.Intent != config.FallbackIntent {
			t.Errorf("%s: a word that nothing matches is %+v", locale, r)
		}
		for _, intent := range []string{config.YesIntent, config.NoIntent} {
			if r := g.InSkill(config.Sentence(locale, intent, "")); r.Intent != intent {
				t.Errorf("%s: %s is %+v", locale, intent, r)
			}
		}
		help := map[string]string{"en": "help", "de": "hilfe", "fr": "aide", "es": "ayuda", "it": "aiuto", "pt": "ajuda", "nl": "hulp", "ja": "ヘルプ", "hi": "मदद", "ar": "مساعدة"}[language]
		if r := g.InSkill(help); r.Intent != config.HelpIntent {
			t.Errorf("%s: %q is %+v", locale, help, r)
		}
	}
	g := grammarOf(t, "en-US")
	for sentence, want := range map[string]grammar.Request{
		"Open faithful butler":                     {Launch: true},
		"open home":                                {Launch: true},
		"ask home what is in the garden":           {Intent: "Sentence_what", Slot: "is in the garden"},
		"tell faithful butler to turn on the lamp": {Intent: "Sentence_turn", Slot: "on the lamp"},
		"ask home please dance":                    {Intent: config.SentenceIntent, Slot: "dance"},
		"ask home dance":                           {Intent: config.FallbackIntent},
	} {
		if got, ok := g.Invoked(sentence); !ok || got != want {
			t.Errorf("%q: %+v, %t, want %+v", sentence, got, ok, want)
		}
	}
	for _, sentence := range []string{"turn on home", "open the blind", "ask", "ask somebody else what"} {
		if got, ok := g.Invoked(sentence); ok {
			t.Errorf("%q is for the skill: %+v", sentence, got)
		}
	}
}

func TestComplete(t *testing.T) {
	g := grammarOf(t, "en-US")
	can := func(name string, a grammar.Action) bool {
		return (a == grammar.Lock || a == grammar.Unlock) == (name == "Front Door")
	}
	got := g.Complete("Turn on", []string{"Kitchen Light", "Front Door"}, can, 10)
	if want := []string{"turn on Kitchen Light"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := g.Complete("lock f", []string{"Kitchen Light", "Front Door"}, can, 10); !slices.Equal(got, []string{"lock Front Door"}) {
		t.Errorf("%q", got)
	}
	if got := g.Complete("", []string{"a"}, can, 3); len(got) != 3 {
		t.Errorf("%d sentences, want 3", len(got))
	}
}
