// Package alexa holds the messages of Alexa's skills: the events that come to the
// function, each parsed once and strictly, and the replies that are made here. What
// Home Assistant answers passes through untouched.
//
// It imports the standard library and config only.
package alexa

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config/strictjson"
)

// A Kind is a kind of event.
type Kind string

// The four kinds of event.
const (
	KindDirective Kind = "directive" // of a Smart Home skill
	KindSkill     Kind = "skill"     // a custom skill's request
	KindOperation Kind = "operation" // run by its name
	KindScheduled Kind = "scheduled" // what EventBridge sends
)

// Kinds returns the kinds of event, in a stable order.
func Kinds() []Kind { return []Kind{KindDirective, KindSkill, KindOperation, KindScheduled} }

// An Event is what came to the function: a [Directive], a [SkillRequest], an
// [Operation] or a [Scheduled]. Printed, it shows its subject, and none of the tokens
// that it carries.
type Event interface {
	Kind() Kind
	Raw() []byte    // as it came; not to be changed
	String() string // its subject: "Alexa.PowerController.TurnOn", "IntentRequest AMAZON.HelpIntent", "cache.get", "doctor"
}

// kinds holds the key by which each kind of event is recognized.
var kinds = []struct {
	key  string
	kind Kind
	read func(raw []byte) (Event, error)
}{
	{"directive", KindDirective, readDirective},
	{"request", KindSkill, readSkillRequest},
	{"operation", KindOperation, readOperation},
	{"detail-type", KindScheduled, readScheduled},
}

// errNoObject says that an event is no JSON object.
var errNoObject = errors.New("the event is not a JSON object with a directive, a request or an operation")

// errNoKind says that an event has none of the four keys.
var errNoKind = errors.New(`the event is neither a Smart Home directive, {"directive": {...}}, nor a custom skill's request, {"request": {...}}, nor an operation, {"operation": "lambda.status", "input": {}}, nor a scheduled event, {"detail-type": "Scheduled Event", ...}`)

// A VersionError says that an event is a message of an older version of the Smart Home
// Skill API, which has its header at the top.
type VersionError string

func (v VersionError) Error() string {
	return fmt.Sprintf("the event is a message of version %.20q of the Smart Home Skill API, and only version 3 is supported: choose payload version 3 for the skill in the Alexa developer console", string(v))
}

// ParseEvent reads an event, which keeps raw. It reads as Home Assistant does, with
// letter case and without duplicate keys, so that what is judged here is what Home
// Assistant carries out. An event that could be taken for two kinds is rejected.
//
// With an error, the event returned holds what could be read all the same, so that a
// reply can name the message it answers; it is nil when not even the kind is known.
func ParseEvent(raw []byte) (Event, error) {
	_, invalid := strictjson.Check(raw)
	found, err := recognize(raw)
	if err != nil {
		if invalid != nil && (err == errNoKind || err == errNoObject) {
			err = invalid // the reason
		}
		return nil, err
	}
	e, err := kinds[found].read(raw)
	if invalid != nil {
		err = invalid // the reason
	}
	if err != nil {
		return e, fmt.Errorf("%s cannot be read: %w", withArticle[kinds[found].kind], err)
	}
	return e, nil
}

// withArticle is how each kind of event is called in a sentence.
var withArticle = map[Kind]string{
	KindDirective: "a directive", KindSkill: "a skill's request", KindOperation: "an operation", KindScheduled: "a scheduled event",
}

// recognize returns the index in kinds of the one kind that an event is, by its keys
// alone.
func recognize(raw []byte) (found int, err error) {
	if strictjson.Kind(raw) != "object" {
		return -1, errNoObject
	}
	found = -1
	_ = strictjson.Object(raw, func(name, _ []byte) error {
		key := string(name)
		for i, k := range kinds {
			switch {
			case err != nil || !strings.EqualFold(key, k.key):
			case key != k.key:
				err = fmt.Errorf("the event has a key %q; it is spelled %q", key, k.key)
			case found == i:
				err = fmt.Errorf("the event is ambiguous: it has the key %q twice", key)
			case found >= 0:
				err = fmt.Errorf("the event is ambiguous: it is %s and %s at once", withArticle[kinds[found].kind], withArticle[k.kind])
			default:
				found = i
			}
		}
		return nil
	})
	if err == nil && found < 0 {
		if err = olderVersion(raw); err == nil {
			err = errNoKind
		}
	}
	return found, err
}

// olderVersion returns a [VersionError] for a message of version 1 or 2, and nil for
// anything else.
func olderVersion(raw []byte) (err error) {
	var h Header
	_ = members(raw, map[string]func([]byte) error{"header": h.read})
	if h.Namespace != "" && h.Name != "" && h.PayloadVersion != "" {
		err = VersionError(h.PayloadVersion)
	}
	return err
}

// members reads the members of an object into the places given by their keys; others
// are skipped.
func members(object []byte, into map[string]func([]byte) error) error {
	return strictjson.Object(object, func(key, value []byte) error {
		if read := into[string(key)]; read != nil {
			return read(value)
		}
		return nil
	})
}

// text returns what reads a string into s.
func text(s *string) func([]byte) error {
	return func(value []byte) (err error) {
		*s, err = strictjson.String(value)
		return err
	}
}
