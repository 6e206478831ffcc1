// Package homeassistant is the extension for Home Assistant: it forwards directives
// and sentences to the home and knows what the home's answers mean.
package homeassistant

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// Breaker is the name of the circuit breaker of the home's Smart Home endpoint. What takes
// long by nature has its own, so that slow answers of one service do not stop another.
const Breaker = circuitbreaker.HomeAssistant

// A Client sends directives and sentences to one Home Assistant. It is safe for
// concurrent use.
type Client struct {
	Dispatcher *core.Dispatcher
	Settings   func() *initialization.Settings // in effect; nil while there are none
	Line       *transport.Line                 // to the broker, for homes behind a relay
	Names      Cache                           // of the devices of the last discovery; default: none are kept

	AlexaAPI string // address of Alexa's API for progressive responses; default: the one that a request names, if it is Amazon's

	refusals refusals
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
	s := c.Settings()
	if s == nil {
		return nil, errNoSettings
	}
	token, err := TokenFor(p, s, d.Token())
	if err != nil {
		return nil, err
	}
	c.noteDevice(ctx, s, token, d)
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
		return c.discovered(ctx, keyFor(s, token), d, reply)
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
	var reply json.RawMessage
	err := c.post(ctx, post{
		settings: s, breaker: breakerFor(d), kind: relay.Directive, token: token, body: d.Raw(), idempotent: d.Idempotent(), unhurried: d.IsWebRTC(),
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

// A post is a request to the home.
type post struct {
	settings   *initialization.Settings
	breaker    string // default: Breaker
	kind       relay.Kind
	token      Token
	body       []byte
	idempotent bool
	counts     func(error) bool // whether an error opens the breaker; default: isHomeFailure
	unhurried  bool             // how long it takes says nothing about the home
	onLine     bool             // the line has how it went
}

// post sends p behind the home's breaker and has read say what the answer means. The
// line and the metrics of the directive have how it went.
func (c *Client) post(ctx context.Context, p post, read func(httpclient.Response) error) error {
	p.onLine = true
	return c.send(ctx, p, func(res httpclient.Response) error {
		logging.Note(ctx, slog.Int("status", res.Status))
		return read(res)
	})
}

// send sends p behind its breaker and has read say what the answer means.
func (c *Client) send(ctx context.Context, p post, read func(httpclient.Response) error) error {
	counts := p.counts
	if counts == nil {
		counts = isHomeFailure
	}
	_, err := core.Do(ctx, c.Dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{
		Breaker:    cmp.Or(p.breaker, Breaker),
		Counts:     counts,
		Idempotent: p.idempotent,
		Func: func(ctx context.Context) error {
			res, err := c.Transport(p.settings).Ask(ctx, transport.Question{
				Kind: p.kind, Body: p.body, Token: p.token.Secret, Idempotent: p.idempotent,
			})
			if p.onLine { // of a failure too
				noteConnection(ctx, p, res)
			}
			if err != nil {
				return err
			}
			return read(res)
		},
	})
	return err
}

// Transport returns the way to the home of settings.
func (c *Client) Transport(s *initialization.Settings) transport.Transport {
	if s.Connection == config.Relay {
		return transport.Relay{Line: c.Line, Stage: s.Stage, Endpoint: s.Relay}
	}
	return transport.HTTPS{Dispatcher: c.Dispatcher, URL: s.URL}
}

// noteConnection notes on the line how long the home and the way to it took, of a request
// that failed too: a timeout is not the function's time.
func noteConnection(ctx context.Context, p post, res httpclient.Response) {
	logging.Note(ctx, slog.Bool("connection_reused", res.Reused))
	if res.Attempts > 1 {
		logging.Note(ctx, slog.Int("attempts", res.Attempts))
	}
	if !res.Expires.IsZero() {
		const day = 24 * time.Hour
		logging.Note(ctx, slog.Int("certificate_days", int(time.Until(res.Expires)/day)))
	}
	if res.Duration == 0 || p.unhurried {
		return
	}
	metrics.Put(ctx, config.HomeDuration, milliseconds(res.Duration))
	if !res.Reused {
		logging.Note(ctx, slog.Float64("connect_ms", milliseconds(res.Connecting)))
	}
}

// milliseconds returns d in milliseconds, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

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
