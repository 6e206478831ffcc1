package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// conversationID is the session attribute that holds the id of Home Assistant's
// conversation.
const conversationID = "conversation_id"

// longestID is how long that id may be, in bytes. A longer one is none of Home Assistant's,
// and Alexa might not take it: the next sentence begins a new conversation.
const longestID = 256

// Converse sends a sentence to Home Assistant's conversation, once, and returns what it
// says. A sentence that it does not understand is answered too.
func (c *Client) Converse(ctx context.Context, p access.Permit, r alexa.SkillRequest, sentence string) (alexa.SkillReply, error) {
	in := struct {
		Text     string `json:"text"`
		Language string `json:"language,omitempty"`
		ID       string `json:"conversation_id,omitempty"`
		Agent    string `json:"agent_id,omitempty"`
	}{Text: sentence, Language: r.Locale}
	if s := c.Settings(); s != nil {
		in.Agent = s.Agent
	}
	_ = json.Unmarshal(r.Attributes[conversationID], &in.ID) // anything else begins a new one
	body, err := json.Marshal(in)
	if err != nil {
		return alexa.SkillReply{}, err
	}
	answer, err := c.skill(ctx, p, r, relay.Conversation, body)
	if err != nil {
		return alexa.SkillReply{}, err
	}
	return understood(ctx, r, answer)
}

// understood reads what Home Assistant says to a sentence.
func understood(ctx context.Context, r alexa.SkillRequest, answer []byte) (alexa.SkillReply, error) {
	var out struct {
		Response *struct {
			Type   string `json:"response_type"`
			Speech struct {
				Plain spoken `json:"plain"`
				SSML  spoken `json:"ssml"`
			} `json:"speech"`
			Data struct {
				Code string `json:"code"`
			} `json:"data"`
		} `json:"response"`
		ID       json.RawMessage `json:"conversation_id"`
		Continue bool            `json:"continue_conversation"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return alexa.SkillReply{}, malformed(answer, err)
	}
	if out.Response == nil {
		return alexa.SkillReply{}, core.Errorf(core.Internal, core.CauseMalformed, "the answer to the sentence has no response: look into Home Assistant's log")
	}
	logging.Note(ctx, slog.String("reply", out.Response.Type))
	if out.Response.Data.Code != "" {
		logging.Note(ctx, slog.String("reply_type", out.Response.Data.Code))
	}
	reply := alexa.SkillReply{Speech: out.Response.Speech.Plain.Speech, Open: out.Continue}
	if strings.TrimSpace(reply.Speech) == "" {
		reply.Speech = ""
	}
	ssml := strings.TrimSpace(out.Response.Speech.SSML.Speech)
	switch {
	case reply.Speech == "" && ssml != "":
		if reply.SSML = alexa.Markup(ssml); !strings.HasPrefix(ssml, "<speak>") {
			reply.SSML = alexa.Markup("<speak>" + ssml + "</speak>")
		}
	case reply.Speech == "" && out.Response.Type == "error":
		return alexa.SkillReply{}, core.Errorf(core.Internal, core.CauseServerError, "Home Assistant answered the sentence with an error (%.60s) and without a word: look into its log", out.Response.Data.Code)
	}
	if reply.Open {
		reply.Attributes = maps.Clone(r.Attributes)
		if reply.Attributes == nil {
			reply.Attributes = map[string]json.RawMessage{}
		}
		if reply.Attributes[conversationID] = out.ID; len(out.ID) > longestID {
			delete(reply.Attributes, conversationID)
		}
	}
	return reply, nil
}

type spoken struct {
	Speech string `json:"speech"`
}

// Intent sends an intent to Home Assistant's intent scripts as it came, once, and
// returns the answer as it came.
func (c *Client) Intent(ctx context.Context, p access.Permit, r alexa.SkillRequest) (json.RawMessage, error) {
	answer, err := c.skill(ctx, p, r, relay.Intent, r.Raw())
	if err != nil {
		return nil, err
	}
	var out struct {
		Response json.RawMessage `json:"response"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, malformed(answer, err)
	}
	if strictjson.Kind(out.Response) != "object" {
		return nil, core.Errorf(core.Internal, core.CauseMalformed, "the answer to the intent has no response: look into Home Assistant's log")
	}
	return answer, nil
}

// skill sends the body for a skill's request to Home Assistant as a question of a kind,
// and returns the body of a good answer.
func (c *Client) skill(ctx context.Context, p access.Permit, r alexa.SkillRequest, kind relay.Kind, body []byte) ([]byte, error) {
	s, err := c.settings()
	if err != nil {
		return nil, err
	}
	token, err := TokenFor(p, s, r.Token())
	if err != nil {
		return nil, err
	}
	if err := paused(s); err != nil {
		return nil, err
	}
	if s.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout)
		defer cancel()
	}
	defer c.tellProgress(ctx, r)()
	var answer []byte
	err = c.post(ctx, post{settings: s, breaker: circuitbreaker.Conversation, kind: kind, token: token, body: body, counts: isConversationFailure}, func(res httpclient.Response) error {
		answer = res.Body
		return classifySkill(res, token, kind)
	})
	switch {
	case core.CauseOf(err) == core.CauseNotConfigured:
		err = c.explainMissing(ctx, s, token, err)
	case transport.IsWaiting(err):
		err = core.Errorf(core.Unreachable, core.CauseStillWorking, "Home Assistant has received the sentence and takes longer than Alexa waits; it may yet do what was said: choose a faster conversation agent in Home Assistant, or let it handle commands locally first (%w)", err)
	}
	return answer, err
}

// isConversationFailure reports whether the conversation is to be asked less: a slow
// language model is none.
func isConversationFailure(err error) bool { return isHomeFailure(err) && !transport.IsWaiting(err) }

// explainMissing says of a missing endpoint whether Home Assistant is still starting.
func (c *Client) explainMissing(ctx context.Context, s *initialization.Settings, token Token, err error) error {
	if state := c.Transport(s).State(ctx, token.Secret); state != "" && state != transport.Running {
		return core.Errorf(core.Unreachable, core.CauseStarting, "Home Assistant is still starting (its state is %.40s): wait a minute", state)
	}
	return err
}

// classifySkill returns what is wrong with an answer to a skill's request: the same as
// with any answer, except where the endpoint makes a difference.
func classifySkill(res httpclient.Response, token Token, kind relay.Kind) error {
	switch {
	case res.Status == http.StatusOK && len(res.Body) == 0:
		return core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant answered 200 with an empty body: look into its log")
	case res.Status == http.StatusOK:
		return nil
	case res.Status == 404 && kind == relay.Conversation:
		return core.Errorf(core.Unreachable, core.CauseNotConfigured, "Home Assistant has no conversation (404): it is still starting, or `conversation:` is missing in configuration.yaml")
	case res.Status == 404:
		return core.Errorf(core.Unreachable, core.CauseNotConfigured, "Home Assistant has no endpoint for a skill's intents (404): it is still starting, or `alexa:` is missing in configuration.yaml")
	case res.Status == 400 && mediaType(res) == "application/json":
		return core.Errorf(core.Internal, core.CauseRefusedRequest, "Home Assistant rejected what the skill sent (400): check whether it is older than 2024, and whether the conversation agent exists that the stage names (conversationAgent, %s)", config.EnvAgent)
	case res.Status == 500:
		return core.Errorf(core.Internal, core.CauseServerError, "Home Assistant failed while it handled the sentence (500): look into its log, and check whether the conversation agent exists that the stage names (conversationAgent, %s)", config.EnvAgent)
	}
	return StatusError(res, token)
}
