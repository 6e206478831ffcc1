// Package homeassistant is the extension for Home Assistant: it forwards directives
// and sentences to the home and knows what the home's answers mean.
package homeassistant

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// Breaker is the name of the circuit breaker of the home's Smart Home endpoint. What takes
// long by nature has its own, so that slow answers of one service do not stop another.
const Breaker = circuitbreaker.HomeAssistant

// SecondBreaker is the same of the home's second address.
const SecondBreaker = Breaker + secondWay

// A Client sends directives and sentences to one Home Assistant. It is safe for
// concurrent use.
type Client struct {
	Dispatcher *core.Dispatcher
	Settings   func() *initialization.Settings // in effect; nil while there are none
	Line       *transport.Line                 // to the broker, for homes behind a relay
	Names      Cache                           // of the devices of the last discovery; default: none are kept

	AlexaAPI string // address of Alexa's API for progressive responses; default: the one that a request names, if it is Amazon's

	refusals refusals
	ways     ways
	unnamed  atomic.Pointer[string] // the key of the names that a directive lacked; nil if none did
}

// A Cache keeps values in memory for a time.
type Cache interface {
	Load(key string) (v any, ok bool)
	Keep(key string, v any, ttl time.Duration)
}

// Forward sends d, which was let through, to Home Assistant as it came, once, and
// returns the answer as it came; of a Discover, what Alexa accepts of it; of a command
// that is confirmed, with the true state. Its errors have the kind that Alexa
// gets, and a cause and a sentence for the owner.
func (c *Client) Forward(ctx context.Context, p access.Permit, d alexa.Directive) (json.RawMessage, error) {
	s, err := c.settings()
	if err != nil {
		return nil, err
	}
	token, err := TokenFor(p, s, d.Token())
	if err != nil {
		return nil, err
	}
	c.noteDevice(ctx, s, token, d)
	if err := paused(s); err != nil {
		return nil, homeError{err}
	}
	began := time.Now()
	reply, err := c.forward(ctx, s, token, d)
	if err == nil {
		reply, err = c.confirm(ctx, d, reply, time.Since(began))
	}
	if err != nil {
		return nil, homeError{err}
	}
	return reply, nil
}

// settings returns the settings in effect.
func (c *Client) settings() (*initialization.Settings, error) {
	s := c.Settings()
	switch {
	case s == nil:
		return nil, errNoSettings
	case s.Problem != nil:
		return nil, core.Errorf(core.Internal, core.CauseSettings, "the home %s cannot be asked: %w", s.Home, s.Problem)
	}
	return s, nil
}

// paused returns the error of a home that its owner wants left alone; nil if it is not.
func paused(s *initialization.Settings) error {
	p := s.Pause()
	if p == nil {
		return nil
	}
	return core.Errorf(core.Unreachable, core.CausePaused, "the owner has paused the home %v: `hearthgate resume` ends that", p)
}

var errNoSettings = core.Errorf(core.Internal, core.CauseSettings, "the settings are not known")

// homeError is an error of the home or of the way to it: nothing here rejected the
// directive.
type homeError struct{ error }

func (e homeError) Unwrap() error { return e.error }

func (c *Client) forward(ctx context.Context, s *initialization.Settings, token Token, d alexa.Directive) (json.RawMessage, error) {
	reply, err := c.ask(ctx, s, token, d)
	if isRefusal(err) {
		reply, err = c.retryWithNewToken(ctx, s, token, d, err)
	}
	switch {
	case core.CauseOf(err) == core.CauseUnauthorized:
		c.forget(ctx, keyFor(s, token))
	case err == nil && d.IsDiscover():
		return c.discovered(ctx, s.Home, keyFor(s, token), d, reply)
	}
	return reply, err
}

// ask sends d with a token, unless requests with that token or to that home are
// paused.
func (c *Client) ask(ctx context.Context, s *initialization.Settings, token Token, d alexa.Directive) (json.RawMessage, error) {
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
	limit := 0
	if d.IsDiscover() {
		limit = DiscoveryLimit(s.Number)
	}
	var reply json.RawMessage
	err := c.post(ctx, post{
		settings: s, breaker: breakerFor(d), kind: relay.Directive, token: token, body: d.Raw(), idempotent: d.Idempotent(), limit: limit, unhurried: d.IsWebRTC(),
	}, func(res httpclient.Response) (err error) {
		reply, err = answer(ctx, d, res, token)
		return err
	})
	c.learn(ctx, s.URL, token, err)
	return reply, err
}

// breakerFor returns the name of the circuit breaker for d.
func breakerFor(d alexa.Directive) string {
	if d.IsWebRTC() || d.Header.Namespace == "Alexa.CameraStreamController" {
		return circuitbreaker.CameraStreams
	}
	return Breaker
}

// answer returns the home's answer to d, once it is known to be one.
func answer(ctx context.Context, d alexa.Directive, res httpclient.Response, token Token) (json.RawMessage, error) {
	reply, err := Classify(res, token)
	switch {
	case d.IsWebRTC() && core.CauseOf(err) == core.CauseMalformed:
		return nil, errUnreadableSession // its text has addresses of the home
	case err != nil:
		return nil, err
	}
	if d.IsWebRTC() { // so may these
		reply.Namespace, reply.Name, reply.ErrorType, reply.ErrorMessage = word(reply.Namespace), word(reply.Name), word(reply.ErrorType), ""
	}
	noteReply(ctx, reply)
	return correlated(d, reply, res.Body)
}

// word returns text if it is one word, as the names and types of Alexa's messages are, and
// else "".
func word(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' && r != '_' }) {
		return ""
	}
	return text
}

var errUnreadableSession = core.Errorf(core.Internal, core.CauseMalformed, "Home Assistant's answer about a camera's live session cannot be read: look into its log, and check what is in front of it")

// isRefusal reports whether the home itself has just refused the token.
func isRefusal(err error) bool {
	cause := core.CauseOf(err)
	return cause == core.CauseUnauthorized || cause == core.CauseExpired
}
