package homeassistant

import (
	"fmt"
	"strings"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/access"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
)

// A Token is a token for Home Assistant, and where it is from.
type Token struct {
	core.Secret
	Source config.TokenSource

	of *initialization.Settings // of the home for which it is stored; nil without
}

// storedToken returns the token that is stored for the home of settings.
func storedToken(s *initialization.Settings) Token {
	return Token{s.Token, config.Stored, s}
}

// TokenFor returns the token for Home Assistant, for a request that was let through: the
// stored one, or that of the linked account. Nothing is sent to the home with a token
// that comes from elsewhere.
func TokenFor(p access.Permit, s *initialization.Settings, linked string) (Token, error) {
	if err := p.Check(); err != nil {
		return Token{}, err
	}
	return shownToken(s, linked)
}

// shownToken returns the token that a request is made with.
func shownToken(s *initialization.Settings, linked string) (Token, error) {
	if s.TokenSource == config.Stored {
		return storedToken(s), nil
	}
	if linked == "" {
		return Token{}, core.Errorf(core.Unauthorized, core.CauseUnauthorized,
			"there is no token of a linked account: link the skill with Home Assistant in the Alexa app, or set %s to %s", config.EnvTokenSource, config.Stored)
	}
	token := core.Secret(linked)
	return Token{Secret: token, Source: config.Linked}, access.CheckToken(token)
}

// A rejection is why Home Assistant does not accept a token.
type rejection struct {
	error
	source config.TokenSource
}

func (r rejection) Unwrap() error { return r.error }

// OwnToken reports whether the token is the function's own, the stored one.
func (r rejection) OwnToken() bool { return r.source == config.Stored }

// rejected returns the error of a token that Home Assistant rejects, or would.
func (t Token) rejected(kind core.Kind, cause core.Cause, format string, args ...any) error {
	return &core.Error{Kind: kind, Cause: cause, Err: rejection{fmt.Errorf(format, args...), t.Source}}
}

// mend says what to do about a token that Home Assistant rejects.
func (t Token) mend() string {
	if t.Source == config.Linked {
		return "disable the skill in the Alexa app and enable it again, to link the account again"
	}
	command := "hearthgate token"
	if t.of != nil && t.of.Home != "" {
		command += " --stage " + config.FullName(t.of.Stage, t.of.Home)
	}
	return "make a new long-lived token in Home Assistant, and put it in place with `" + command + "`"
}

// fromAmazon reports whether the token has the shape of Login with Amazon's.
func (t Token) fromAmazon() bool { return strings.HasPrefix(t.Reveal(), "Atza|") }

// mendAmazon says what to do about a token of Login with Amazon.
func (t Token) mendAmazon() string {
	if t.Source == config.Linked {
		return fmt.Sprintf("have the skill's account linking name Home Assistant (/auth/authorize and /auth/token) in the Alexa developer console, or set %s to %s", config.EnvTokenSource, config.Stored)
	}
	return t.mend()
}
