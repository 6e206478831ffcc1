// Package homeassistant is the extension for Home Assistant: it sends directives
// to the home's Smart Home endpoint and knows what the home's answers mean.
package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
)

// Breaker is the name of the home's circuit breaker.
const Breaker = circuitbreaker.HomeAssistant

const smartHome = "/api/alexa/smart_home"

// A Client sends directives to one Home Assistant. It is safe for concurrent use.
type Client struct {
	Dispatcher *core.Dispatcher
	Settings   func() *initialization.Settings // in effect; nil while there are none

	pauses pauses
}

// Forward sends e to Home Assistant as it came, once, and returns the answer as
// it came; of a Discover, what Alexa can take of it. Its errors have the kind that
// Alexa is told, and a cause and a sentence for the owner.
func (c *Client) Forward(ctx context.Context, e alexa.Event) (json.RawMessage, error) {
	s := c.Settings()
	if s == nil {
		return nil, core.Errorf(core.Internal, core.CauseSettings, "the settings are not known")
	}
	token, err := tokenFor(s, e.Token())
	if err != nil {
		return nil, err
	}
	reply, err := c.forward(ctx, s, token, e)
	if err != nil {
		return nil, passed{err}
	}
	return reply, nil
}

// passed is an error of the home or of the way to it: whatever may refuse a directive
// here has let it pass.
type passed struct{ error }

func (p passed) Unwrap() error { return p.error }

func (c *Client) forward(ctx context.Context, s *initialization.Settings, token core.Secret, e alexa.Event) (json.RawMessage, error) {
	reply, err := c.ask(ctx, s, token, e)
	if isRefusal(err) {
		reply, err = c.heal(ctx, s, token, e, err)
	}
	switch {
	case core.CauseOf(err) == core.CauseUnauthorized:
		c.forget(ctx, keyFor(s, token))
	case err == nil && e.IsDiscover():
		return c.discovered(ctx, keyFor(s, token), e, reply)
	}
	return reply, err
}

// ask sends e with a token, unless token or home are better left alone.
func (c *Client) ask(ctx context.Context, s *initialization.Settings, token core.Secret, e alexa.Event) (json.RawMessage, error) {
	if err := c.paused(ctx, s.URL, token, e); err != nil {
		return nil, err
	}
	// AcceptGrant makes Home Assistant ask Amazon in turn, and the code it carries
	// works once: it has all the time there is.
	if s.Timeout > 0 && !e.IsAcceptGrant() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout)
		defer cancel()
	}
	var reply json.RawMessage
	_, err := core.Do(ctx, c.Dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{
		Breaker:    Breaker,
		Counts:     sick,
		Idempotent: e.IsQuestion(),
		Func: func(ctx context.Context) (err error) {
			reply, err = c.send(ctx, s.URL, token, e)
			return err
		},
	})
	c.learn(ctx, s.URL, token, err)
	return reply, err
}

func (c *Client) send(ctx context.Context, url string, token core.Secret, e alexa.Event) (json.RawMessage, error) {
	res, err := core.Do(ctx, c.Dispatcher, httpclient.MakeRequest, httpclient.Request{
		Method:     http.MethodPost,
		URL:        url + smartHome,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Bearer:     token,
		Body:       e.Raw(),
		Idempotent: e.IsQuestion(),
	})
	if err != nil {
		return nil, err
	}
	_, _ = core.Do(ctx, c.Dispatcher, metrics.Record, metrics.RecordInput{
		Name: config.HomeDuration.Name, Value: float64(res.Duration.Microseconds()) / 1000,
	})
	logging.Note(ctx, slog.Int("status", res.Status))
	reply, err := judge(res, token)
	if err != nil {
		return nil, err
	}
	logging.Note(ctx, slog.String("reply", reply.Namespace+"."+reply.Name))
	if reply.IsError() {
		logging.Note(ctx, slog.String("reply_type", reply.ErrorType))
	}
	return answering(e, reply, res.Body)
}

// tokenFor returns the token to show to Home Assistant: the stored one, or that of
// the linked account.
func tokenFor(s *initialization.Settings, linked string) (core.Secret, error) {
	if s.TokenSource == config.Stored {
		return s.Token, nil
	}
	if linked == "" {
		return "", core.Errorf(core.Unauthorized, core.CauseUnauthorized,
			"there is no token of a linked account: link the skill with Home Assistant in the Alexa app, or set %s to %s", config.EnvTokenSource, config.Stored)
	}
	return core.Secret(linked), nil
}
