package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/config"
)

func TestRegion(t *testing.T) {
	want := map[string][]string{
		"us-east-1": {"en-US", "en-CA", "es-US", "es-MX", "fr-CA", "pt-BR"},
		"eu-west-1": {"en-GB", "en-IN", "hi-IN", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL", "ar-SA"},
		"us-west-2": {"ja-JP", "en-AU"},
	}
	var locales []string
	for region, list := range want {
		for _, locale := range list {
			locales = append(locales, locale)
			if got, err := config.Region(locale); got != region || err != nil {
				t.Errorf("Region(%s) = %q, %v; want %q", locale, got, err, region)
			}
		}
	}
	slices.Sort(locales)
	if got := config.Locales(); !slices.Equal(got, locales) {
		t.Errorf("Locales() = %v, want %v", got, locales)
	}
}

func TestRegionOfUnknownLocale(t *testing.T) {
	for _, locale := range []string{"", "en", "en-us", "de-CH", "xx-XX"} {
		got, err := config.Region(locale)
		if got != "" || err == nil {
			t.Errorf("Region(%q) = %q, %v; want an error", locale, got, err)
			continue
		}
		for _, known := range config.Locales() {
			if !strings.Contains(err.Error(), known) {
				t.Errorf("Region(%q): %v; want %s among the known", locale, err, known)
			}
		}
	}
}
