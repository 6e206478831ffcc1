package lambda

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// HandleSkill answers a request of a custom skill.
var HandleSkill = core.Define[Skill, json.RawMessage](core.Lambda, "handle_skill",
	"Answer a custom skill's request: a sentence goes to Home Assistant's conversation, an intent of the owner's own to its intent scripts, and what every skill is asked is answered here.").
	Failing(whenAsked...)

// A Skill is the input of [HandleSkill]: a request of a custom skill. Its operation
// is neither cached nor tried again.
type Skill struct {
	alexa.SkillRequest
}

// NeedsSettings marks that a request cannot be answered without the settings, which
// say which skill may ask.
func (Skill) NeedsSettings() {}

// UnmarshalJSON takes the request as Alexa sends it.
func (s *Skill) UnmarshalJSON(b []byte) (err error) {
	s.SkillRequest, err = alexa.ParseSkill(append([]byte(nil), b...))
	return err
}

// skillTypes are the types of request that there are.
var skillTypes = []string{alexa.Launch, alexa.IntentSaid, alexa.SessionEnded, alexa.CanFulfill}

func (g *gateway) handleSkill(ctx context.Context, s Skill) (json.RawMessage, error) {
	if err := g.opts.Validate(ctx, s.Raw()); err != nil {
		return nil, err
	}
	if err := g.opts.Admit(ctx, s.SkillRequest); err != nil {
		return nil, err
	}
	say := alexa.PhrasesFor(s.Locale)
	switch s.Type {
	case alexa.Launch:
		return alexa.SkillReply{Speech: say.Welcome, Reprompt: say.More, Open: true}.Encode()
	case alexa.IntentSaid:
		return g.intent(ctx, s.SkillRequest, say)
	case alexa.CanFulfill:
		return canFulfill(s.SkillRequest)
	case alexa.SessionEnded:
		if s.Reason == "ERROR" {
			return nil, core.Errorf(core.Invalid, core.CauseSession, "Alexa ended the session because of a reply that it could not take (%.200s)", s.Problem)
		}
		return alexa.Silence(), nil
	}
	return nil, core.Errorf(core.Invalid, core.CauseRequest, "the request's type is %.60q; there are %s", s.Type, strings.Join(skillTypes, ", "))
}

// intent answers what a person wants.
func (g *gateway) intent(ctx context.Context, r alexa.SkillRequest, say *alexa.Phrases) (json.RawMessage, error) {
	sentence := sentence(r)
	switch name := r.Intent.Name; {
	case name == config.StopIntent || name == config.CancelIntent || name == config.NavigateHomeIntent:
		return alexa.SkillReply{Speech: say.Goodbye}.Encode()
	case name == config.HelpIntent:
		return alexa.SkillReply{Speech: say.Help, Reprompt: say.More, Open: true, Attributes: r.Attributes}.Encode()
	case sentence != "":
		return g.converse(ctx, r, sentence, say)
	case strings.HasPrefix(name, "AMAZON.") || strings.HasPrefix(name, config.SentenceIntent):
		return alexa.SkillReply{Speech: say.Unknown, Reprompt: say.More, Open: true, Attributes: r.Attributes}.Encode()
	case g.opts.Intent == nil:
		return nil, unwired("intents")
	}
	return g.opts.Intent(ctx, r)
}

// sentence returns what a person said, whole; "" if the intent is about no sentence.
func sentence(r alexa.SkillRequest) string {
	return config.Sentence(r.Locale, r.Intent.Name, strings.TrimSpace(r.Said(config.SentenceSlot)))
}

func (g *gateway) converse(ctx context.Context, r alexa.SkillRequest, sentence string, say *alexa.Phrases) (json.RawMessage, error) {
	if g.opts.Converse == nil {
		return nil, unwired("sentences")
	}
	reply, err := g.opts.Converse(ctx, r, sentence)
	if err != nil {
		return nil, err
	}
	if reply.Speech == "" {
		reply.Speech = say.Done
	}
	if reply.Reprompt == "" {
		reply.Reprompt = reply.Speech // the question, asked again
	}
	return reply.Encode()
}

// canFulfill says whether an intent could be answered, without doing anything. Of
// the owner's own intents only Home Assistant knows.
func canFulfill(r alexa.SkillRequest) (json.RawMessage, error) {
	can := "MAYBE"
	switch name := r.Intent.Name; {
	case name == "":
		can = "NO"
	case strings.HasPrefix(name, config.SentenceIntent):
		can = "NO"
		if sentence(r) != "" {
			can = "YES"
		}
	case strings.HasPrefix(name, "AMAZON."):
		can = "NO" // help and the like are about this skill, and nobody is in it
	}
	return alexa.Fulfillment(r, can, config.SentenceSlot)
}
