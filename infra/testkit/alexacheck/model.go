package alexacheck

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/hearthgate/hearthgate/infra/internal/skill"
)

// Model returns nil for an interaction model that the developer console builds for a
// locale, and otherwise everything that is wrong with it, a line each. It knows no
// slot types but those of free text.
func Model(locale string, b []byte) error {
	var m struct {
		Model struct {
			Language languageModel `json:"languageModel"`
		} `json:"interactionModel"`
	}
	if err := strictly(b, &m); err != nil {
		return err
	}
	c := &modelCheck{intents: map[string]bool{}, samples: map[string]string{}}
	if err := skill.CheckInvocationName(locale, m.Model.Language.InvocationName); err != nil {
		c.fail("invocationName: %w", err)
	}
	if m.Model.Language.Types == nil {
		c.fail("types: missing")
	}
	for _, i := range m.Model.Language.Intents {
		c.intent(i)
	}
	for _, name := range []string{"AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.HelpIntent", "AMAZON.NavigateHomeIntent"} {
		if !c.intents[name] {
			c.fail("intents: %s is missing, which every skill has", name)
		}
	}
	if len(c.samples) == 0 {
		c.fail("intents: none has a sample")
	}
	return errors.Join(c.wrong...)
}

type languageModel struct {
	InvocationName string        `json:"invocationName"`
	Intents        []modelIntent `json:"intents"`
	Types          []struct{}    `json:"types"`
}

type modelIntent struct {
	Name    string      `json:"name"`
	Slots   []modelSlot `json:"slots"`
	Samples []string    `json:"samples"`
}

type modelSlot struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// A modelCheck is one look through a model.
type modelCheck struct {
	intents map[string]bool
	samples map[string]string // to their intent
	wrong   []error
}

func (c *modelCheck) fail(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf(format, args...))
}

var (
	nameOfOwn = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z](_?[A-Za-z])+$`) })
	slotIn    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([^{}]*)\}`) })
)

// standard are the intents of Amazon's own that need no interface of a device.
var standard = []string{
	"AMAZON.CancelIntent", "AMAZON.FallbackIntent", "AMAZON.HelpIntent", "AMAZON.NavigateHomeIntent", "AMAZON.NoIntent",
	"AMAZON.RepeatIntent", "AMAZON.SelectIntent", "AMAZON.StartOverIntent", "AMAZON.StopIntent", "AMAZON.YesIntent",
}

func (c *modelCheck) intent(i modelIntent) {
	if c.intents[i.Name] {
		c.fail("%s: twice", i.Name)
	}
	c.intents[i.Name] = true
	if strings.HasPrefix(i.Name, "AMAZON.") {
		if !slices.Contains(standard, i.Name) || len(i.Slots) > 0 {
			c.fail("%s: no intent of Amazon's, or one with slots", i.Name)
		}
	} else if !nameOfOwn().MatchString(i.Name) {
		c.fail("%s: a name is letters, with single underscores between them", i.Name)
	}
	if i.Samples == nil {
		c.fail("%s: samples are missing", i.Name)
	}
	types := map[string]string{}
	for _, s := range i.Slots {
		if types[s.Name] != "" || !nameOfOwn().MatchString(s.Name) {
			c.fail("%s: slot %q is there twice or has no good name", i.Name, s.Name)
		}
		if s.Type != "AMAZON.SearchQuery" {
			c.fail("%s: slot %s is of an unknown type, %q", i.Name, s.Name, s.Type)
		}
		types[s.Name] = s.Type
	}
	if len(types) > 1 {
		c.fail("%s: %d slots of free text, and one is the most", i.Name, len(types))
	}
	used := map[string]bool{}
	for _, sample := range i.Samples {
		c.sample(i.Name, sample, types, used)
	}
	for name := range types {
		if !used[name] {
			c.fail("%s: no sample has the slot %s", i.Name, name)
		}
	}
	if !strings.HasPrefix(i.Name, "AMAZON.") && len(i.Samples) == 0 {
		c.fail("%s: no sample, so no one can say it", i.Name)
	}
}

func (c *modelCheck) sample(intent, sample string, types map[string]string, used map[string]bool) {
	if other, taken := c.samples[sample]; taken {
		c.fail("%s: the sample %q is one of %s", intent, sample, other)
	}
	c.samples[sample] = intent
	for _, m := range slotIn().FindAllStringSubmatch(sample, -1) {
		if types[m[1]] == "" {
			c.fail("%s: the sample %q has the slot %s, which the intent has not", intent, sample, m[1])
		}
		if used[m[1]] = true; strings.Count(sample, "{"+m[1]+"}") > 1 {
			c.fail("%s: the sample %q has a slot twice", intent, sample)
		}
	}
	words := slotIn().ReplaceAllString(sample, " ")
	if strings.TrimSpace(words) == "" {
		c.fail("%s: the sample %q has nothing but free text, and Alexa wants words beside it", intent, sample)
	}
	for _, r := range words {
		if !unicode.In(r, unicode.Letter, unicode.Mark) && !strings.ContainsRune(" .'_-", r) {
			c.fail("%s: the sample %q has the character %q", intent, sample, r)
		}
	}
	if strings.TrimSpace(sample) != sample || strings.Contains(sample, "  ") || strings.ToLower(sample) != sample {
		c.fail("%s: the sample %q has spaces too many or capital letters", intent, sample)
	}
}
