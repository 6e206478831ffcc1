// Package amazon is a client of Login with Amazon: it says whose token an access token
// of a linked account is.
package amazon

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/strictjson"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Client asks Login with Amazon. It is safe for concurrent use.
type Client struct {
	URL    string // default: the address for Region
	Region string // of AWS, in which the function runs

	// Application returns the client id of the application that tokens must have been
	// given to; "" for any. default: any.
	Application func() string

	// Get sends a GET and returns the answer.
	Get func(context.Context, Request) (status int, body []byte, err error)
}

// A Request is a question to Login with Amazon.
type Request struct {
	URL   string
	Token core.Secret // for the Authorization header; default: none
	Query core.Secret // of the URL; default: none
}

// UserID returns the id of the user that a token belongs to. A token that Amazon does
// not know, or that was given to another application, is an error of kind Unauthorized.
func (c *Client) UserID(ctx context.Context, token core.Secret) (string, error) {
	application := ""
	if c.Application != nil {
		application = c.Application()
	}
	// Only tokeninfo says whom a token was given to, and it takes the token in the query
	// alone, which therefore is secret.
	host := cmp.Or(c.URL, facts.RegionNamed(c.Region).API)
	r := Request{URL: host + "/auth/o2/tokeninfo", Query: core.Secret(url.Values{"access_token": {token.Reveal()}}.Encode())}
	if application == "" {
		r = Request{URL: host + "/user/profile", Token: token}
	}
	status, body, err := c.Get(ctx, r)
	if err != nil {
		return "", err
	}
	if err := statusError(status); err != nil {
		return "", err
	}
	user, audience := "", ""
	err = strictjson.Object(body, func(key, value []byte) (err error) {
		switch string(key) {
		case "user_id":
			user, err = strictjson.String(value)
		case "aud":
			audience, err = strictjson.String(value)
		}
		return err
	})
	if err != nil || user == "" {
		return "", core.Errorf(core.Unreachable, core.CauseMalformed, "Login with Amazon answered 200 without a user_id: request the scope profile:user_id, or profile, in the skill's account linking")
	}
	if application != "" && audience != application {
		return "", core.Errorf(core.Unauthorized, core.CauseOtherApplication, "the token of the linked account was given to another application than the skill's: check the client id in the skill's account linking, and disable and enable the skill in the Alexa app")
	}
	return user, nil
}

func statusError(status int) error {
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return core.Errorf(core.Unauthorized, core.CauseUnknownToken, "Login with Amazon rejected the token (%d)", status)
	case http.StatusTooManyRequests:
		return core.Errorf(core.RateLimited, core.CauseRateLimited, "Login with Amazon gets too many requests (429)")
	}
	return core.Errorf(core.Unreachable, core.CauseBadGateway, "Login with Amazon answered %d", status)
}
