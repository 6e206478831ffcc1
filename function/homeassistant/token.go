package homeassistant

import (
	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// TokenFor returns the token for Home Assistant, for a request that was let through: the
// stored one, or that of the linked account. Nothing is sent to the home with a token
// that comes from elsewhere.
func TokenFor(p access.Permit, s *initialization.Settings, linked string) (core.Secret, error) {
	if err := p.Check(); err != nil {
		return "", err
	}
	return shownToken(s, linked)
}

// shownToken returns the token that a request is made with.
func shownToken(s *initialization.Settings, linked string) (core.Secret, error) {
	if s.TokenSource == config.Stored {
		return s.Token, nil
	}
	if linked == "" {
		return "", core.Errorf(core.Unauthorized, core.CauseUnauthorized,
			"there is no token of a linked account: link the skill with Home Assistant in the Alexa app, or set %s to %s", config.EnvTokenSource, config.Stored)
	}
	token := core.Secret(linked)
	return token, access.CheckToken(token)
}
