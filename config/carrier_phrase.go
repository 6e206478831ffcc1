package config

import "strings"

// A CarrierPhrase is the words that a sentence begins with, or in a language whose verb
// comes last ends with. Alexa hands a free text on only beside such words of the
// model, and without them: "turn {sentence}" gives "on the kitchen light". So the
// model has an intent for each carrier, whose name says which words to put back.
type CarrierPhrase struct {
	Words  string // as a person says them
	sound  string // the words in Latin letters; default: Words
	joint  string // between the words and the rest; default: a space
	behind bool   // whether the words stand behind the rest
}

// Intent returns the name of the carrier's intent: letters and underscores, as Alexa
// wants it.
func (c CarrierPhrase) Intent() string {
	sound := c.sound
	if sound == "" {
		sound = latin.Replace(c.Words)
	}
	return SentenceIntent + "_" + sound
}

var latin = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "á", "a", "ã", "a", "í", "i", "ì", "i", "ó", "o", "ú", "u", "ñ", "n",
	" ", "_", "-", "_", "'", "_",
)

// Sentence returns the sentence of which rest is the rest.
func (c CarrierPhrase) Sentence(rest string) string {
	if c.behind {
		return rest + c.joint + c.Words
	}
	return c.Words + " " + rest
}

// Sample returns how the model writes that sentence: with the slot in the place of
// the rest, apart from the words.
func (c CarrierPhrase) Sample() string {
	slot := "{" + SentenceSlot + "}"
	if c.behind {
		return slot + " " + c.Words
	}
	return c.Words + " " + slot
}

// CarrierPhrases returns the carriers of a locale; none for a language that Alexa does not
// speak.
func CarrierPhrases(locale string) []CarrierPhrase {
	switch language(locale) {
	case "en":
		return first("turn", "switch", "set", "dim", "brighten", "open", "close", "lock", "unlock", "start", "stop", "run", "play", "pause", "make", "add", "activate", "what", "what's", "which", "how", "is", "are", "when", "where")
	case "de":
		return first("schalte", "schalt", "mach", "mache", "stelle", "stell", "dimme", "öffne", "schließe", "verriegle", "entriegle", "starte", "stoppe", "spiele", "setze", "füge", "aktiviere", "fahre", "wie", "was", "welche", "ist", "sind", "wann", "wo")
	case "fr":
		return first("allume", "éteins", "mets", "règle", "baisse", "augmente", "ouvre", "ferme", "verrouille", "déverrouille", "lance", "démarre", "arrête", "joue", "ajoute", "active", "quelle", "quel", "combien", "est-ce que")
	case "es":
		return first("enciende", "apaga", "pon", "ajusta", "baja", "sube", "abre", "cierra", "bloquea", "desbloquea", "inicia", "para", "reproduce", "añade", "activa", "qué", "cuál", "cuánto", "está")
	case "it":
		return first("accendi", "spegni", "imposta", "metti", "abbassa", "alza", "apri", "chiudi", "blocca", "sblocca", "avvia", "ferma", "riproduci", "aggiungi", "attiva", "qual", "quanto", "che", "è")
	case "pt":
		return first("acenda", "acende", "ligue", "liga", "desligue", "desliga", "apague", "apaga", "abra", "abre", "feche", "fecha", "aumente", "diminua", "ajuste", "coloque", "tranque", "destranque", "inicie", "pare", "toque", "adicione", "ative", "qual", "quais", "quanto", "como", "está")
	case "nl":
		return first("zet", "doe", "schakel", "dim", "open", "sluit", "vergrendel", "ontgrendel", "verhoog", "verlaag", "start", "stop", "speel", "pauzeer", "activeer", "voeg", "wat", "hoe", "welke", "is", "zijn", "staat", "wanneer", "waar")
	case "ja":
		return last("", "つけて", "tsukete", "消して", "keshite", "開けて", "akete", "閉めて", "shimete", "上げて", "agete", "下げて", "sagete", "明るくして", "akarukushite", "暗くして", "kurakushite", "止めて", "tomete", "再生して", "saiseishite", "設定して", "setteishite", "起動して", "kidoushite", "追加して", "tsuikashite", "教えて", "oshiete", "にして", "nishite")
	case "hi":
		return last(" ", "चालू करो", "chaalu_karo", "चालू कर दो", "chaalu_kar_do", "बंद करो", "band_karo", "बंद कर दो", "band_kar_do", "खोलो", "kholo", "बढ़ाओ", "badhaao", "घटाओ", "ghataao", "कम करो", "kam_karo", "सेट करो", "set_karo", "चलाओ", "chalaao", "रोको", "roko", "जोड़ो", "jodo", "बताओ", "bataao", "क्या है", "kya_hai", "कितना है", "kitna_hai")
	case "ar":
		return spoken("شغلي", "shaghili", "شغل", "shaghil", "اطفي", "itfi", "افتحي", "iftahi", "افتح", "iftah", "سكري", "sakkiri", "اقفلي", "iqfili", "ارفعي", "irfai", "نزلي", "nazzili", "اضبطي", "idbiti", "وقفي", "waqqifi", "ضيفي", "dhifi", "كم", "kam", "ما", "ma", "هل", "hal", "كيف", "kayf", "وين", "wayn")
	}
	return nil
}

// first returns carriers that sentences begin with.
func first(words ...string) []CarrierPhrase {
	all := make([]CarrierPhrase, len(words))
	for i, w := range words {
		all[i] = CarrierPhrase{Words: w}
	}
	return all
}

// spoken returns carriers that sentences begin with, given as words and their sound.
func spoken(pairs ...string) []CarrierPhrase {
	all := make([]CarrierPhrase, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, CarrierPhrase{Words: pairs[i], sound: pairs[i+1]})
	}
	return all
}

// last returns carriers that sentences end with, given as words and their sound.
func last(joint string, pairs ...string) []CarrierPhrase {
	all := spoken(pairs...)
	for i := range all {
		all[i].joint, all[i].behind = joint, true
	}
	return all
}
