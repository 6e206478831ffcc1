package alexa

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Types of a custom skill's request.
const (
	Launch       = "LaunchRequest"
	IntentSaid   = "IntentRequest"
	SessionEnded = "SessionEndedRequest"     // takes no reply
	CanFulfill   = "CanFulfillIntentRequest" // asks, and never acts
)

// A SkillRequest is a request of a custom skill as Alexa sent it. Printed, it
// shows which request it is, and none of the tokens that it carries.
type SkillRequest struct {
	Type          string // one of the constants
	ID            string
	Locale        string // "en-US"
	Intent        Intent // of IntentSaid and CanFulfill
	Reason        string // of SessionEnded: USER_INITIATED, ERROR or EXCEEDED_MAX_REPROMPTS
	Problem       string // of SessionEnded with the reason ERROR: what Alexa did not like
	ApplicationID string // the skill's id
	UserID        string
	Attributes    map[string]json.RawMessage // what the reply before left in the session

	raw   []byte
	token string
}

// An Intent is what a person wants, as the interaction model has it.
type Intent struct {
	Name  string          `json:"name"`
	Slots map[string]Slot `json:"slots"`
}

// A Slot is what a person said in one place of a sentence.
type Slot struct {
	Value string `json:"value"`
}

// skillEnvelope is as much of a request as is read.
type skillEnvelope struct {
	Session struct {
		Application application                `json:"application"`
		Attributes  map[string]json.RawMessage `json:"attributes"`
		User        user                       `json:"user"`
	} `json:"session"`
	Context struct {
		System struct {
			Application application `json:"application"`
			User        user        `json:"user"`
		} `json:"System"`
	} `json:"context"`
	Request *struct {
		Type   string `json:"type"`
		ID     string `json:"requestId"`
		Locale string `json:"locale"`
		Intent Intent `json:"intent"`
		Reason string `json:"reason"`
		Error  struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"error"`
	} `json:"request"`
}

type application struct {
	ID string `json:"applicationId"`
}

type user struct {
	ID    string `json:"userId"`
	Token string `json:"accessToken"`
}

// ErrNoRequest says that an event is not one of a custom skill.
var ErrNoRequest = errors.New("the event has no request")

// ParseSkill reads a request, which keeps raw. With an error it returns what could
// be read all the same, so that the answer is in the right language. An event
// without a request is [ErrNoRequest].
func ParseSkill(raw []byte) (SkillRequest, error) {
	var in skillEnvelope
	err := json.Unmarshal(raw, &in)
	r := SkillRequest{raw: raw}
	if in.Request == nil {
		return r, errors.Join(ErrNoRequest, err)
	}
	r.Type, r.ID, r.Locale, r.Intent, r.Reason = in.Request.Type, in.Request.ID, in.Request.Locale, in.Request.Intent, in.Request.Reason
	if e := in.Request.Error; e.Type != "" || e.Message != "" {
		r.Problem = e.Type + ": " + e.Message
	}
	r.ApplicationID, r.Attributes = in.Context.System.Application.ID, in.Session.Attributes
	if r.ApplicationID == "" {
		r.ApplicationID = in.Session.Application.ID
	}
	for _, u := range []user{in.Context.System.User, in.Session.User} {
		if r.UserID == "" {
			r.UserID = u.ID
		}
		if r.token == "" {
			r.token = u.Token
		}
	}
	if err != nil {
		return r, fmt.Errorf("the request is not as Alexa defines it: %w", strange(err))
	}
	return r, nil
}

// strange returns an error of the decoder in words without Go's types.
func strange(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("field %s is a JSON %s", e.Field, e.Value)
	}
	return err
}

// Raw returns the request as it came. It is not to be changed.
func (r SkillRequest) Raw() []byte { return r.raw }

// Token returns the token of the linked account; "" without.
func (r SkillRequest) Token() string { return r.token }

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
