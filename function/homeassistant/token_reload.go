package homeassistant

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/logging"
)

// retryWithNewToken answers d, whose stored token the home has refused, with a newer
// token if the owner has stored one meanwhile. Sending a command again is safe here: a
// 401 says that Home Assistant has not even read the directive.
func (c *Client) retryWithNewToken(ctx context.Context, s *initialization.Settings, token Token, d alexa.Directive, refusal error) (json.RawMessage, error) {
	if s.TokenSource != config.Stored {
		return nil, refusal
	}
	now := c.reload(ctx, token)
	if now == nil || now.TokenSource != config.Stored || now.Token == token.Secret || now.Token == "" {
		return nil, refusal
	}
	logging.Note(ctx, slog.Bool("token_renewed", true))
	return c.ask(ctx, now, storedToken(now), d)
}

// reload returns the settings after the parameters were read again, unless that
// happened already since token was taken from them.
func (c *Client) reload(ctx context.Context, token Token) *initialization.Settings {
	if s := c.Settings(); s == nil || s.Token != token.Secret {
		return s
	}
	const atMost = time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	// A failure leaves the settings as they were, and the home's refusal says more.
	_, _ = core.Do(ctx, c.Dispatcher, initialization.Refresh, initialization.RefreshInput{})
	return c.Settings()
}
