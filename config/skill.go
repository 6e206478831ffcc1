package config

import "strings"

// What the interaction model of the custom skill and the function must spell alike.
const (
	SentenceSlot   = "sentence" // the slot of the free text, in every intent that has one
	SentenceIntent = "Sentence" // the intent of a sentence that is whole, and the start of the others' names
)

// Intents of Alexa's own that the custom skill has.
const (
	StopIntent         = "AMAZON.StopIntent"
	CancelIntent       = "AMAZON.CancelIntent"
	NavigateHomeIntent = "AMAZON.NavigateHomeIntent"
	HelpIntent         = "AMAZON.HelpIntent"
	FallbackIntent     = "AMAZON.FallbackIntent" // nothing else in the model fits
	YesIntent          = "AMAZON.YesIntent"
	NoIntent           = "AMAZON.NoIntent"
)

// AmazonIntents returns all of them.
func AmazonIntents() []string {
	return []string{StopIntent, CancelIntent, NavigateHomeIntent, HelpIntent, FallbackIntent, YesIntent, NoIntent}
}

// Sentence returns what a person said to the skill, whole: what Alexa has in the
// slot, with the words that the intent stands for. It is "" for an intent that stands
// for no sentence.
func Sentence(locale, intent, slot string) string {
	switch yes, no := answers(locale); {
	case intent == YesIntent:
		return yes
	case intent == NoIntent:
		return no
	case slot == "":
		return ""
	}
	for _, c := range CarrierPhrases(locale) {
		if c.Intent() == intent {
			return c.Sentence(slot)
		}
	}
	return slot
}

// answers returns the words for yes and no.
func answers(locale string) (yes, no string) {
	switch language(locale) {
	case "de":
		return "ja", "nein"
	case "fr":
		return "oui", "non"
	case "es":
		return "sí", "no"
	case "it":
		return "sì", "no"
	case "pt":
		return "sim", "não"
	case "nl":
		return "ja", "nee"
	case "ja":
		return "はい", "いいえ"
	case "hi":
		return "हाँ", "नहीं"
	case "ar":
		return "نعم", "لا"
	}
	return "yes", "no"
}

func language(locale string) string {
	l, _, _ := strings.Cut(strings.ToLower(locale), "-")
	return l
}
