package up

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/skill/skillsetup"
)

// choices are how the owner wants the skills, which is not in the stage's file. The draft
// keeps them until the way is at its end.
type choices struct {
	by   string // byAPI or byHand
	kind string // a flag of [skillsetup.Kinds]

	first bool // the way was not at its end yet
}

// Who creates the skills.
const (
	byAPI  = "api"
	byHand = "hand"
)

// Questions about the skills.
var (
	ByQuestion = setup.Question{
		Field: "skillsBy", Flag: "skills-by", Text: "Who sets up the skill at Amazon, api or hand",
		Help: []string{
			"api: hearthgate does it through Amazon's Skill Management API, once you have created a security profile and consented in your browser.",
			"hand: you type some fifteen values into the Alexa developer console, which hearthgate prints in the end.",
		},
	}
	KindQuestion = setup.Question{
		Field: "skillKind", Flag: "kind", Text: "Kind of skill, smart-home, custom or both",
		Help: []string{
			"smart-home: \"Alexa, turn on the kitchen light\". custom: sentences of your own, to Home Assistant's conversation: \"Alexa, ask faithful butler who is at home\".",
		},
	}
)

// choose asks how the owner wants the skills. For a stage that has skills, and no way that
// ended early, they are as they are.
func choose(ctx context.Context, i *setup.Interview, given map[string]string) (c choices, err error) {
	_, early := i.Draft.Answer(KindQuestion.Field)
	_, kind := given[KindQuestion.Field]
	_, by := given[ByQuestion.Field]
	known := kindOf(*i.Stage)
	c.first = known == "" || early
	if !c.first && !kind && !by {
		c.kind = known
		return c, nil
	}
	if c.kind, err = choice(ctx, i, KindQuestion, given, cmp.Or(known, "smart-home"), checkKind); err != nil {
		return c, err
	}
	c.by, err = choice(ctx, i, ByQuestion, given, byAPI, checkBy)
	return c, err
}

// checkChoices returns what is wrong with the choices that were given in advance.
func checkChoices(given map[string]string) error {
	if text, ok := given[KindQuestion.Field]; ok {
		if err := checkKind(text); err != nil {
			return err
		}
	}
	if text, ok := given[ByQuestion.Field]; ok {
		return checkBy(text)
	}
	return nil
}

// choice returns what was given in advance or answered in an earlier run, else asks.
func choice(ctx context.Context, i *setup.Interview, q setup.Question, given map[string]string, fallback string, check func(string) error) (string, error) {
	if text, ok := given[q.Field]; ok {
		return text, nil // it was checked
	}
	if text, ok := i.Draft.Answer(q.Field); ok && check(text) == nil {
		return text, nil
	}
	return i.AskOther(ctx, q, fallback, check)
}

// kindOf returns the kind of skill that a stage has, "" for none.
func kindOf(s config.Stage) string {
	switch {
	case s.SmartHomeSkillID != "" && s.CustomSkillID != "":
		return "both"
	case s.SmartHomeSkillID != "":
		return "smart-home"
	case s.CustomSkillID != "":
		return "custom"
	}
	return ""
}

func checkKind(text string) error {
	_, err := skillsetup.Kinds(text)
	return err
}

func checkBy(text string) error {
	if text != byAPI && text != byHand {
		return fmt.Errorf("%q is neither api nor hand: write one of them", text)
	}
	return nil
}

// keep writes the choices into the draft.
func (c choices) keep(d *setup.Draft) error {
	if !c.first {
		return nil // the next run finds them as this one did
	}
	if err := d.Keep(KindQuestion.Field, c.kind); err != nil {
		return err
	}
	return d.Keep(ByQuestion.Field, c.by)
}
