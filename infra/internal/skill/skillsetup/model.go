package skillsetup

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/skill"
	"github.com/hearthgate/hearthgate/infra/internal/skill/smapi"
)

// planModel compares the interaction model of the stage's locale. The invocation name
// that the owner once gave stays, and so do intents of their own.
func (s *Setup) planModel(ctx context.Context, p *plan, client *smapi.Client, invocation string) error {
	if err := client.Settled(ctx, p.id, smapi.ModelResource(s.Stage.Locale)); err != nil {
		return err
	}
	was, tag, err := client.Model(ctx, p.id, s.Stage.Locale)
	if err != nil {
		return err
	}
	p.modelTag = tag
	amazon := languageOf(was)
	ours, err := skill.NewModel(s.Stage.Locale, cmp.Or(invocation, amazon.InvocationName))
	if err != nil {
		return err
	}
	language := ours.Interaction.Language
	field := "interactionModel." + s.Stage.Locale
	if was == nil {
		p.differs(field, "", fmt.Sprintf("%d intents, opened with %q", len(language.Intents), language.InvocationName))
		p.model = merged(was, language)
		return nil
	}
	field += "."
	before := len(p.differences)
	if amazon.InvocationName != language.InvocationName {
		p.differs(field+"invocationName", amazon.InvocationName, language.InvocationName)
	}
	for _, intent := range language.Intents {
		i := slices.IndexFunc(amazon.Intents, func(a skill.Intent) bool { return a.Name == intent.Name })
		switch {
		case i < 0:
			p.differs(field+"intents."+intent.Name, "", describe(intent))
		case describe(amazon.Intents[i]) != describe(intent):
			p.differs(field+"intents."+intent.Name, describe(amazon.Intents[i]), describe(intent))
		}
	}
	for _, intent := range amazon.Intents {
		if former(intent.Name, language.Intents) {
			p.differs(field+"intents."+intent.Name, describe(intent), "")
		}
	}
	if len(p.differences) > before {
		p.model = merged(was, language)
	}
	return nil
}

// languageOf returns the part of a model that is compared.
func languageOf(m smapi.Model) skill.Language {
	var part struct {
		Language skill.Language `json:"languageModel"`
	}
	b, _ := json.Marshal(m) // made of JSON: cannot fail
	_ = json.Unmarshal(b, &part)
	return part.Language
}

// describe returns an intent in one line, whatever the order of its samples.
func describe(i skill.Intent) string {
	var all []string
	for _, slot := range i.Slots {
		all = append(all, slot.Name+":"+slot.Type)
	}
	all = append(all, slices.Sorted(slices.Values(i.Samples))...)
	return cmp.Or(strings.Join(all, ", "), "present")
}

// former reports whether an intent was one of ours in an earlier version.
func former(name string, ours []skill.Intent) bool {
	return strings.HasPrefix(name, config.SentenceIntent+"_") && !slices.ContainsFunc(ours, func(i skill.Intent) bool { return i.Name == name })
}

// merged returns a model with our intents in place of those of their names, and all else
// as it was.
func merged(was smapi.Model, ours skill.Language) smapi.Model {
	m := smapi.Model(smapi.Manifest(was).Clone())
	if m == nil {
		m = smapi.Model{}
	}
	language, _ := m["languageModel"].(map[string]any)
	if language == nil {
		language = map[string]any{"types": []any{}}
		m["languageModel"] = language
	}
	intents := []any{}
	for _, i := range ours.Intents {
		intents = append(intents, i)
	}
	theirs, _ := language["intents"].([]any)
	for _, i := range theirs {
		object, _ := i.(map[string]any)
		name, _ := object["name"].(string)
		if !former(name, ours.Intents) && !slices.ContainsFunc(ours.Intents, func(i skill.Intent) bool { return i.Name == name }) {
			intents = append(intents, i)
		}
	}
	language["intents"], language["invocationName"] = intents, ours.InvocationName
	return m
}
