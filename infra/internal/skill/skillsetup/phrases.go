package skillsetup

import (
	"strings"

	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
)

// phrases are examples of what people say, by language: two for a Smart Home skill, and
// how a custom skill is opened.
var phrases = map[string]struct{ switchOn, discover, open string }{
	"en": {"Alexa, turn on the kitchen light", "Alexa, discover devices", "Alexa, open"},
	"de": {"Alexa, schalte das Küchenlicht ein", "Alexa, suche neue Geräte", "Alexa, öffne"},
	"fr": {"Alexa, allume la lumière de la cuisine", "Alexa, recherche des appareils", "Alexa, ouvre"},
	"es": {"Alexa, enciende la luz de la cocina", "Alexa, busca dispositivos", "Alexa, abre"},
	"it": {"Alexa, accendi la luce della cucina", "Alexa, cerca dispositivi", "Alexa, apri"},
	"pt": {"Alexa, acenda a luz da cozinha", "Alexa, procure dispositivos", "Alexa, abra"},
	"nl": {"Alexa, doe het keukenlicht aan", "Alexa, zoek apparaten", "Alexa, open"},
	"ja": {"アレクサ、キッチンの電気をつけて", "アレクサ、デバイスを探して", "アレクサ、開いて"},
	"hi": {"Alexa, रसोई की लाइट चालू करो", "Alexa, डिवाइस खोजो", "Alexa, खोलो"},
	"ar": {"أليكسا، شغلي ضوء المطبخ", "أليكسا، ابحثي عن الأجهزة", "أليكسا، افتحي"},
}

// examplePhrases returns what a person may say to a skill. The invocation name is that of
// a custom skill.
func examplePhrases(kind, locale, invocation string) []any {
	language, _, _ := strings.Cut(locale, "-")
	p := phrases[language]
	if kind == smapi.Custom {
		return []any{p.open + " " + invocation}
	}
	return []any{p.switchOn, p.discover}
}
