package config

import "strings"

// Names that the interaction model of the custom skill and the function share.
const (
	SentenceSlot   = "sentence" // the slot of the free text, in every intent with one
	SentenceIntent = "Sentence" // the intent of a whole sentence, and the prefix of the others' names
)

// Amazon's built-in intents that the custom skill uses.
const (
	StopIntent         = "AMAZON.StopIntent"
	CancelIntent       = "AMAZON.CancelIntent"
	NavigateHomeIntent = "AMAZON.NavigateHomeIntent"
	HelpIntent         = "AMAZON.HelpIntent"
	FallbackIntent     = "AMAZON.FallbackIntent" // no other intent matches
	YesIntent          = "AMAZON.YesIntent"
	NoIntent           = "AMAZON.NoIntent"
)

// AmazonIntents returns all built-in intents that the custom skill uses.
func AmazonIntents() []string {
	return []string{StopIntent, CancelIntent, NavigateHomeIntent, HelpIntent, FallbackIntent, YesIntent, NoIntent}
}

// Sentence returns the whole sentence that a person said to the skill: the value of
// the slot with the carrier phrase of the intent. It is "" for an intent without a
// sentence.
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
