// Package amazon is a client of Login with Amazon: it says whose token an access token
// of a linked account is.
package amazon

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	facts "github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/function/core"
)

// A Client asks Login with Amazon. It is safe for concurrent use.
type Client struct {
	URL    string // default: the address for Region
	Region string // of AWS, in which the function runs

	// Get sends a GET with a token to an address and returns the answer.
	Get func(ctx context.Context, url string, token core.Secret) (status int, body []byte, err error)
}

// UserID returns the id of the user that a token belongs to. A token that Amazon does
// not know is an error of kind Unauthorized.
func (c *Client) UserID(ctx context.Context, token core.Secret) (string, error) {
	status, body, err := c.Get(ctx, cmp.Or(c.URL, facts.RegionNamed(c.Region).API)+"/user/profile", token)
	if err != nil {
		return "", err
	}
	switch status {
	case http.StatusOK:
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return "", core.Errorf(core.Unauthorized, core.CauseUnknownToken, "Login with Amazon rejected the token (%d)", status)
	case http.StatusTooManyRequests:
		return "", core.Errorf(core.RateLimited, core.CauseRateLimited, "Login with Amazon gets too many requests (429)")
	default:
		return "", core.Errorf(core.Unreachable, core.CauseBadGateway, "Login with Amazon answered %d", status)
	}
	var profile struct {
		UserID string `json:"user_id"`
	}
	if err := json.Unmarshal(body, &profile); err != nil || profile.UserID == "" {
		return "", core.Errorf(core.Unreachable, core.CauseMalformed, "Login with Amazon answered 200 without a user_id: request the scope profile:user_id, or profile, in the skill's account linking")
	}
	return profile.UserID, nil
}
