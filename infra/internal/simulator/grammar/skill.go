package grammar

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
)

// A Request is what Alexa makes of a sentence for the custom skill.
type Request struct {
	Launch bool   // the skill is opened, without an intent
	Intent string // "AMAZON.HelpIntent"; "" for Launch
	Slot   string // the free text of the intent's slot; default: none
}

// Invoked returns what a sentence asks of the custom skill: to open it, or to ask it
// something at once. ok is false for a sentence that is not for it.
func (g *Grammar) Invoked(sentence string) (r Request, ok bool) {
	sentence = Normal(sentence)
	names := append([]string{g.Invocation()}, g.words.Skills...)
	for _, template := range g.words.Launch {
		for _, name := range names {
			if sentence == strings.Replace(template, "{skill}", name, 1) {
				return Request{Launch: true}, true
			}
		}
	}
	for _, template := range g.words.Ask {
		text := strings.Replace(regexp.QuoteMeta(template), regexp.QuoteMeta("{sentence}"), "(.+)", 1)
		text = strings.Replace(text, regexp.QuoteMeta("{skill}"), anyOf(names), 1)
		if m := regexp.MustCompile("^" + text + "$").FindStringSubmatch(sentence); m != nil {
			return g.InSkill(m[1]), true
		}
	}
	return Request{}, false
}

// InSkill returns the request that Alexa sends when a sentence is said while the skill is
// open, by the samples of its interaction model. She sends free text only beside a carrier
// phrase; for a sentence without one she sends the fallback intent.
func (g *Grammar) InSkill(sentence string) Request {
	sentence = Normal(sentence)
	for intent, words := range map[string][]string{
		config.HelpIntent: g.words.Help, config.StopIntent: g.words.Stop, config.CancelIntent: g.words.Cancel,
		config.YesIntent: {config.Sentence(g.locale, config.YesIntent, "")}, config.NoIntent: {config.Sentence(g.locale, config.NoIntent, "")},
	} {
		if slices.Contains(words, sentence) {
			return Request{Intent: intent}
		}
	}
	found := Request{Intent: config.FallbackIntent}
	longest := 0
	for _, intent := range g.model.Interaction.Language.Intents {
		for _, sample := range intent.Samples {
			before, after, _ := strings.Cut(sample, "{"+config.SentenceSlot+"}")
			rest, ok := g.between(sentence, before, after)
			if n := len(before) + len(after); ok && n > longest {
				found, longest = Request{Intent: intent.Name, Slot: rest}, n
			}
		}
	}
	return found
}

// between returns what a sentence has between two texts. Japanese has no spaces, which
// its samples have.
func (g *Grammar) between(sentence, before, after string) (rest string, ok bool) {
	if strings.HasPrefix(g.locale, "ja") {
		before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	}
	if rest, ok = strings.CutPrefix(sentence, before); ok {
		rest, ok = strings.CutSuffix(rest, after)
	}
	return rest, ok && strings.TrimSpace(rest) != ""
}

// SkillExample returns a sentence that opens the custom skill.
func (g *Grammar) SkillExample() string {
	return strings.Replace(g.words.Launch[0], "{skill}", g.Invocation(), 1)
}
