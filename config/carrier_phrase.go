package config

import (
	"cmp"
	"strings"
)

// A CarrierPhrase is the words that a sentence begins with or, in a language whose
// verb comes last, ends with. Alexa accepts a free text only beside such words, and
// sends the text without them: "turn {sentence}" gives "on the kitchen light". So the
// model has an intent for each carrier phrase, whose name identifies the words.
type CarrierPhrase struct {
	Words     string // as a person says them
	romanized string // the words in Latin letters; default: Words
	separator string // between the rest and the words, if trailing
	trailing  bool   // whether the words follow the rest
}

// Intent returns the name of the phrase's intent, which has letters and underscores
// only, as Alexa requires.
func (c CarrierPhrase) Intent() string {
	return SentenceIntent + "_" + cmp.Or(c.romanized, latin.Replace(c.Words))
}

var latin = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "á", "a", "ã", "a", "í", "i", "ì", "i", "ó", "o", "ú", "u", "ñ", "n",
	" ", "_", "-", "_", "'", "_",
)

// Sentence returns the whole sentence, given its rest.
func (c CarrierPhrase) Sentence(rest string) string {
	if c.trailing {
		return rest + c.separator + c.Words
	}
	return c.Words + " " + rest
}

// Sample returns the sample utterance of the model: the sentence with the slot in
// place of the rest, always separated by a space.
func (c CarrierPhrase) Sample() string {
	slot := "{" + SentenceSlot + "}"
	if c.trailing {
		return slot + " " + c.Words
	}
	return c.Words + " " + slot
}

// CarrierPhrases returns the carrier phrases of a locale; none for a language that
// Alexa does not support.
func CarrierPhrases(locale string) []CarrierPhrase {
	switch language(locale) {
	case "en":
		return leading("turn", "switch", "set", "dim", "brighten", "open", "close", "lock", "unlock", "start", "stop", "run", "play", "pause", "make", "add", "activate", "what", "what's", "which", "how", "is", "are", "when", "where", "who")
	case "de":
		return leading("schalte", "schalt", "mach", "mache", "stelle", "stell", "dimme", "öffne", "schließe", "verriegle", "entriegle", "starte", "stoppe", "spiele", "setze", "füge", "aktiviere", "fahre", "wie", "was", "welche", "ist", "sind", "wann", "wo", "wer")
	case "fr":
		return leading("allume", "éteins", "mets", "règle", "baisse", "augmente", "ouvre", "ferme", "verrouille", "déverrouille", "lance", "démarre", "arrête", "joue", "ajoute", "active", "quelle", "quel", "combien", "est-ce que", "qui")
	case "es":
		return leading("enciende", "apaga", "pon", "ajusta", "baja", "sube", "abre", "cierra", "bloquea", "desbloquea", "inicia", "para", "reproduce", "añade", "activa", "qué", "cuál", "cuánto", "está", "quién")
	case "it":
		return leading("accendi", "spegni", "imposta", "metti", "abbassa", "alza", "apri", "chiudi", "blocca", "sblocca", "avvia", "ferma", "riproduci", "aggiungi", "attiva", "qual", "quanto", "che", "è", "chi")
	case "pt":
		return leading("acenda", "acende", "ligue", "liga", "desligue", "desliga", "apague", "apaga", "abra", "abre", "feche", "fecha", "aumente", "diminua", "ajuste", "coloque", "tranque", "destranque", "inicie", "pare", "toque", "adicione", "ative", "qual", "quais", "quanto", "como", "está", "quem")
	case "nl":
		return leading("zet", "doe", "schakel", "dim", "open", "sluit", "vergrendel", "ontgrendel", "verhoog", "verlaag", "start", "stop", "speel", "pauzeer", "activeer", "voeg", "wat", "hoe", "welke", "is", "zijn", "staat", "wanneer", "waar", "wie")
	case "ja":
		return trailing("", "つけて", "tsukete", "消して", "keshite", "開けて", "akete", "閉めて", "shimete", "上げて", "agete", "下げて", "sagete", "明るくして", "akarukushite", "暗くして", "kurakushite", "止めて", "tomete", "再生して", "saiseishite", "設定して", "setteishite", "起動して", "kidoushite", "追加して", "tsuikashite", "教えて", "oshiete", "にして", "nishite")
	case "hi":
		return trailing(" ", "चालू करो", "chaalu_karo", "चालू कर दो", "chaalu_kar_do", "बंद करो", "band_karo", "बंद कर दो", "band_kar_do", "खोलो", "kholo", "बढ़ाओ", "badhaao", "घटाओ", "ghataao", "कम करो", "kam_karo", "सेट करो", "set_karo", "चलाओ", "chalaao", "रोको", "roko", "जोड़ो", "jodo", "बताओ", "bataao", "क्या है", "kya_hai", "कितना है", "kitna_hai")
	case "ar":
		return romanized("شغلي", "shaghili", "شغل", "shaghil", "اطفي", "itfi", "افتحي", "iftahi", "افتح", "iftah", "سكري", "sakkiri", "اقفلي", "iqfili", "ارفعي", "irfai", "نزلي", "nazzili", "اضبطي", "idbiti", "وقفي", "waqqifi", "ضيفي", "dhifi", "كم", "kam", "ما", "ma", "هل", "hal", "كيف", "kayf", "وين", "wayn")
	}
	return nil
}

// leading returns phrases that sentences begin with.
func leading(words ...string) []CarrierPhrase {
	all := make([]CarrierPhrase, len(words))
	for i, w := range words {
		all[i] = CarrierPhrase{Words: w}
	}
	return all
}

// romanized returns phrases that sentences begin with, given as pairs: the words and
// the words in Latin letters.
func romanized(pairs ...string) []CarrierPhrase {
	all := make([]CarrierPhrase, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, CarrierPhrase{Words: pairs[i], romanized: pairs[i+1]})
	}
	return all
}

// trailing returns phrases that sentences end with, given as pairs as to [romanized].
func trailing(separator string, pairs ...string) []CarrierPhrase {
	all := romanized(pairs...)
	for i := range all {
		all[i].separator, all[i].trailing = separator, true
	}
	return all
}
