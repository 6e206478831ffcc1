package homeassistant

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
	"github.com/hearthgate/hearthgate/function/gateway/metrics"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// A post is a request to the home. It has 128 bytes: with more, each would be allocated.
type post struct {
	settings   *initialization.Settings
	breaker    string // default: Breaker
	kind       relay.Kind
	token      Token
	body       []byte
	counts     func(error) bool // whether an error opens the breaker; default: isHomeFailure
	limit      int              // of the answer's length; 0 for the longest
	idempotent bool
	unhurried  bool // how long it takes says nothing about the home
	onLine     bool // the line has how it went
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
	if p.settings.SecondURL != "" && p.settings.Connection != config.Relay {
		return c.sendOverTwo(ctx, p, read)
	}
	_, err := c.sendOver(ctx, p, way{Transport: c.Transport(p.settings)}, read)
	return err
}

// sendOver sends p over one way. It reports whether not a byte was sent.
func (c *Client) sendOver(ctx context.Context, p post, w way, read func(httpclient.Response) error) (unsent bool, err error) {
	counts := p.counts
	if counts == nil {
		counts = isHomeFailure
	}
	unsent = true // until it is known better: an open breaker sends nothing
	_, err = core.Do(ctx, c.Dispatcher, circuitbreaker.Call, circuitbreaker.CallInput{
		Breaker:    circuitbreaker.Of(p.settings.Home, cmp.Or(p.breaker, Breaker)+w.suffix),
		Counts:     counts,
		Idempotent: p.idempotent,
		Func: func(ctx context.Context) error {
			res, err := w.Ask(ctx, transport.Question{
				Kind: p.kind, Body: p.body, Token: p.token.Secret, Idempotent: p.idempotent, Once: w.once, Limit: p.limit,
			})
			unsent = err != nil && res.Unsent
			if away, ok := transport.Away(err); ok {
				noteAway(ctx, p, away)
				return err
			}
			if p.onLine { // of a failure too
				noteConnection(ctx, p, res)
			}
			if err != nil {
				return err
			}
			return read(res)
		},
	})
	return unsent, err
}

// Transport returns the way to the home of settings.
func (c *Client) Transport(s *initialization.Settings) transport.Transport {
	if s.Connection == config.Relay {
		return transport.Relay{Line: c.Line, Stage: s.RelayName(), Endpoint: s.Relay}
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

// noteAway notes on the line that a home behind a relay was not asked: its presence, and
// since when.
func noteAway(ctx context.Context, p post, home relay.Presence) {
	if !p.onLine {
		return
	}
	logging.Note(ctx, slog.String("presence", cmp.Or(home.State, wire.Never)))
	if home.Since > 0 {
		logging.Note(ctx, slog.Time("presence_since", time.UnixMilli(home.Since).UTC()))
	}
	metrics.Put(ctx, config.HomeOffline, 1)
}

// milliseconds returns d in milliseconds, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
