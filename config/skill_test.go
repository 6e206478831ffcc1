package config_test

import (
	"regexp"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

func TestSentence(t *testing.T) {
	for _, tt := range []struct{ locale, intent, slot, want string }{
		{"en-US", "Sentence_turn", "on the light", "turn on the light"},
		{"en-GB", "Sentence", "turn on the light", "turn on the light"},
		{"en-GB", "Sentence_what_s", "the time", "what's the time"},
		{"de-DE", "Sentence_oeffne", "die Tür", "öffne die Tür"},
		{"de-DE", "Sentence_schalte", "das Licht ein", "schalte das Licht ein"},
		{"fr-CA", "Sentence_est_ce_que", "la porte est fermée", "est-ce que la porte est fermée"},
		{"de-DE", "Sentence_turn", "das Licht an", "das Licht an"}, // of another language's model
		{"en-US", "OwnIntent", "anything", "anything"},
		{"en-US", "Sentence_turn", "", ""},
		{"de-AT", "AMAZON.YesIntent", "", "ja"},
		{"nl-NL", "AMAZON.NoIntent", "", "no"},
		{"ja-JP", "AMAZON.YesIntent", "", "はい"},
		{"", "", "", ""},
	} {
		if got := config.Sentence(tt.locale, tt.intent, tt.slot); got != tt.want {
			t.Errorf("%s %s %q is %q, want %q", tt.locale, tt.intent, tt.slot, got, tt.want)
		}
	}
}

// TestCarriers looks that every intent has a name that Alexa takes and that no other
// has.
func TestCarriers(t *testing.T) {
	valid := regexp.MustCompile(`^[A-Za-z_]{2,}$`)
	for _, locale := range []string{"en-US", "de-DE", "fr-FR", "es-ES", "it-IT"} {
		words := config.Carriers(locale)
		if len(words) < 10 {
			t.Errorf("%s has %d beginnings", locale, len(words))
		}
		seen := map[string]string{}
		for _, w := range words {
			name := config.CarrierIntent(w)
			if !valid.MatchString(name) || seen[name] != "" {
				t.Errorf("%s: %q has the intent %q, as %q has", locale, w, name, seen[name])
			}
			seen[name] = w
			if got := config.Sentence(locale, name, "x"); got != w+" x" {
				t.Errorf("%s: %q comes back as %q", locale, w, got)
			}
		}
	}
	if config.Carriers("nl-NL") != nil {
		t.Error("a language without a model has beginnings")
	}
}
