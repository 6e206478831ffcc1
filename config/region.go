package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// regions maps the locale of the owner's Amazon account, and of the skill, to the only
// region in which Alexa looks for a Smart Home skill of that locale.
var regions = map[string]string{
	"en-US": "us-east-1", "en-CA": "us-east-1", "es-US": "us-east-1",
	"es-MX": "us-east-1", "fr-CA": "us-east-1", "pt-BR": "us-east-1",

	"en-GB": "eu-west-1", "en-IN": "eu-west-1", "hi-IN": "eu-west-1", "de-DE": "eu-west-1",
	"fr-FR": "eu-west-1", "es-ES": "eu-west-1", "it-IT": "eu-west-1",
	"nl-NL": "eu-west-1", "ar-SA": "eu-west-1", // not in Amazon's table, assumed from similar locales

	"ja-JP": "us-west-2", "en-AU": "us-west-2",
}

// Region returns the AWS region that a skill of the locale must be deployed to. The
// locale is that of the owner's Amazon account, wherever they live. The error for an
// unknown locale lists the known ones.
func Region(locale string) (string, error) {
	region, ok := regions[locale]
	if !ok {
		return "", fmt.Errorf("no region is known for the locale %s; write the locale of the owner's Amazon account, one of %s",
			quote(locale), strings.Join(Locales(), ", "))
	}
	return region, nil
}

// Locales returns every locale that [Region] knows, sorted.
func Locales() []string { return slices.Sorted(maps.Keys(regions)) }
