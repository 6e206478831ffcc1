package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// authorize refuses a directive whose user is not on the allow-list, or that the
// policy denies. Without the one and the other it does nothing.
func (a *App) authorize(ctx context.Context, e alexa.Event) error {
	if a.keeper.AsksUsers() {
		if e.Token() == "" {
			return core.Errorf(core.Unauthorized, core.CauseUnknownToken, "the directive has no token of a linked account, so it is not known who commands: disable and enable the skill in the Alexa app")
		}
		_, err := core.Do(ctx, a.dispatcher, security.Authenticate, security.AuthenticateInput{Token: core.Secret(e.Token())})
		if err != nil {
			return err
		}
	}
	if a.keeper.HasPolicy() {
		_, err := core.Do(ctx, a.dispatcher, security.AuthorizeDirective, security.DirectiveInput{
			Namespace: e.Header.Namespace, Name: e.Header.Name, Endpoint: e.EndpointID,
		})
		return err
	}
	return nil
}

// admit refuses a custom skill that the settings do not name.
func (a *App) admit(ctx context.Context, r alexa.SkillRequest) error {
	_, err := core.Do(ctx, a.dispatcher, security.Authenticate, security.AuthenticateInput{SkillID: r.ApplicationID})
	return err
}

// storedToken returns the token that the function shows to the home itself, if it
// is configured with one.
func storedToken(s *initialization.Settings) core.Secret {
	if s.TokenSource == config.Stored {
		return s.Token
	}
	return ""
}

// loginWithAmazon are the addresses of Login with Amazon, by the region that Alexa
// has the function in; default: that of North America.
var loginWithAmazon = map[string]string{
	"eu-west-1": "https://api.amazon.co.uk",
	"us-west-2": "https://api.amazon.co.jp",
}

// profile returns a function that asks Amazon whose token one of a linked account
// is. A token that is nobody's is an error of kind Unauthorized.
func (a *App) profile(o Options) func(context.Context, core.Secret) (string, error) {
	getenv := o.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	guarded := a.guarded(circuitbreaker.LoginWithAmazon)
	return func(ctx context.Context, token core.Secret) (user string, err error) {
		base := o.Amazon
		if base == "" {
			base = loginWithAmazon[getenv("AWS_REGION")]
		}
		if base == "" {
			base = "https://api.amazon.com"
		}
		err = guarded(ctx, func(ctx context.Context) error {
			user, err = a.userOf(ctx, base, token)
			return err
		})
		return user, err
	}
}

// userOf asks for the profile at the address of Login with Amazon.
func (a *App) userOf(ctx context.Context, base string, token core.Secret) (string, error) {
	const limit = 64 << 10
	res, err := core.Do(ctx, a.dispatcher, httpclient.MakeRequest, httpclient.Request{
		URL: base + "/user/profile", Bearer: token, IsQuery: true, Limit: limit,
	})
	if err != nil {
		return "", err
	}
	switch res.Status {
	case http.StatusOK:
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return "", core.Errorf(core.Unauthorized, core.CauseUnknownToken, "Login with Amazon refused the token (%d)", res.Status)
	case http.StatusTooManyRequests:
		return "", core.Errorf(core.RateLimited, core.CauseRateLimited, "Login with Amazon is asked too often (429)")
	default:
		return "", core.Errorf(core.Unreachable, core.CauseBadGateway, "Login with Amazon answered %d", res.Status)
	}
	var profile struct {
		UserID string `json:"user_id"`
	}
	if err := json.Unmarshal(res.Body, &profile); err != nil || profile.UserID == "" {
		return "", core.Errorf(core.Unreachable, core.CauseMalformed, "Login with Amazon answered 200 without a user_id: ask for the scope profile:user_id, or profile, in the skill's account linking")
	}
	return profile.UserID, nil
}
