package skill_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/testkit/alexacheck"
)

func Example() {
	m, _ := skill.NewModel("en-GB", "")
	fmt.Println("Alexa, ask", m.Interaction.Language.InvocationName, "to ...")
	for _, i := range m.Interaction.Language.Intents {
		if i.Name == "Sentence_turn" {
			fmt.Println(i.Samples)
		}
	}
	// Output:
	// Alexa, ask faithful butler to ...
	// [turn {sentence}]
}

// TestEveryLocale checks the models by Amazon's rules, and that they have exactly the
// intents that the function knows.
func TestEveryLocale(t *testing.T) {
	for _, locale := range config.Locales() {
		t.Run(locale, func(t *testing.T) {
			m, err := skill.NewModel(locale, "")
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := alexacheck.Model(locale, b); err != nil {
				t.Error(err)
			}
			want := append(config.AmazonIntents(), config.SentenceIntent)
			for _, c := range config.CarrierPhrases(locale) {
				want = append(want, c.Intent())
			}
			var got []string
			for _, i := range m.Interaction.Language.Intents {
				got = append(got, i.Name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("intents %q, want %q", got, want)
			}
		})
	}
}

// TestLanguages looks that no two languages are called by the same name.
func TestLanguages(t *testing.T) {
	seen := map[string]string{}
	for _, locale := range config.Locales() {
		m, err := skill.NewModel(locale, "")
		if err != nil {
			t.Fatal(err)
		}
		language, _, _ := strings.Cut(locale, "-")
		name := m.Interaction.Language.InvocationName
		if other, taken := seen[name]; taken && other != language {
			t.Errorf("%s and %s are called %q", language, other, name)
		}
		seen[name] = language
	}
}

func TestNames(t *testing.T) {
	m, err := skill.NewModel("de-DE", "guter hausgeist")
	if err != nil || m.Interaction.Language.InvocationName != "guter hausgeist" {
		t.Errorf("%q, %v", m.Interaction.Language.InvocationName, err)
	}
	for locale, want := range map[string]string{"xx-XX": "no region is known", "en-US": "Alexa reserves"} {
		if _, err := skill.NewModel(locale, "ask the house"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", locale, err, want)
		}
	}
}
