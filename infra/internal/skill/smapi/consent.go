package smapi

import (
	"context"
	"crypto/rand"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/hearthgate/hearthgate/config/alexa"
)

// A Consent is one request for the developer's consent, in their browser.
type Consent struct {
	config   oauth2.Config
	state    string
	verifier string
	options  Options
}

// NewConsent returns a consent for the security profile of o.Login. The browser comes back
// to returnURL, which must be one of the profile's Allowed Return URLs.
func NewConsent(o Options, returnURL string) *Consent {
	c := &Consent{config: oauthConfig(o.Login.ClientID, o.Login.ClientSecret), state: rand.Text(), verifier: oauth2.GenerateVerifier(), options: o}
	c.config.RedirectURL = returnURL
	c.config.Scopes = []string{alexa.SkillsScope, alexa.ModelsScope}
	return c
}

func oauthConfig(clientID, clientSecret string) oauth2.Config {
	return oauth2.Config{
		ClientID: clientID, ClientSecret: clientSecret,
		Endpoint: oauth2.Endpoint{AuthURL: alexa.AuthorizeURL, TokenURL: alexa.TokenURL, AuthStyle: oauth2.AuthStyleInParams},
	}
}

// URL returns the page on which the developer consents. It contains no secret.
func (c *Consent) URL() string {
	return c.config.AuthCodeURL(c.state, oauth2.S256ChallengeOption(c.verifier))
}

// ReturnURL returns where the browser comes back.
func (c *Consent) ReturnURL() string { return c.config.RedirectURL }

// Code returns the code in the query that the browser came back with.
func (c *Consent) Code(query url.Values) (string, error) {
	switch code := query.Get("error"); {
	case query.Get("state") != c.state:
		return "", fail(StateMismatch, "the browser came back from another login than this one: close its other pages of this login, and follow the link of this run")
	case code == "access_denied":
		return "", fail(ConsentDenied, "the consent was declined on Amazon's page: run it again and allow both permissions")
	case code == "invalid_scope" || code == "unauthorized_client":
		return "", fail(Denied, "Amazon does not let this security profile manage skills (%s: %s): use a profile of the account with which you sign in to the Alexa developer console", code, query.Get("error_description"))
	case code != "":
		return "", fail(ConsentDenied, "Amazon's page ended with an error (%s: %s): run it again", code, query.Get("error_description"))
	case query.Get("code") == "":
		return "", fail(StateMismatch, "the address has no code from Amazon: paste all of the address that the browser shows in the end")
	}
	return query.Get("code"), nil
}

// Exchange turns the code into a login, which has no vendor id yet.
func (c *Consent) Exchange(ctx context.Context, code string) (Login, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, httpClient(c.options.Transport))
	token, err := c.config.Exchange(ctx, code, oauth2.VerifierOption(c.verifier))
	if err != nil {
		return Login{}, explainToken(ctx, "logging in", err, commandLine("skill login", c.options.Flags))
	}
	if token.RefreshToken == "" {
		return Login{}, fail(Unreadable, "Amazon gave no refresh token, without which each run would need your browser: check that the client secret is that of the security profile, and log in again")
	}
	return Login{ClientID: c.config.ClientID, ClientSecret: c.config.ClientSecret, RefreshToken: token.RefreshToken}, nil
}
