package alexa

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// Types of a custom skill's request.
const (
	Launch         = "LaunchRequest"
	IntentSaid     = "IntentRequest"
	SessionEnded   = "SessionEndedRequest"     // takes no reply
	SessionResumed = "SessionResumedRequest"   // another skill has given the session back
	CanFulfill     = "CanFulfillIntentRequest" // asks, and never acts
)

// notices are the beginnings of the types that report something outside a session:
// Amazon forbids speech in the reply to them.
var notices = []string{
	"AlexaSkillEvent.", "AlexaHouseholdListEvent.", "Alexa.Authorization.", "Alexa.DataStore.", "AudioPlayer.", "Connections.",
	"LegacyAudioPlayerGui.", "Messaging.", "PlaybackController.", "Reminders.", "System.",
}

// IsNotice reports whether r only reports something, so that no one waits for a
// sentence: it is of such a type, or of one that is not known and outside a session.
func (r SkillRequest) IsNotice() bool {
	switch r.Type {
	case "", Launch, IntentSaid, SessionEnded, SessionResumed, CanFulfill:
		return false
	}
	return !r.InSession || slices.ContainsFunc(notices, func(start string) bool { return strings.HasPrefix(r.Type, start) })
}

// A SkillRequest is a request of a custom skill as Alexa sent it.
type SkillRequest struct {
	Type          string // one of the constants, or another one of Amazon's
	ID            string
	Locale        string // "en-US"
	Intent        Intent // of IntentSaid and CanFulfill
	Reason        string // of SessionEnded: USER_INITIATED, ERROR or EXCEEDED_MAX_REPROMPTS
	Problem       string // of SessionEnded with the reason ERROR, and of System.ExceptionEncountered: what Alexa rejected
	InSession     bool   // a person talks to the skill
	ApplicationID string // the skill's id
	UserID        string
	Attributes    map[string]json.RawMessage // what the reply before left in the session
	APIEndpoint   string                     // the address of Alexa's API for this request; "" without

	raw      []byte
	token    string
	apiToken string
}

// An Intent is what a person wants, in the terms of the interaction model.
type Intent struct {
	Name  string          `json:"name"`
	Slots map[string]Slot `json:"slots"`
}

// A Slot is what a person said in one place of a sentence.
type Slot struct {
	Value string `json:"value"`
}

func readSkillRequest(raw []byte) (Event, error) {
	r := SkillRequest{raw: raw}
	var system, session struct{ application, user, token string }
	type reader = map[string]func([]byte) error
	object := func(into reader) func([]byte) error {
		return func(value []byte) error { return members(value, into) }
	}
	who := func(application, user, token *string) reader {
		return reader{
			"application": object(reader{"applicationId": text(application)}),
			"user":        object(reader{"userId": text(user), "accessToken": text(token)}),
		}
	}
	inSession := who(&session.application, &session.user, &session.token)
	inSession["attributes"] = r.readAttributes
	inSession["sessionId"] = func(id []byte) error {
		r.InSession = strictjson.Kind(id) == "string"
		return nil
	}
	inSystem := who(&system.application, &system.user, &system.token)
	inSystem["apiEndpoint"], inSystem["apiAccessToken"] = text(&r.APIEndpoint), text(&r.apiToken)
	var problem struct{ kind, message string }
	err := members(raw, reader{
		"request": object(reader{
			"type": text(&r.Type), "requestId": text(&r.ID), "locale": text(&r.Locale), "reason": r.readReason,
			"intent": r.Intent.read,
			"error":  object(reader{"type": text(&problem.kind), "message": text(&problem.message)}),
		}),
		"session": object(inSession),
		"context": object(reader{"System": object(inSystem)}),
	})
	if problem.kind != "" || problem.message != "" {
		r.Problem = problem.kind + ": " + problem.message
	}
	r.ApplicationID = cmp.Or(system.application, session.application)
	r.UserID = cmp.Or(system.user, session.user)
	r.token = cmp.Or(system.token, session.token)
	return r, err
}

// readReason reads why a session ended. Requests about advertisements have an object of
// that name.
func (r *SkillRequest) readReason(value []byte) error {
	if strictjson.Kind(value) != "string" {
		return nil
	}
	return text(&r.Reason)(value)
}

func (r *SkillRequest) readAttributes(object []byte) error {
	return strictjson.Object(object, func(key, value []byte) error {
		if r.Attributes == nil {
			r.Attributes = map[string]json.RawMessage{}
		}
		r.Attributes[string(key)] = value
		return nil
	})
}

func (i *Intent) read(object []byte) error {
	return members(object, map[string]func([]byte) error{"name": text(&i.Name), "slots": func(slots []byte) error {
		return strictjson.Object(slots, func(name, slot []byte) error {
			var s Slot
			err := members(slot, map[string]func([]byte) error{"value": text(&s.Value)})
			if i.Slots == nil {
				i.Slots = map[string]Slot{}
			}
			i.Slots[string(name)] = s
			return err
		})
	}})
}

// Kind returns [KindSkill].
func (r SkillRequest) Kind() Kind { return KindSkill }

// Raw returns the request as it came. It is not to be changed.
func (r SkillRequest) Raw() []byte { return r.raw }

// Token returns the token of the linked account; "" without.
func (r SkillRequest) Token() string { return r.token }

// APIToken returns the token for Alexa's API; "" without.
func (r SkillRequest) APIToken() string { return r.apiToken }

// Said returns what a person said in the slot of that name; "" for nothing.
func (r SkillRequest) Said(slot string) string { return r.Intent.Slots[slot].Value }

// String returns which request it is: "IntentRequest AMAZON.HelpIntent".
func (r SkillRequest) String() string {
	if r.Intent.Name == "" {
		return r.Type
	}
	return r.Type + " " + r.Intent.Name
}

// GoString returns what String does, so that %#v shows no token either.
func (r SkillRequest) GoString() string { return r.String() }
