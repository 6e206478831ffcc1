package alexacheck

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxSkillReply = 120 << 10 // bytes
	maxSpeech     = 8000      // characters, of a speech and of a card
)

// SkillReply returns nil for a reply that Alexa takes as the answer to a custom
// skill's request, and otherwise everything that is wrong with it, a line each.
func SkillReply(request, reply []byte) error {
	var asked skillRequest
	if err := json.Unmarshal(request, &asked); err != nil {
		return fmt.Errorf("the request itself: %w", err)
	}
	if len(reply) > maxSkillReply {
		return fmt.Errorf("%d bytes, and 120 KB are the most", len(reply))
	}
	var answer skillAnswer
	if err := strictly(reply, &answer); err != nil {
		return err
	}
	c := &skillCheck{asked: asked, response: answer.Response}
	if answer.Version != "1.0" {
		c.fail(`version: %q, want "1.0"`, answer.Version)
	}
	switch {
	case answer.Response == nil:
		c.fail("response: missing")
	case asked.Request.Type == "SessionEndedRequest":
		if *answer.Response != (skillResponse{}) {
			c.fail("response: a session that has ended takes none")
		}
	case asked.Request.Type == "CanFulfillIntentRequest":
		c.canFulfill()
	case asked.isNotice():
		if *answer.Response != (skillResponse{}) {
			c.fail("response: to a %s nobody listens, and speech is forbidden", asked.Request.Type)
		}
	default:
		c.spoken()
	}
	return errors.Join(c.wrong...)
}

// strictly decodes JSON of which every field is known.
func strictly(b []byte, v any) error {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON object")
	}
	return nil
}

type skillRequest struct {
	Session *struct{} `json:"session"`
	Request struct {
		Type   string `json:"type"`
		Intent struct {
			Slots map[string]json.RawMessage `json:"slots"`
		} `json:"intent"`
	} `json:"request"`
}

// isNotice reports whether the request only tells the skill about something.
func (r skillRequest) isNotice() bool {
	family, _, _ := strings.Cut(r.Request.Type, ".")
	switch family {
	case "AudioPlayer", "PlaybackController", "System", "AlexaSkillEvent", "AlexaHouseholdListEvent", "Messaging", "Reminders", "Connections", "LegacyAudioPlayerGui":
		return true
	case "Alexa", "Display", "Dialog", "GameEngine", "CustomInterfaceController":
		return r.Session == nil
	}
	return false
}

type skillAnswer struct {
	Version    string                     `json:"version"`
	Attributes map[string]json.RawMessage `json:"sessionAttributes"`
	Response   *skillResponse             `json:"response"`
}

type skillResponse struct {
	Speech     *outputSpeech   `json:"outputSpeech"`
	Card       *card           `json:"card"`
	Reprompt   *reprompt       `json:"reprompt"`
	End        *bool           `json:"shouldEndSession"`
	CanFulfill *canFulfillment `json:"canFulfillIntent"`
}

type outputSpeech struct {
	Type string `json:"type"`
	Text string `json:"text"`
	SSML string `json:"ssml"`
}

type card struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Content string `json:"content"`
}

type reprompt struct {
	Speech *outputSpeech `json:"outputSpeech"`
}

type canFulfillment struct {
	Can   string `json:"canFulfill"`
	Slots map[string]struct {
		Understand string `json:"canUnderstand"`
		Fulfill    string `json:"canFulfill"`
	} `json:"slots"`
}

// A skillCheck is one comparison of a custom skill's reply with the request.
type skillCheck struct {
	asked    skillRequest
	response *skillResponse
	wrong    []error
}

func (c *skillCheck) fail(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf(format, args...))
}

// spoken checks the reply to a person who waits for an answer.
func (c *skillCheck) spoken() {
	r := c.response
	if r.Speech == nil {
		c.fail("response.outputSpeech: missing, and a person waits for an answer")
	}
	c.speech("response.outputSpeech", r.Speech)
	if r.End == nil {
		c.fail("response.shouldEndSession: missing, and then it depends on the device")
	}
	if r.CanFulfill != nil {
		c.fail("response.canFulfillIntent: no one asked for it")
	}
	if r.Reprompt != nil {
		if r.End != nil && *r.End {
			c.fail("response.reprompt: the session has ended")
		}
		if r.Reprompt.Speech == nil {
			c.fail("response.reprompt.outputSpeech: missing")
		}
		c.speech("response.reprompt.outputSpeech", r.Reprompt.Speech)
	}
	if r.Card != nil {
		c.card(r.Card)
	}
}

func (c *skillCheck) speech(where string, s *outputSpeech) {
	if s == nil {
		return
	}
	text := s.Text
	switch {
	case s.Type == "PlainText" && s.Text != "" && s.SSML == "":
	case s.Type == "SSML" && s.SSML != "" && s.Text == "":
		text = s.SSML
		if !strings.HasPrefix(text, "<speak>") || !strings.HasSuffix(text, "</speak>") || !wellFormed(text) {
			c.fail("%s.ssml: no markup within <speak>: %.100s", where, text)
		}
	default:
		c.fail("%s: type %q, with %d bytes of text and %d of ssml", where, s.Type, len(s.Text), len(s.SSML))
	}
	if n := utf8.RuneCountInString(text); n > maxSpeech {
		c.fail("%s: %d characters, and %d are the most", where, n, maxSpeech)
	}
}

func wellFormed(markup string) bool {
	d := xml.NewDecoder(strings.NewReader(markup))
	for {
		if _, err := d.Token(); err != nil {
			return err == io.EOF
		}
	}
}

func (c *skillCheck) card(k *card) {
	switch k.Type {
	case "Simple":
		if k.Title == "" && k.Content == "" {
			c.fail("response.card: nothing on it")
		}
	case "LinkAccount":
		if k.Title != "" || k.Content != "" {
			c.fail("response.card: one for account linking has no text")
		}
	default:
		c.fail("response.card.type: %q", k.Type)
	}
	if n := utf8.RuneCountInString(k.Title + k.Content); n > maxSpeech {
		c.fail("response.card: %d characters, and %d are the most", n, maxSpeech)
	}
}

// canFulfill checks the reply to the question whether the skill can fulfill an intent.
func (c *skillCheck) canFulfill() {
	r := c.response
	if r.Speech != nil || r.Card != nil || r.Reprompt != nil {
		c.fail("response: there is speech, and no one listens")
	}
	if r.CanFulfill == nil {
		c.fail("response.canFulfillIntent: missing")
		return
	}
	among := func(where, got string, allowed ...string) {
		for _, a := range allowed {
			if got == a {
				return
			}
		}
		c.fail("%s: %q, want one of %q", where, got, allowed)
	}
	among("canFulfillIntent.canFulfill", r.CanFulfill.Can, "YES", "NO", "MAYBE")
	for name, slot := range r.CanFulfill.Slots {
		if _, asked := c.asked.Request.Intent.Slots[name]; !asked {
			c.fail("canFulfillIntent.slots.%s: not in the request", name)
		}
		among("canFulfillIntent.slots."+name+".canUnderstand", slot.Understand, "YES", "NO", "MAYBE")
		among("canFulfillIntent.slots."+name+".canFulfill", slot.Fulfill, "YES", "NO")
	}
	for name := range c.asked.Request.Intent.Slots {
		if _, told := r.CanFulfill.Slots[name]; !told {
			c.fail("canFulfillIntent.slots.%s: missing", name)
		}
	}
}
