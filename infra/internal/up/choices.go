package up

import (
	"context"
	"fmt"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/setup"
	"github.com/hearthgate/hearthgate/infra/internal/skillsetup"
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
	_, asked := given[KindQuestion.Field]
	if c.kind = kindOf(*i.Stage); c.kind != "" && !early && !asked {
		return c, nil
	}
	c.first = true
	if c.kind, err = choice(ctx, i, KindQuestion, given, "smart-home", checkKind); err != nil {
		return c, err
	}
	c.by, err = choice(ctx, i, ByQuestion, given, byAPI, checkBy)
	return c, err
}

// choice returns what was given in advance or answered in an earlier run, else asks.
func choice(ctx context.Context, i *setup.Interview, q setup.Question, given map[string]string, fallback string, check func(string) error) (string, error) {
	text, ok := given[q.Field]
	if !ok {
		text, ok = i.Draft.Answer(q.Field)
		ok = ok && check(text) == nil
	}
	if ok {
		return text, check(text)
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
	if err := d.Keep(KindQuestion.Field, c.kind); err != nil {
		return err
	}
	return d.Keep(ByQuestion.Field, c.by)
}
