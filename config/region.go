package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// Region returns the AWS region that a skill of the locale must live in. The error
// of an unknown locale lists the known ones.
func Region(locale string) (string, error) {
	for _, r := range alexa.Regions {
		if slices.Contains(r.Locales, locale) {
			return r.Name, nil
		}
	}
	return "", fmt.Errorf("no region is known for the locale %s; write the locale of the owner's Amazon account, one of %s",
		quote(locale), strings.Join(Locales(), ", "))
}

// Locales returns every locale that [Region] knows, sorted.
func Locales() []string {
	var all []string
	for _, r := range alexa.Regions {
		all = append(all, r.Locales...)
	}
	slices.Sort(all)
	return all
}
