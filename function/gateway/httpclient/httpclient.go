// Package httpclient is the HTTP client gateway: send every request of the function.
//
// It keeps one pool of connections between invocations, with resumed TLS sessions, and
// speaks HTTP/1.1, which every home and proxy does: there is one request at a time, for
// which HTTP/2 brings nothing but 390 KB of program. Responses may come compressed; requests are
// never compressed: they are short, and not every proxy in front of a home unpacks
// them. Redirects are returned, not followed: following one would send the token to
// another host, or turn a command into a GET.
//
// # Timeouts
//
// A request ends with its context. So that one phase that hangs leaves time for a
// retry, the connection must be made within 3/8 of the time left and the TLS handshake
// be complete within 5/8. An idempotent request on a reused connection must get its
// first byte within 5/8 too. The retry has all the time that remains. A connection
// whose bytes are not acknowledged for four seconds is closed.
//
// # Retries
//
// A request is retried at most once, on a new connection, if half a second or more
// remains: an idempotent one ([Request.Idempotent]) after any failure that may be
// temporary, any other one only if none of its bytes were sent. On Linux an idle
// connection is checked before the first write, so nothing is sent on one that the
// server has closed, as a home does that restarts while the function is frozen; and one
// that was idle for more than two seconds is not used for a request that must not be sent
// twice, as a router may have forgotten it.
// Failures that a retry would repeat (an untrusted certificate, an unknown name, a
// closed port) are not retried.
//
// # By name
//
// Who may invoke the function may run an operation by its name. Requests by name have a
// configuration of their own, with no secret, and configure, set_timeout and reset by
// name change that one: no one changes by name where the home's requests go or whom
// they trust. With [Client.PublicOnly] requests by name reach public addresses alone.
//
// # Trust
//
// Certificates are verified against the few authorities that sign most of the web's
// certificates. They are embedded in the program, because reading the system's takes a
// good part of a cold start. A certificate of another authority is verified against
// the system's, on a second connection.
package httpclient

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/function/core"
)

// Operations that the program uses. The others are in operator.go.
var (
	MakeRequest = core.Define[Request, Response](core.HTTPClient, "make_request",
		"Send one HTTP request and return the whole response, whatever its status. By name it carries no secret of the function's, and a deployed function reaches public https addresses only.").
		Failing(core.Unreachable, core.Forbidden)
	WarmUp = core.Define[WarmUpInput, Timing](core.HTTPClient, "warm_up",
		"Connect to a host and complete the TLS handshake ahead of the first request, and return how long each phase took.")
)

// A Client sends requests over one pool of connections. It is safe for concurrent
// use. The zero value has the zero [Config].
type Client struct {
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // default: TCP
	UserAgent string                                                               // of requests that do not set one; default: "hearthgate"

	// PublicOnly restricts requests by name to https and to public addresses; default:
	// they may go everywhere, as they may on a person's own machine.
	PublicOnly bool

	mu      sync.Mutex
	initial Config // guarded by mu; what [Client.Configure] set, and Reset restores
	active  atomic.Pointer[clientConfig]
	named   atomic.Pointer[clientConfig] // of requests by name

	conns  connSet
	counts counts
}

// Gateway returns [core.HTTPClient].
func (*Client) Gateway() core.Gateway { return core.HTTPClient }

// Bind binds the operations of the gateway to d.
func (c *Client) Bind(d *core.Dispatcher) {
	core.Handle(d, MakeRequest, sender{c, false}.makeRequest)
	core.HandleByName(d, MakeRequest, sender{c, true}.makeRequest)
	core.Handle(d, WarmUp, sender{c, false}.warmUp)
	core.HandleByName(d, WarmUp, sender{c, true}.warmUp)
	c.bindOperator(d)
}

// current returns the configuration in effect.
func (c *Client) current() *clientConfig { return sender{c, false}.current() }
