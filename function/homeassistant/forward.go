// Package homeassistant is the extension for Home Assistant: it forwards directives
// and sentences to the home and knows what the home's answers mean.
package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/access"
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

// SmartHomePath is the path of Home Assistant's Smart Home endpoint.
const SmartHomePath = "/api/alexa/smart_home"

// A Client sends directives and sentences to one Home Assistant. It is safe for
// concurrent use.
type Client struct {
	Dispatcher *core.Dispatcher
	Settings   func() *initialization.Settings // in effect; nil while there are none
	Names      Cache                           // of the friendly names of devices; default: none are kept

	refusals refusals
}

// A Cache keeps values in memory for a time.
type Cache interface {
	Load(key string) (v any, ok bool)
	Keep(key string, v any, ttl time.Duration)
}

// Forward sends d, which was let through, to Home Assistant as it came, once, and
// returns the answer as it came; of a Discover, what Alexa accepts of it. Its errors have the kind that Alexa
// gets, and a cause and a sentence for the owner.
func (c *Client) Forward(ctx context.Context, p access.Permit, d alexa.Directive) (json.RawMessage, error) {
	s := c.Settings()
	if s == nil {
		return nil, errNoSettings
	}
	token, err := TokenFor(p, s, d.Token())
	if err != nil {
		return nil, err
	}
	c.noteDevice(ctx, s, token, d)
	reply, err := c.forward(ctx, s, token, d)
	if err != nil {
		return nil, homeError{err}
	}
	return reply, nil
}

var errNoSettings = core.Errorf(core.Internal, core.CauseSettings, "the settings are not known")

// homeError is an error of the home or of the way to it: nothing here rejected the
// directive.
type homeError struct{ error }

func (e homeError) Unwrap() error { return e.error }

func (c *Client) forward(ctx context.Context, s *initialization.Settings, token core.Secret, d alexa.Directive) (json.RawMessage, error) {
	reply, err := c.ask(ctx, s, token, d)
	if isRefusal(err) {
		reply, err = c.retryWithNewToken(ctx, s, token, d, err)
	}
	switch {
	case core.CauseOf(err) == core.CauseUnauthorized:
		c.forget(ctx, keyFor(s, token))
	case err == nil && d.IsDiscover():
		return c.discovered(ctx, keyFor(s, token), d, reply)
	}
	return reply, err
}

// ask sends d with a token, unless requests with that token or to that home are
// paused.
func (c *Client) ask(ctx context.Context, s *initialization.Settings, token core.Secret, d alexa.Directive) (json.RawMessage, error) {
	if err := c.paused(ctx, s.URL, token, d); err != nil {
		return nil, err
	}
	// AcceptGrant makes Home Assistant ask Amazon in turn, and the code it carries
	// works once: it gets all the time there is.
	if s.Timeout > 0 && !d.IsAcceptGrant() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.Timeout)
		defer cancel()
	}
	var reply json.RawMessage
	err := c.post(ctx, post{
		url: s.URL + SmartHomePath, token: token, body: d.Raw(), idempotent: d.Idempotent(),
	}, func(res httpclient.Response) (err error) {
		reply, err = answer(ctx, d, res, token)
		return err
	})
	c.learn(ctx, s.URL, token, err)
	return reply, err
}

// A post is a request to the home.
type post struct {
	url        string
	token      core.Secret
	body       []byte
	idempotent bool
}

// post sends p behind the home's breaker and has read say what the answer means.
func (c *Client) post(ctx context.Context, p post, read func(httpclient.Response) error) error {
	_, err := core.Do(ctx, c.Dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{
		Breaker:    Breaker,
		Counts:     isHomeFailure,
		Idempotent: p.idempotent,
		Func: func(ctx context.Context) error {
			res, err := core.Do(ctx, c.Dispatcher, httpclient.MakeRequest, httpclient.Request{
				Method:     http.MethodPost,
				URL:        p.url,
				Header:     http.Header{"Content-Type": {"application/json"}},
				Bearer:     p.token,
				Body:       p.body,
				Idempotent: p.idempotent,
			})
			if err != nil {
				return err
			}
			metrics.Put(ctx, config.HomeDuration, float64(res.Duration)/float64(time.Millisecond))
			logging.Note(ctx, slog.Int("status", res.Status))
			return read(res)
		},
	})
	return err
}

// answer returns the home's answer to d, once it is known to be one.
func answer(ctx context.Context, d alexa.Directive, res httpclient.Response, token core.Secret) (json.RawMessage, error) {
	reply, err := Classify(res, token)
	if err != nil {
		return nil, err
	}
	logging.Note(ctx, slog.String("reply", reply.Namespace+"."+reply.Name))
	if reply.IsError() {
		logging.Note(ctx, slog.String("reply_type", reply.ErrorType))
	}
	return correlated(d, reply, res.Body)
}

// isRefusal reports whether the home itself has just refused the token.
func isRefusal(err error) bool {
	cause := core.CauseOf(err)
	return cause == core.CauseUnauthorized || cause == core.CauseExpired
}
