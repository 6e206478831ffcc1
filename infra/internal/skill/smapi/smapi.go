// Package smapi is Amazon's Skill Management API: the skills of a developer, their
// manifests, account linking and interaction models, with errors that say what to do.
//
// Its hosts are Amazon's and cannot be set. A proxy and certificates come from where Go
// reads them: HTTPS_PROXY and SSL_CERT_FILE.
package smapi

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// A Login is what lets a program manage the skills of a developer: a security profile of
// Login with Amazon, and the developer's consent. It prints without its secrets.
type Login struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	RefreshToken string `json:"refreshToken"`
	VendorID     string `json:"vendorId"` // of the developer
}

func (l Login) String() string   { return "login of the vendor " + l.VendorID }
func (l Login) GoString() string { return l.String() }

// Options are what a [Client] is given.
type Options struct {
	Login Login
	Flags string // for the commands in error messages, "--stage prod"; default: none

	// Save stores the login when Amazon has replaced its refresh token.
	// Default: it is used and not stored.
	Save func(context.Context, Login) error

	Progress  func(string)      // is given what takes a while; default: nothing
	Transport http.RoundTripper // default: Go's
}

// A Client calls the API for one login. It is safe for concurrent use.
type Client struct {
	options Options
	http    *http.Client

	mu    sync.Mutex
	login Login         // guarded by mu
	token *oauth2.Token // guarded by mu; nil before the first call
}

// attemptTimeout bounds one request. Amazon answers within seconds: what takes longer is
// asynchronous.
const attemptTimeout = 30 * time.Second

// New returns a client.
func New(o Options) *Client {
	return &Client{options: o, http: httpClient(o.Transport), login: o.Login}
}

// httpClient returns a client that does not follow redirects: the API has none, and what
// stands in its way has.
func httpClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: transport, Timeout: attemptTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Login returns the login in its current state.
func (c *Client) Login() Login {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.login
}

// command returns a command line for an error message.
func (c *Client) command(name string) string { return commandLine(name, c.options.Flags) }

func commandLine(name, flags string) string {
	return strings.TrimSpace("hearthgate " + name + " " + flags)
}

func (c *Client) progress(text string) {
	if c.options.Progress != nil {
		c.options.Progress(text)
	}
}
