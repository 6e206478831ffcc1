package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// A ReplyInput is the input of [CreateAlexaResponse]: what is answered, and why it
// failed. Speech and cards are for a custom skill's request only, whose reply is then
// one of success.
type ReplyInput struct {
	Event json.RawMessage `json:"event" doc:"the directive or the skill's request as Alexa sent it" required:"true"`
	Read  alexa.Event     `json:"-"` // the same, already parsed; wins over Event
	Kind  string          `json:"kind,omitempty" doc:"the kind of failure, such as unreachable; default: internal"`
	Err   error           `json:"-"` // what it failed with; wins over Kind

	Speech      string      `json:"speech,omitempty" doc:"what to say"`
	SSML        bool        `json:"ssml,omitempty" doc:"say it as SSML, in which special characters are escaped; default: as plain text"`
	Reprompt    string      `json:"reprompt,omitempty" doc:"what to say when the person says nothing; the session stays open for it"`
	Card        *alexa.Card `json:"card,omitempty" doc:"what the Alexa app shows: type, title, content"`
	LinkAccount bool        `json:"link_account,omitempty" doc:"show the card that asks to link the account; default: only when credentials were refused"`
	Open        bool        `json:"open,omitempty" doc:"keep the session open; default: it ends"`
}

// Check rejects an input without an event, and one that is a failure and a speech.
func (in ReplyInput) Check() error {
	switch {
	case len(in.Event) == 0 && in.Read == nil:
		return errors.New("field event is missing: put the directive or the skill's request that is answered there")
	case in.Kind != "" && in.tells():
		return errors.New("field kind says that it failed, and speech or card that it did not: leave one of them out")
	case in.Card != nil && in.LinkAccount:
		return errors.New("field card and field link_account are both set: a reply has one card")
	case in.Card != nil && in.Card.Type != "" && in.Card.Type != "Simple" && in.Card.Type != "LinkAccount":
		return fmt.Errorf("field card.type is %.40q; expected Simple or LinkAccount", in.Card.Type)
	}
	return nil
}

// tells reports whether in has speech or a card.
func (in ReplyInput) tells() bool {
	return in.Speech != "" || in.Reprompt != "" || in.Card != nil || in.LinkAccount
}

// kind returns the kind of failure.
func (in ReplyInput) kind() (core.Kind, error) {
	if in.Err != nil || in.Kind == "" {
		return core.KindOf(in.Err), nil
	}
	i := slices.IndexFunc(core.Kinds(), func(k core.Kind) bool { return k.String() == in.Kind })
	if i < 0 {
		return 0, core.Errorf(core.Invalid, core.CauseInput, "field kind is %.40q: unknown failure kind", in.Kind)
	}
	return core.Kinds()[i], nil
}

func (g *Gateway) createAlexaResponse(ctx context.Context, in ReplyInput) (json.RawMessage, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	e := in.Read
	if e == nil {
		e, _ = alexa.ParseEvent(in.Event) // what could be read is enough for a reply
	}
	switch e := e.(type) {
	case alexa.Directive:
		if in.tells() {
			return nil, core.Errorf(core.Invalid, core.CauseInput, "field event is a directive, whose reply has no speech and no card: leave speech, reprompt and card out")
		}
		if e.IsDiscover() && g.opts.Home != nil {
			if reply, ok := g.opts.Home.LastKnown(ctx, e, in.Err); ok {
				return reply, nil
			}
		}
		return failedDirective(e, kind, core.CauseOf(in.Err) == core.CausePaused)
	case alexa.SkillRequest:
		if in.tells() {
			return in.reply(e)
		}
		return failedSkill(e, kind, in.Err)
	}
	return nil, core.Errorf(core.Invalid, core.CauseInput, "field event is neither a directive nor a skill's request")
}

// alexaErrors holds the error type and message that Alexa gets for each kind of
// failure. A message names no host, no token and nothing else of the home's.
var alexaErrors = [...]struct{ errorType, text string }{
	core.Internal:     {"INTERNAL_ERROR", "Something went wrong on the way to the home."},
	core.Invalid:      {"INVALID_DIRECTIVE", "The directive is malformed."},
	core.Unauthorized: {"INVALID_AUTHORIZATION_CREDENTIAL", "The home did not accept the credentials."},
	core.Expired:      {"EXPIRED_AUTHORIZATION_CREDENTIAL", "The credentials have expired."},
	core.Forbidden:    {"INSUFFICIENT_PERMISSIONS", "The home's owner does not allow this."},
	core.NotFound:     {"NO_SUCH_ENDPOINT", "There is no such device."},
	core.Unreachable:  {"BRIDGE_UNREACHABLE", "The home could not be reached."},
	core.Unavailable:  {"BRIDGE_UNREACHABLE", "The home has not been reachable for a while."},
	core.RateLimited:  {"RATE_LIMIT_EXCEEDED", "The home gets too many requests."},
	core.Gone:         {"INVALID_DIRECTIVE", "This is no longer available."},
}

// failedDirective returns the reply that e failed, because the home is paused or otherwise.
func failedDirective(e alexa.Directive, kind core.Kind, paused bool) (json.RawMessage, error) {
	text := alexaErrors[kind].text
	if paused {
		text = "The home's owner has paused it."
	}
	switch away := kind == core.Unreachable || kind == core.Unavailable; {
	case e.IsDiscover():
		return alexa.EmptyDiscovery(e, core.NewID())
	case e.IsAcceptGrant():
		return alexa.GrantFailed(e, core.NewID(), text)
	case e.IsReportState() && away && e.EndpointID != "":
		return alexa.Unreachable(e, core.NewID(), time.Now())
	}
	return alexa.ErrorResponse(e, core.NewID(), alexaErrors[kind].errorType, text)
}

// failedSkill returns the reply that r failed: a sentence in its language, and the
// end of the session.
func failedSkill(r alexa.SkillRequest, kind core.Kind, err error) (json.RawMessage, error) {
	switch {
	case r.Type == alexa.SessionEnded || r.IsNotice():
		return alexa.Silence(), nil
	case r.Type == alexa.CanFulfill:
		return alexa.Fulfillment(r, "NO", "")
	}
	say := alexa.PhrasesFor(r.Locale)
	if core.CauseOf(err) == core.CauseStillWorking {
		return alexa.SkillReply{Speech: say.Working}.Encode()
	}
	switch kind {
	case core.Unauthorized, core.Expired:
		if isOwnToken(err) {
			return alexa.SkillReply{Speech: say.Refused}.Encode()
		}
		return alexa.SkillReply{Speech: say.Link, Card: alexa.LinkAccount}.Encode()
	case core.Forbidden:
		return alexa.SkillReply{Speech: say.Forbidden}.Encode()
	case core.Unreachable, core.Unavailable:
		return alexa.SkillReply{Speech: say.Unreachable}.Encode()
	case core.RateLimited:
		return alexa.SkillReply{Speech: say.Busy}.Encode()
	}
	return alexa.SkillReply{Speech: say.Failed}.Encode()
}

// isOwnToken reports whether err says of itself that the rejected token is the function's
// own: linking the account again mends nothing.
func isOwnToken(err error) bool {
	own, ok := errors.AsType[interface {
		error
		OwnToken() bool
	}](err)
	return ok && own.OwnToken()
}

// reply returns the reply to r that says and shows what is given.
func (in ReplyInput) reply(r alexa.SkillRequest) (json.RawMessage, error) {
	if r.Type == alexa.SessionEnded || r.Type == alexa.CanFulfill || r.IsNotice() {
		return nil, core.Errorf(core.Invalid, core.CauseInput, "field event is a %s, whose reply has no speech and no card", r.Type)
	}
	// Text that looks like markup is said word by word.
	markup := in.SSML || strings.HasPrefix(in.Speech, "<speak>")
	reply := alexa.SkillReply{Speech: in.Speech, Reprompt: in.Reprompt, Card: in.Card, Attributes: r.Attributes, Open: in.Open || in.Reprompt != ""}
	if markup && in.Speech != "" {
		reply.SSML = alexa.SSML(in.Speech)
	}
	if in.Reprompt != "" && (in.SSML || strings.HasPrefix(in.Reprompt, "<speak>")) {
		reply.Reprompted = alexa.SSML(in.Reprompt)
	}
	if in.LinkAccount {
		reply.Card = alexa.LinkAccount
	}
	return reply.Encode()
}
