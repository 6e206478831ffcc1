package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Skill is the input of [HandleSkill]. It is neither cached nor retried.
type Skill struct{ alexa.SkillRequest }

// NeedsSettings marks that a request cannot be answered without the settings, which
// say which skill may ask.
func (Skill) NeedsSettings() {}

// UnmarshalJSON takes the request as Alexa sends it.
func (s *Skill) UnmarshalJSON(b []byte) error {
	e, err := alexa.ParseEvent(append([]byte(nil), b...))
	if err != nil {
		return err
	}
	request, ok := e.(alexa.SkillRequest)
	if !ok {
		return errors.New("the event has no request")
	}
	s.SkillRequest = request
	return nil
}

// skillTypes are the types of request that the skill is made for. Amazon's others have
// a dot in their names: AudioPlayer.PlaybackStarted.
var skillTypes = []string{alexa.Launch, alexa.IntentSaid, alexa.SessionEnded, alexa.SessionResumed, alexa.CanFulfill}

// checkType rejects a request of a type that Amazon does not have.
func checkType(r alexa.SkillRequest) error {
	if slices.Contains(skillTypes, r.Type) || strings.Contains(r.Type, ".") {
		return nil
	}
	return core.Errorf(core.Invalid, core.CauseRequest, "the request's type is %.60q; expected one of %s", r.Type, strings.Join(skillTypes, ", "))
}

func (g *Gateway) handleSkill(ctx context.Context, s Skill) (json.RawMessage, error) {
	if s.IsNotice() { // no matter who sends it: nothing is done, and nothing said
		return alexa.Silence(), nil
	}
	guest, err := g.opts.Access.Admit(ctx, s.SkillRequest)
	if err != nil {
		return nil, err
	}
	say := alexa.PhrasesFor(s.Locale)
	switch s.Type {
	case alexa.Launch, alexa.SessionResumed:
		return alexa.SkillReply{Speech: say.Welcome, Reprompt: say.More, Open: true}.Encode()
	case alexa.IntentSaid:
		return g.intent(ctx, guest, s.SkillRequest, say)
	case alexa.CanFulfill:
		return canFulfill(s.SkillRequest)
	case alexa.SessionEnded:
		if s.Reason == "ERROR" {
			return nil, core.Errorf(core.Invalid, core.CauseSession, "Alexa ended the session because it rejected a reply (%.200s)", s.Problem)
		}
		return alexa.Silence(), nil
	case "":
		return nil, checkType(s.SkillRequest)
	}
	return alexa.SkillReply{Speech: say.Unsupported, Reprompt: say.More, Open: true, Attributes: s.Attributes}.Encode()
}

// intent answers an intent.
func (g *Gateway) intent(ctx context.Context, guest access.Guest, r alexa.SkillRequest, say *alexa.Phrases) (json.RawMessage, error) {
	sentence := sentence(r)
	switch name := r.Intent.Name; {
	case name == "":
		return nil, core.Errorf(core.Invalid, core.CauseRequest, "the request has no intent")
	case name == config.StopIntent || name == config.CancelIntent || name == config.NavigateHomeIntent:
		return alexa.SkillReply{Speech: say.Goodbye}.Encode()
	case name == config.HelpIntent:
		return alexa.SkillReply{Speech: say.Help, Reprompt: say.More, Open: true, Attributes: r.Attributes}.Encode()
	case sentence != "":
		return g.converse(ctx, guest, r, sentence, say)
	case isOwn(name):
		return alexa.SkillReply{Speech: say.Unknown, Reprompt: say.More, Open: true, Attributes: r.Attributes}.Encode()
	case g.opts.Home == nil:
		return nil, unwired("intents")
	}
	permit, err := g.opts.Access.Skill(ctx, guest)
	if err != nil {
		return nil, err
	}
	return g.opts.Home.Intent(ctx, permit, r)
}

// isOwn reports whether our interaction model defines an intent. All others are the
// owner's: Amazon's library has many that only Home Assistant knows what to do with.
func isOwn(intent string) bool {
	return intent == config.SentenceIntent || strings.HasPrefix(intent, config.SentenceIntent+"_") || slices.Contains(config.AmazonIntents(), intent)
}

// sentence returns the whole sentence that a person said; "" if the intent is not one of
// our sentence intents.
func sentence(r alexa.SkillRequest) string {
	return config.Sentence(r.Locale, r.Intent.Name, strings.TrimSpace(r.Said(config.SentenceSlot)))
}

func (g *Gateway) converse(ctx context.Context, guest access.Guest, r alexa.SkillRequest, sentence string, say *alexa.Phrases) (json.RawMessage, error) {
	if g.opts.Home == nil {
		return nil, unwired("sentences")
	}
	permit, err := g.opts.Access.Skill(ctx, guest)
	if err != nil {
		return nil, err
	}
	reply, err := g.opts.Home.Converse(ctx, permit, r, sentence)
	if err != nil {
		return nil, err
	}
	if reply.Speech == "" && reply.SSML == "" {
		reply.Speech = say.Done
	}
	if reply.Reprompt == "" {
		reply.Reprompt, reply.Reprompted = reply.Speech, reply.SSML // the question, asked again
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
	case slices.Contains(config.AmazonIntents(), name):
		can = "NO" // help and the like are about this skill, and no session is open
	case isOwn(name):
		can = "NO"
		if sentence(r) != "" {
			can = "YES"
		}
	}
	return alexa.Fulfillment(r, can, config.SentenceSlot)
}
