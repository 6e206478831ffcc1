package app

import (
	"context"

	"github.com/hearthgate/hearthgate/config/policy"
	"github.com/hearthgate/hearthgate/function/alexa"
	"github.com/hearthgate/hearthgate/function/amazon"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/circuitbreaker"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// rules are the rules of the door to the home, by the settings in effect.
type rules struct{ *App }

// AsksUsers reports whether there is an allow-list.
func (r rules) AsksUsers() bool { return r.authorizer.AsksUsers() }

// User rejects a token whose user is not on the allow-list.
func (r rules) User(ctx context.Context, token core.Secret) error {
	_, err := core.Do(ctx, r.dispatcher, security.Authenticate, security.AuthenticateInput{Token: token})
	return err
}

// Skill rejects a custom skill that the settings do not name.
func (r rules) Skill(ctx context.Context, id string) error {
	_, err := core.Do(ctx, r.dispatcher, security.Authenticate, security.AuthenticateInput{SkillID: id})
	return err
}

// Directive rejects a directive that the policy of its home denies.
func (r rules) Directive(ctx context.Context, namespace, name, endpoint string) error {
	home, id := r.homes.Cut(endpoint)
	return r.judge(ctx, security.DirectiveInput{Home: home, Namespace: namespace, Name: name, Endpoint: id})
}

// allow rejects a directive for no device that the policy of a further home denies.
func (r rules) allow(ctx context.Context, home string, d alexa.Directive) error {
	return r.judge(ctx, security.DirectiveInput{Home: home, Namespace: d.Header.Namespace, Name: d.Header.Name})
}

func (r rules) judge(ctx context.Context, in security.DirectiveInput) error {
	if !r.authorizer.HasPolicy(in.Home) {
		return nil
	}
	_, err := core.Do(ctx, r.dispatcher, security.AuthorizeDirective, in)
	return err
}

// Conversation rejects what is said to the custom skill if the policy, or the stage,
// denies it.
func (r rules) Conversation(ctx context.Context) error {
	if !r.authorizer.JudgesSkill() {
		return nil
	}
	_, err := core.Do(ctx, r.dispatcher, security.AuthorizeDirective, security.DirectiveInput{Skill: policy.Custom})
	return err
}

// application returns the client id that tokens must have been given to; "" for any.
func (a *App) application() string {
	if s := a.applied.Load(); s != nil {
		return s.AmazonClient
	}
	return ""
}

// askAmazon sends a request to Login with Amazon, behind its circuit breaker.
func (a *App) askAmazon(ctx context.Context, r amazon.Request) (status int, body []byte, err error) {
	const limit = 64 << 10
	err = a.guarded(circuitbreaker.LoginWithAmazon)(ctx, func(ctx context.Context) error {
		res, err := core.Do(ctx, a.dispatcher, httpclient.MakeRequest, httpclient.Request{URL: r.URL, Bearer: r.Token, Query: r.Query, Idempotent: true, Limit: limit})
		status, body = res.Status, res.Body
		return err
	})
	return status, body, err
}
