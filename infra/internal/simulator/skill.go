package simulator

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/invoke"
	"github.com/hearthgate/hearthgate/infra/internal/simulator/grammar"
)

// A conversation is that with the custom skill.
type conversation struct {
	open       bool // the skill waits for more
	id         string
	attributes json.RawMessage // what the reply before left in the session; nil: nothing
}

// Talking reports whether the custom skill is open: a sentence goes to it, and not to the
// devices.
func (s *Session) Talking() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.skill.open
}

// Invocation returns the name by which a person opens the custom skill.
func (s *Session) Invocation() string { return s.grammar.Invocation() }

// ask sends the custom skill a request and keeps the turn.
func (s *Session) ask(ctx context.Context, said string, r grammar.Request) (Turn, error) {
	id := localSkill
	if s.Deployed() {
		if id = s.options.SkillID; id == "" {
			return Turn{}, errors.New("the stage has no custom skill: `hearthgate skill setup` creates it")
		}
	}
	t := Turn{Said: said, Event: "LaunchRequest", again: &again{request: &r}}
	if !r.Launch {
		t.Event = "IntentRequest " + r.Intent
	}
	if s.Deployed() && r.Slot != "" {
		if err := s.confirm(ctx, fmt.Sprintf("the sentence %q", config.Sentence(s.Locale(), r.Intent, r.Slot))); err != nil {
			return Turn{}, err
		}
	}
	s.mu.Lock()
	c := s.skill
	s.mu.Unlock()
	fresh := !c.open
	if fresh {
		c = conversation{id: "amzn1.echo-api.session." + rand.Text()}
	}
	payload, err := s.exchange(ctx, &t, c.event(s, id, fresh, r), r.Slot != "")
	if err != nil {
		return Turn{}, err
	}
	c.hear(&t, payload)
	if t.Why == "" {
		t.Why = t.explained()
	}
	s.mu.Lock()
	s.skill = c
	s.mu.Unlock()
	return s.note(t), nil
}

// event returns a request as Alexa would send it. It names no address of Alexa's API, so
// that nothing leaves this machine.
func (c conversation) event(s *Session, skill string, fresh bool, r grammar.Request) []byte {
	type object = map[string]any
	user := object{"userId": "amzn1.ask.account.SIMULATOR"}
	if s.options.Token != invoke.NoToken {
		user["accessToken"] = s.options.Token
	}
	request := object{
		"type": "LaunchRequest", "requestId": "amzn1.echo-api.request." + rand.Text(),
		"timestamp": time.Now().UTC().Format(time.RFC3339), "locale": s.Locale(),
	}
	if !r.Launch {
		slots := object{}
		if r.Slot != "" {
			slots[config.SentenceSlot] = object{"name": config.SentenceSlot, "value": r.Slot, "confirmationStatus": "NONE"}
		}
		request["type"] = "IntentRequest"
		request["intent"] = object{"name": r.Intent, "confirmationStatus": "NONE", "slots": slots}
	}
	session := object{"new": fresh, "sessionId": c.id, "application": object{"applicationId": skill}, "user": user}
	if c.attributes != nil {
		session["attributes"] = c.attributes
	}
	b, _ := json.Marshal(object{ // text, and JSON that was read before: cannot fail
		"version": "1.0", "session": session, "request": request,
		"context": object{"System": object{"application": object{"applicationId": skill}, "user": user}},
	})
	return b
}

// hear reads the reply of the skill.
func (c *conversation) hear(t *Turn, payload []byte) {
	var reply struct {
		Attributes json.RawMessage `json:"sessionAttributes"`
		Response   *struct {
			Speech struct {
				Type string `json:"type"`
				Text string `json:"text"`
				SSML string `json:"ssml"`
			} `json:"outputSpeech"`
			Card struct {
				Type string `json:"type"`
			} `json:"card"`
			End *bool `json:"shouldEndSession"`
		} `json:"response"`
	}
	if json.Unmarshal(payload, &reply) != nil || reply.Response == nil {
		t.Reply, c.open = "nothing that Alexa would understand", false
		return
	}
	r := reply.Response
	c.attributes = reply.Attributes
	c.open = r.End != nil && !*r.End
	t.Open = c.open
	t.Alexa, t.SSML = r.Speech.Text, r.Speech.SSML
	switch {
	case t.SSML == "" && t.Alexa != "":
		t.SSML = "<speak>" + html.EscapeString(t.Alexa) + "</speak>"
	case t.Alexa == "":
		t.Alexa = withoutTags(t.SSML)
	}
	t.Reply = "speech, and the session ends"
	if c.open {
		t.Reply = "speech, and the skill waits for more"
	}
	if r.Card.Type != "" {
		t.Reply += ", with a card " + r.Card.Type
	}
}

// withoutTags returns the text of SSML.
func withoutTags(ssml string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(ssml, "<")
		out.WriteString(before)
		if !ok {
			break
		}
		_, ssml, _ = strings.Cut(rest, ">")
	}
	return strings.Join(strings.Fields(html.UnescapeString(out.String())), " ")
}
