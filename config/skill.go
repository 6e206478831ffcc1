package config

import "strings"

// What the interaction model of the custom skill and the function must spell
// alike. Alexa hands a free text on only behind words of the model, and without
// them: "turn {sentence}" gives "on the kitchen light". So the model has an intent
// for each such word, whose name says which word to put back.

const (
	SentenceSlot   = "sentence" // the slot of the free text, in every intent that has one
	SentenceIntent = "Sentence" // the intent of a sentence that is whole, and the start of the others' names
)

// Carriers returns the words that a sentence of a locale can begin with for the
// skill; none for a language that has no model.
func Carriers(locale string) []string {
	switch language(locale) {
	case "en":
		return []string{"turn", "switch", "set", "dim", "brighten", "open", "close", "lock", "unlock", "start", "stop", "run", "play", "pause", "make", "add", "activate", "what", "what's", "which", "how", "is", "are", "when", "where"}
	case "de":
		return []string{"schalte", "schalt", "mach", "mache", "stelle", "stell", "dimme", "öffne", "schließe", "verriegle", "entriegle", "starte", "stoppe", "spiele", "setze", "füge", "aktiviere", "fahre", "wie", "was", "welche", "ist", "sind", "wann", "wo"}
	case "fr":
		return []string{"allume", "éteins", "mets", "règle", "baisse", "augmente", "ouvre", "ferme", "verrouille", "déverrouille", "lance", "démarre", "arrête", "joue", "ajoute", "active", "quelle", "quel", "combien", "est-ce que"}
	case "es":
		return []string{"enciende", "apaga", "pon", "ajusta", "baja", "sube", "abre", "cierra", "bloquea", "desbloquea", "inicia", "para", "reproduce", "añade", "activa", "qué", "cuál", "cuánto", "está"}
	case "it":
		return []string{"accendi", "spegni", "imposta", "metti", "abbassa", "alza", "apri", "chiudi", "blocca", "sblocca", "avvia", "ferma", "riproduci", "aggiungi", "attiva", "qual", "quanto", "che", "è"}
	}
	return nil
}

// CarrierIntent returns the name of the intent for sentences that begin with
// those words: letters and underscores, as Alexa wants it.
func CarrierIntent(words string) string {
	return SentenceIntent + "_" + strings.NewReplacer(
		"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "á", "a", "í", "i", "ó", "o", "ú", "u", "ñ", "n", "ì", "i",
		" ", "_", "-", "_", "'", "_",
	).Replace(words)
}

// Sentence returns what a person said to the skill, whole: what Alexa has in the
// slot, behind the words that the intent stands for. It is "" for an intent that
// stands for no sentence.
func Sentence(locale, intent, slot string) string {
	switch yes, no := answers(locale); {
	case intent == "AMAZON.YesIntent":
		return yes
	case intent == "AMAZON.NoIntent":
		return no
	case slot == "":
		return ""
	}
	for _, words := range Carriers(locale) {
		if CarrierIntent(words) == intent {
			return words + " " + slot
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
	case "ja":
		return "はい", "いいえ"
	}
	return "yes", "no"
}

func language(locale string) string {
	l, _, _ := strings.Cut(strings.ToLower(locale), "-")
	return l
}
