package app

import (
	"context"

	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// access decides who may do what, by the settings in effect.
type access struct{ *App }

// Authorize rejects a directive whose user is not on the allow-list, or that the
// policy denies. Without allow-list and policy it does nothing.
func (a access) Authorize(ctx context.Context, d alexa.Directive) error {
	if a.authorizer.AsksUsers() {
		if d.Token() == "" {
			return core.Errorf(core.Unauthorized, core.CauseUnknownToken, "the directive has no token of a linked account, so its user is unknown: disable and enable the skill in the Alexa app")
		}
		_, err := core.Do(ctx, a.dispatcher, security.Authenticate, security.AuthenticateInput{Token: core.Secret(d.Token())})
		if err != nil {
			return err
		}
	}
	if a.authorizer.HasPolicy() {
		_, err := core.Do(ctx, a.dispatcher, security.AuthorizeDirective, security.DirectiveInput{
			Namespace: d.Header.Namespace, Name: d.Header.Name, Endpoint: d.EndpointID,
		})
		return err
	}
	return nil
}

// Admit rejects a custom skill that the settings do not name.
func (a access) Admit(ctx context.Context, r alexa.SkillRequest) error {
	_, err := core.Do(ctx, a.dispatcher, security.Authenticate, security.AuthenticateInput{SkillID: r.ApplicationID})
	return err
}

// askAmazon sends a request to Login with Amazon, behind its circuit breaker.
func (a *App) askAmazon(ctx context.Context, url string, token core.Secret) (status int, body []byte, err error) {
	const limit = 64 << 10
	err = a.guarded(circuitbreaker.LoginWithAmazon)(ctx, func(ctx context.Context) error {
		res, err := core.Do(ctx, a.dispatcher, httpclient.MakeRequest, httpclient.Request{URL: url, Bearer: token, Idempotent: true, Limit: limit})
		status, body = res.Status, res.Body
		return err
	})
	return status, body, err
}
