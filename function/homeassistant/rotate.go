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

// heal answers e, whose stored token the home has refused, with a newer token if the
// owner has put one in place meanwhile. To send it again is safe, a command too: a
// 401 says that Home Assistant has not even read the directive.
func (c *Client) heal(ctx context.Context, s *initialization.Settings, token core.Secret, e alexa.Event, refusal error) (json.RawMessage, error) {
	if s.TokenSource != config.Stored {
		return nil, refusal
	}
	now := c.reread(ctx, token)
	if now == nil || now.TokenSource != config.Stored || now.Token == token || now.Token == "" {
		return nil, refusal
	}
	logging.Note(ctx, slog.Bool("token_renewed", true))
	return c.ask(ctx, now, now.Token, e)
}

// reread returns the settings after the parameters were read again, unless somebody
// has done that since token was taken from them.
func (c *Client) reread(ctx context.Context, token core.Secret) *initialization.Settings {
	if s := c.Settings(); s == nil || s.Token != token {
		return s
	}
	const atMost = time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	// What goes wrong leaves the settings as they were, and the home's refusal says more.
	_, _ = core.Do(ctx, c.Dispatcher, initialization.Refresh, initialization.RefreshInput{})
	return c.Settings()
}

// isRefusal reports whether the home itself has refused the token just now.
func isRefusal(err error) bool {
	cause := core.CauseOf(err)
	return cause == core.CauseUnauthorized || cause == core.CauseExpired
}
