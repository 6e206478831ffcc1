package config_test

import (
	"regexp"
	"strings"
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
		{"xx-XX", "AMAZON.NoIntent", "", "no"},
		{"nl-NL", "AMAZON.NoIntent", "", "nee"},
		{"ja-JP", "AMAZON.YesIntent", "", "はい"},
		{"ja-JP", "Sentence_tsukete", "台所の電気を", "台所の電気をつけて"},
		{"hi-IN", "Sentence_band_karo", "रसोई की लाइट", "रसोई की लाइट बंद करो"},
		{"ar-SA", "Sentence_shaghili", "نور المطبخ", "شغلي نور المطبخ"},
		{"pt-BR", "Sentence_esta", "aberta a porta", "está aberta a porta"},
		{"", "", "", ""},
	} {
		if got := config.Sentence(tt.locale, tt.intent, tt.slot); got != tt.want {
			t.Errorf("%s %s %q is %q, want %q", tt.locale, tt.intent, tt.slot, got, tt.want)
		}
	}
}

// TestCarrierPhrases checks that in every locale every intent has a valid and unique
// name, and that the words are restored.
func TestCarrierPhrases(t *testing.T) {
	valid := regexp.MustCompile(`^[A-Za-z_]{2,}$`)
	for _, locale := range config.Locales() {
		phrases := config.CarrierPhrases(locale)
		if len(phrases) < 10 {
			t.Errorf("%s has %d carrier phrases, want at least 10", locale, len(phrases))
		}
		seen := map[string]string{}
		for _, c := range phrases {
			name := c.Intent()
			if !valid.MatchString(name) || seen[name] != "" {
				t.Errorf("%s: %q has the intent %q, which is invalid or that of %q", locale, c.Words, name, seen[name])
			}
			seen[name] = c.Words
			got := config.Sentence(locale, name, "x")
			if got != c.Sentence("x") || !strings.Contains(got, c.Words) || !strings.Contains(c.Sample(), c.Words) {
				t.Errorf("%s: %q is restored as %q", locale, c.Words, got)
			}
		}
	}
	if config.CarrierPhrases("xx-XX") != nil {
		t.Error("a language that Alexa does not support has carrier phrases")
	}
}
