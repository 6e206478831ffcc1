// Package skill is the Alexa side of a stage: what to type into the developer
// console, and the interaction model of the custom skill.
package skill

import (
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Model is an interaction model. Its JSON is for the console's JSON editor.
type Model struct {
	Interaction struct {
		Language Language `json:"languageModel"`
	} `json:"interactionModel"`
}

// A Language is how people talk to the skill in one locale.
type Language struct {
	InvocationName string     `json:"invocationName"`
	Intents        []Intent   `json:"intents"`
	Types          []struct{} `json:"types"` // none of its own
}

// An Intent is a request that people make, and how they say it.
type Intent struct {
	Name    string   `json:"name"`
	Slots   []Slot   `json:"slots,omitempty"`
	Samples []string `json:"samples"`
}

// A Slot is a variable in the samples of an intent.
type Slot struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// NewModel returns the model for a locale. People open the skill by its name; default:
// one in their language.
func NewModel(locale, name string) (Model, error) {
	var m Model
	if _, err := config.Region(locale); err != nil {
		return m, err
	}
	language, _, _ := strings.Cut(locale, "-")
	own := voices[language]
	if name == "" {
		name = own.name
	}
	if err := CheckInvocationName(locale, name); err != nil {
		return m, fmt.Errorf("a skill cannot have this name: %w", err)
	}
	l := &m.Interaction.Language
	l.InvocationName, l.Types = name, []struct{}{}
	for _, name := range config.AmazonIntents() {
		l.Intents = append(l.Intents, Intent{Name: name, Samples: []string{}})
	}
	l.Intents = append(l.Intents, sentence(config.SentenceIntent, own.whole()...))
	for _, c := range config.CarrierPhrases(locale) {
		l.Intents = append(l.Intents, sentence(c.Intent(), c.Sample()))
	}
	return m, nil
}

// ShowNext writes for a person what to do with the model's JSON.
func (m Model) ShowNext(to *ui.Screen, locale string) {
	to.Printf("%s\n", to.Dim("For "+locale+". Paste it into the console: Build, Custom, Interaction Model, JSON Editor; then Save and Build."))
	to.Printf("%s\n", to.Dim("The skill is called \""+m.Interaction.Language.InvocationName+"\": open it by that name."))
}

// sentence returns an intent with a slot for free text.
func sentence(name string, samples ...string) Intent {
	return Intent{name, []Slot{{config.SentenceSlot, "AMAZON.SearchQuery"}}, samples}
}

// A voice is what the model needs of a language in addition to the carrier phrases.
type voice struct {
	name string   // of the skill
	lead []string // what a person may say before a complete sentence
}

// whole returns the samples of complete sentences.
func (v voice) whole() []string {
	samples := make([]string, len(v.lead))
	for i, words := range v.lead {
		samples[i] = words + " {" + config.SentenceSlot + "}"
	}
	return samples
}

var voices = map[string]voice{
	"en": {"faithful butler", []string{"please", "can you", "could you", "i want you to", "tell it to"}},
	"de": {"treuer butler", []string{"bitte", "kannst du", "kannst du bitte", "ich möchte"}},
	"fr": {"majordome fidèle", []string{"s'il te plaît", "peux-tu", "tu peux", "je veux"}},
	"es": {"mayordomo fiel", []string{"por favor", "puedes", "quiero"}},
	"it": {"maggiordomo fedele", []string{"per favore", "puoi", "vorrei"}},
	"pt": {"mordomo fiel", []string{"por favor", "você pode", "quero"}},
	"nl": {"trouwe butler", []string{"alsjeblieft", "kun je", "wil je"}},
	"ja": {"うちの執事", []string{"ねえ", "じゃあ", "ちょっと"}},
	"hi": {"वफ़ादार सेवक", []string{"कृपया", "ज़रा"}},
	"ar": {"الخادم الوفي", []string{"من فضلك", "لو سمحت", "ممكن"}},
}
