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

// CreateAlexaResponse makes the replies that are made here.
var CreateAlexaResponse = core.Define[ReplyInput, json.RawMessage](core.Lambda, "create_alexa_response",
	"Return the reply that tells Alexa that a directive or a skill's request failed, as that one wants it told; or, for a skill's request, one that says what is given.")

// A ReplyInput is the input of [CreateAlexaResponse]: what is answered, and why it
// failed. What is to be said or shown is for a custom skill's request only, and
// makes the reply one that tells of no failure.
type ReplyInput struct {
	Event json.RawMessage `json:"event" doc:"the directive or the skill's request as Alexa sent it" required:"true"`
	Kind  string          `json:"kind,omitempty" doc:"the kind of failure, such as unreachable; default: internal"`
	Err   error           `json:"-"` // what it failed with; wins over Kind

	Speech      string      `json:"speech,omitempty" doc:"what to say"`
	SSML        bool        `json:"ssml,omitempty" doc:"say it as speech markup, in which what is special is escaped; default: as plain text"`
	Reprompt    string      `json:"reprompt,omitempty" doc:"what to say when nobody answers; the session stays open for it"`
	Card        *alexa.Card `json:"card,omitempty" doc:"what the Alexa app shows: type, title, content"`
	LinkAccount bool        `json:"link_account,omitempty" doc:"show the card that asks to link the account; default: only when credentials were refused"`
	Open        bool        `json:"open,omitempty" doc:"keep the session open; default: it ends"`
}

// Check refuses an input without an event, and a failure that is also a speech.
func (in ReplyInput) Check() error {
	switch {
	case len(in.Event) == 0:
		return errors.New("field event is missing: put the directive or the skill's request there that is answered")
	case in.Kind != "" && in.tells():
		return errors.New("field kind says that it failed, and speech or card that it did not: leave one of them out")
	case in.Card != nil && in.LinkAccount:
		return errors.New("field card and field link_account are both set: a reply has one card")
	case in.Card != nil && in.Card.Type != "" && in.Card.Type != "Simple" && in.Card.Type != "LinkAccount":
		return fmt.Errorf("field card.type is %.40q; Simple or LinkAccount is wanted", in.Card.Type)
	}
	return nil
}

// tells reports whether something is to be said or shown.
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
		return 0, core.Errorf(core.Invalid, core.CauseInput, "field kind is %.40q, which is no kind of failure", in.Kind)
	}
	return core.Kinds()[i], nil
}

func (g *gateway) createAlexaResponse(ctx context.Context, in ReplyInput) (json.RawMessage, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	e, err := alexa.Parse(in.Event)
	if !errors.Is(err, alexa.ErrNoDirective) {
		if in.tells() {
			return nil, core.Errorf(core.Invalid, core.CauseInput, "field event is a directive, to which nothing is said or shown: leave speech, reprompt and card out")
		}
		if e.IsDiscover() {
			if reply, ok := g.opts.LastKnown(ctx, e, in.Err); ok {
				return reply, nil
			}
		}
		return failedDirective(e, kind)
	}
	r, err := alexa.ParseSkill(in.Event)
	switch {
	case errors.Is(err, alexa.ErrNoRequest):
		return nil, core.Errorf(core.Invalid, core.CauseInput, "field event is neither a directive nor a skill's request")
	case in.tells():
		return in.reply(r)
	}
	return failedSkill(r, kind)
}

// told says what Alexa is told of each kind of failure: one of its error types,
// and a text without a host, a token or anything else of the home's.
var told = [...]struct{ errorType, text string }{
	core.Internal:     {"INTERNAL_ERROR", "Something went wrong on the way to the home."},
	core.Invalid:      {"INVALID_DIRECTIVE", "The directive is not one that can be understood."},
	core.Unauthorized: {"INVALID_AUTHORIZATION_CREDENTIAL", "The home did not accept the credentials."},
	core.Expired:      {"EXPIRED_AUTHORIZATION_CREDENTIAL", "The credentials have expired."},
	core.Forbidden:    {"INSUFFICIENT_PERMISSIONS", "The home's owner does not allow this."},
	core.NotFound:     {"NO_SUCH_ENDPOINT", "There is no such device."},
	core.Unreachable:  {"BRIDGE_UNREACHABLE", "The home could not be reached."},
	core.Unavailable:  {"BRIDGE_UNREACHABLE", "The home has not been reachable for a while."},
	core.RateLimited:  {"RATE_LIMIT_EXCEEDED", "The home is asked too often."},
	core.Gone:         {"INVALID_DIRECTIVE", "This is not offered any more."},
}

// failedDirective returns the reply that e failed.
func failedDirective(e alexa.Event, kind core.Kind) (json.RawMessage, error) {
	switch away := kind == core.Unreachable || kind == core.Unavailable; {
	case e.IsDiscover():
		return alexa.EmptyDiscovery(e, core.NewID())
	case e.IsAcceptGrant():
		return alexa.GrantFailed(e, core.NewID(), told[kind].text)
	case e.IsReportState() && away && e.EndpointID != "":
		return alexa.Unreachable(e, core.NewID(), time.Now())
	}
	return alexa.ErrorResponse(e, core.NewID(), told[kind].errorType, told[kind].text)
}

// failedSkill returns the reply that r failed: a sentence in its language, and the
// end of the session.
func failedSkill(r alexa.SkillRequest, kind core.Kind) (json.RawMessage, error) {
	switch r.Type {
	case alexa.SessionEnded:
		return alexa.Silence(), nil
	case alexa.CanFulfill:
		return alexa.Fulfillment(r, "NO", "")
	}
	say := alexa.PhrasesFor(r.Locale)
	switch kind {
	case core.Unauthorized, core.Expired:
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

// reply returns the reply to r that says and shows what is given.
func (in ReplyInput) reply(r alexa.SkillRequest) (json.RawMessage, error) {
	if r.Type == alexa.SessionEnded || r.Type == alexa.CanFulfill {
		return nil, core.Errorf(core.Invalid, core.CauseInput, "field event is a %s, to which nothing is said or shown", r.Type)
	}
	// What stands between <speak> and </speak> would else be taken for markup.
	markup := in.SSML || strings.HasPrefix(in.Speech, "<speak>")
	reply := alexa.SkillReply{Speech: in.Speech, Reprompt: in.Reprompt, Card: in.Card, Attributes: r.Attributes, Open: in.Open || in.Reprompt != ""}
	if markup && in.Speech != "" {
		reply.Speech = alexa.SSML(in.Speech)
	}
	if in.Reprompt != "" && (in.SSML || strings.HasPrefix(in.Reprompt, "<speak>")) {
		reply.Reprompt = alexa.SSML(in.Reprompt)
	}
	if in.LinkAccount {
		reply.Card = alexa.LinkAccount
	}
	return reply.Encode()
}
