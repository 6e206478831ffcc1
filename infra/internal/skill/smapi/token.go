package smapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"
)

// accessToken returns a valid access token. It is kept in memory only.
func (c *Client) accessToken(ctx context.Context, doing string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token.Valid() {
		return c.token.AccessToken, nil
	}
	config := oauthConfig(c.login.ClientID, c.login.ClientSecret)
	var fresh *oauth2.Token
	err := c.retry(ctx, func() attempt {
		var err error
		fresh, err = config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, c.http), &oauth2.Token{RefreshToken: c.login.RefreshToken}).Token()
		a := attempt{err: explainToken(ctx, doing, err, c.command("skill login")), again: transient(err)}
		if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.Response != nil {
			a.head = e.Response.Header
		}
		return a
	})
	if err != nil {
		return "", err
	}
	c.token = fresh
	if fresh.RefreshToken == "" || fresh.RefreshToken == c.login.RefreshToken {
		return fresh.AccessToken, nil
	}
	c.login.RefreshToken = fresh.RefreshToken
	if c.options.Save != nil {
		if err := c.options.Save(ctx, c.login); err != nil {
			return "", fail(CodeOf(err), "Amazon has replaced the login while %s, and the new one could not be stored: %w; mend that, and if the login is rejected afterwards, run `%s`", doing, err, c.command("skill login"))
		}
	}
	return fresh.AccessToken, nil
}

// forget makes the next call get a new access token in place of one that was rejected.
func (c *Client) forget(access string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != nil && c.token.AccessToken == access {
		c.token = nil
	}
}

// transient reports whether asking for a token again may succeed.
func transient(err error) bool {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return e.Response != nil && (e.Response.StatusCode == http.StatusTooManyRequests || e.Response.StatusCode >= http.StatusInternalServerError)
	}
	_, network := errors.AsType[*url.Error](err)
	return network
}

// explainToken returns the error of a request for a token for a person.
func explainToken(ctx context.Context, doing string, err error, again string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return stopped(ctx, doing)
	}
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		if _, network := errors.AsType[*url.Error](err); network {
			return unreachable(doing, "Login with Amazon", err)
		}
		return unreadable(doing, "Login with Amazon", nil, nil)
	}
	status := 0
	if e.Response != nil {
		status = e.Response.StatusCode
	}
	switch {
	case status == http.StatusTooManyRequests:
		return fail(Throttled, "Login with Amazon limits how often one may ask, and still does after %s was tried several times: wait a few minutes and run it again", doing)
	case status >= http.StatusInternalServerError:
		return fail(Unavailable, "Login with Amazon has a problem of its own (%d) while %s: wait a while and run it again", status, doing)
	case e.ErrorCode == "invalid_client":
		return fail(ClientRefused, "Login with Amazon rejects the client id or the client secret while %s: copy both again from the security profile (Web Settings, Show Secret), and run `%s`", doing, again)
	case e.ErrorCode == "invalid_grant":
		return fail(LoginExpired, "Login with Amazon no longer accepts this login while %s, because it has expired or its consent was revoked: run `%s`", doing, again)
	case e.ErrorCode == "unauthorized_client" || e.ErrorCode == "invalid_scope":
		return fail(Denied, "Amazon does not let this security profile manage skills while %s (%s): use a profile of the account with which you sign in to the Alexa developer console, and run `%s`", doing, e.ErrorCode, again)
	case e.ErrorCode != "":
		return fail(Denied, "Login with Amazon rejects the request while %s (%s: %s): run `%s`", doing, e.ErrorCode, e.ErrorDescription, again)
	}
	return unreadable(doing, "Login with Amazon", e.Response, e.Body)
}
