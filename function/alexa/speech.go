package alexa

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// MaxSpeech is how long a speech or the text of a card may be, in characters.
const MaxSpeech = 8000

// A SkillReply is the reply to a custom skill's request. The zero value ends the
// session without a word.
type SkillReply struct {
	Speech     string                     // plain text, whatever is in it; cut off at [MaxSpeech]
	SSML       Markup                     // said instead of Speech; default: Speech is said
	Reprompt   string                     // plain text, said when no one answers
	Reprompted Markup                     // said instead of Reprompt
	Card       *Card                      // shown in the Alexa app; default: none
	Attributes map[string]json.RawMessage // for the session's next request
	Open       bool                       // whether the session goes on
}

// A Card is what the Alexa app shows.
type Card struct {
	Type    string `json:"type" doc:"Simple, or LinkAccount to ask for account linking; default: Simple"`
	Title   string `json:"title,omitempty"`
	Content string `json:"content,omitempty"`
}

// LinkAccount is the card that asks to link the account.
var LinkAccount = &Card{Type: "LinkAccount"}

// A Markup is SSML. Text from outside becomes one only where its sender says so: as
// markup it can play sounds and change how Alexa speaks.
type Markup string

// SSML returns text as speech markup that says it word by word.
func SSML(text string) Markup {
	return "<speak>" + Markup(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(text)) + "</speak>"
}

// skillMessage is a reply on its way.
type skillMessage struct {
	Version    string                     `json:"version"`
	Attributes map[string]json.RawMessage `json:"sessionAttributes,omitempty"`
	Response   skillResponse              `json:"response"`
}

type skillResponse struct {
	Speech     *speech      `json:"outputSpeech,omitempty"`
	Card       *Card        `json:"card,omitempty"`
	Reprompt   *reprompt    `json:"reprompt,omitempty"`
	End        *bool        `json:"shouldEndSession,omitempty"`
	CanFulfill *fulfillment `json:"canFulfillIntent,omitempty"`
}

type speech struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
	SSML string `json:"ssml,omitempty"`
}

type reprompt struct {
	Speech *speech `json:"outputSpeech"`
}

type fulfillment struct {
	CanFulfill string                     `json:"canFulfill"`
	Slots      map[string]slotFulfillment `json:"slots,omitempty"`
}

type slotFulfillment struct {
	CanUnderstand string `json:"canUnderstand"`
	CanFulfill    string `json:"canFulfill"`
}

// Encode returns the reply as Alexa takes it.
func (r SkillReply) Encode() (json.RawMessage, error) {
	end := !r.Open
	m := skillMessage{Version: "1.0", Attributes: r.Attributes}
	m.Response = skillResponse{Speech: say(r.Speech, r.SSML), End: &end}
	if r.Card != nil {
		card := *r.Card
		if card.Type == "" {
			card.Type = "Simple"
		}
		card.Content = cut(card.Content, MaxSpeech)
		m.Response.Card = &card
	}
	if again := say(r.Reprompt, r.Reprompted); r.Open && again != nil {
		m.Response.Reprompt = &reprompt{again}
	}
	return json.Marshal(m)
}

// say returns markup, or else text, as Alexa says it; nil for nothing. Markup that is
// not whole, or too long to be, is said as plain text.
func say(text string, markup Markup) *speech {
	const open, end = "<speak>", "</speak>"
	switch ssml := string(markup); {
	case ssml == "" && text == "":
		return nil
	case ssml == "":
		return &speech{Type: "PlainText", Text: cut(text, MaxSpeech)}
	case !strings.HasPrefix(ssml, open) || !strings.HasSuffix(ssml, end), utf8.RuneCountInString(ssml) > MaxSpeech:
		return &speech{Type: "PlainText", Text: cut(plain(ssml), MaxSpeech)}
	default:
		return &speech{Type: "SSML", SSML: ssml}
	}
}

// plain returns the words of a piece of markup.
func plain(markup string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(markup, "<") {
		if _, words, tag := strings.Cut(part, ">"); tag {
			part = words
		}
		b.WriteString(part)
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&").Replace(b.String())
}

// cut returns the first characters of text.
func cut(text string, most int) string {
	for i := range text {
		if most--; most < 0 {
			return text[:i]
		}
	}
	return text
}

// Silence returns the reply to a request that takes none.
func Silence() json.RawMessage { return json.RawMessage(`{"version":"1.0","response":{}}`) }

// Fulfillment returns the reply to a [CanFulfill]: YES, NO or MAYBE for the intent,
// and for each of its slots whether it is the one that is understood.
func Fulfillment(r SkillRequest, can, understood string) (json.RawMessage, error) {
	f := &fulfillment{CanFulfill: can, Slots: map[string]slotFulfillment{}}
	for name := range r.Intent.Slots {
		switch {
		case can == "MAYBE":
			f.Slots[name] = slotFulfillment{"MAYBE", "NO"} // a slot has no MAYBE there
		case can == "YES" && name == understood:
			f.Slots[name] = slotFulfillment{"YES", "YES"}
		default:
			f.Slots[name] = slotFulfillment{"NO", "NO"}
		}
	}
	return json.Marshal(skillMessage{Version: "1.0", Response: skillResponse{CanFulfill: f}})
}
