package httpclient

import (
	"cmp"
	"crypto/tls"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// idleTimeout is how long a connection may be idle by default. Common proxies close
// one after 60 s or more, so a command is not sent on a connection that is about to be
// closed. The transport measures it by the wall clock, which goes on while the process
// is frozen.
const idleTimeout = 50 * time.Second

// maxHeader is how many bytes the header of a response may have. Proxies send up to a few
// thousand; net/http would hold ten million.
const maxHeader = 256 << 10

// A clientConfig is a configuration in effect, with the transports that it makes: one
// for each home, one for all other hosts.
type clientConfig struct {
	config Config
	homes  []home // the first is that of the configuration; another one for each of its More
	others *transportPool
}

// A home is one of a configuration in effect.
type home struct {
	Home
	origin origin
	pool   *transportPool // that of all other hosts, unless the home has its own trust
}

// newClientConfig returns the clientConfig of a configuration that was checked. It
// shares the transports of old, and so their connections, where it would make equal ones.
func (c *Client) newClientConfig(config Config, old *clientConfig) *clientConfig {
	cc := &clientConfig{config: config}
	if old != nil && !old.config.sendsAs(config) {
		old = nil
	}
	if old != nil {
		cc.others = old.others
	} else {
		cc.others = &transportPool{make: func(system bool) *http.Transport { return c.publicTransport(config, system) }}
	}
	for _, h := range append([]Home{config.Home}, config.More...) {
		u, _ := url.Parse(h.Address) // checked
		cc.homes = append(cc.homes, home{h, originOf(u), cc.poolOf(c, h, old)})
	}
	return cc
}

// poolOf returns the transports for h: those of old where it has a home alike.
func (cc *clientConfig) poolOf(c *Client, h Home, old *clientConfig) *transportPool {
	if !h.hasOwnTrust() {
		return cc.others
	}
	if old != nil {
		for _, before := range old.homes {
			if before.trustsAs(h) {
				return before.pool
			}
		}
	}
	return &transportPool{
		make:       func(system bool) *http.Transport { return c.transport(cc.config, h.tls(system)) },
		fixedRoots: h.CA != "" || h.Insecure,
	}
}

// sendsAs reports whether transports for hosts that are no home are the same with both.
func (c Config) sendsAs(other Config) bool {
	return c.Proxy == other.Proxy && slices.Equal(c.NoProxy, other.NoProxy) && c.Idle == other.Idle
}

// trustsAs reports whether transports for both are the same: their address and their
// headers are of no account.
func (h Home) trustsAs(other Home) bool {
	return h.CA == other.CA && slices.Equal(h.Pins, other.Pins) &&
		h.Certificate == other.Certificate && h.Key == other.Key && h.Insecure == other.Insecure
}

// hasOwnTrust reports whether connections to the home differ from those to other hosts.
func (h Home) hasOwnTrust() bool {
	return h.CA != "" || h.Insecure || len(h.Pins) > 0 || h.Certificate != ""
}

// publicTransport returns the transport for hosts with a public certificate. A proxy's
// connections are the transport's own, so that it must know all authorities.
func (c *Client) publicTransport(config Config, systemRoots bool) *http.Transport {
	if systemRoots || config.Proxy != "" {
		return c.transport(config, publicTLS(systemRoots))
	}
	t := c.transport(config, nil)
	t.DialTLSContext = c.dialEmbedded()
	return t
}

func (c *Client) transport(config Config, conf *tls.Config) *http.Transport {
	t := &http.Transport{
		DialContext:            c.dial,
		TLSClientConfig:        conf,
		MaxIdleConns:           96,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        cmp.Or(config.Idle.Duration(), idleTimeout),
	}
	if config.Proxy != "" {
		t.Proxy = config.proxyFor
		t.ProxyConnectHeader = http.Header{"User-Agent": {c.userAgent()}}
	}
	return t
}

func (c *Client) userAgent() string { return cmp.Or(c.UserAgent, "hearthgate") }

func (c Config) proxyFor(r *http.Request) (*url.URL, error) {
	if slices.Contains(c.NoProxy, r.URL.Hostname()) {
		return nil, nil
	}
	return url.Parse(c.Proxy.Reveal())
}

// transports returns those for u.
func (cc *clientConfig) transports(u *url.URL) *transportPool {
	if h := cc.homeAt(u); h != nil {
		return h.pool
	}
	return cc.others
}

// secretHeaders returns the headers to add to a request to u.
func (cc *clientConfig) secretHeaders(u *url.URL) map[string]core.Secret {
	if h := cc.homeAt(u); h != nil {
		return h.Headers
	}
	return nil
}

// homeAt returns the home that has the origin of u, scheme and port included, as anyone
// could read over HTTP what is meant for HTTPS; nil if there is none.
func (cc *clientConfig) homeAt(u *url.URL) *home {
	at := originOf(u)
	for i := range cc.homes {
		if h := &cc.homes[i]; h.Address != "" && h.origin == at {
			return h
		}
	}
	return nil
}

// An origin is what two addresses of the same server have in common.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = "80"
	case u.Scheme == "https":
		port = "443"
	}
	return origin{u.Scheme, strings.ToLower(u.Hostname()), port}
}

// closeIdle closes the idle connections of cc that next does not share.
func (cc *clientConfig) closeIdle(next *clientConfig) {
	shared := map[*transportPool]bool{next.others: true}
	for _, h := range next.homes {
		shared[h.pool] = true
	}
	for _, h := range append(cc.homes, home{pool: cc.others}) {
		if !shared[h.pool] {
			h.pool.closeIdle()
		}
	}
}

// A transportPool has the transport for a group of hosts, and replaces it when its
// trusted roots or its connections are no longer good.
type transportPool struct {
	make       func(systemRoots bool) *http.Transport
	fixedRoots bool // the configuration says whom to trust, so the system's roots do not apply

	mu          sync.Mutex
	systemRoots bool            // guarded by mu; the system's roots are trusted instead of the embedded ones
	transport   *http.Transport // guarded by mu; nil before the first request
}

func (p *transportPool) current() *http.Transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.transport == nil {
		p.transport = p.make(p.systemRoots)
	}
	return p.transport
}

// fallBackToSystemRoots trusts the system's roots from now on if err, of a request
// over used, came of their absence. It returns false if a retry would fail alike.
func (p *transportPool) fallBackToSystemRoots(used *http.Transport, err error) bool {
	if p.fixedRoots || !isUntrusted(err) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.transport != used {
		return true // another request has done so
	}
	if p.systemRoots {
		return false
	}
	p.systemRoots, p.transport = true, p.make(true)
	return true
}

// abandonConnections makes requests from now on use new connections.
func (p *transportPool) abandonConnections(used *http.Transport) {
	p.mu.Lock()
	if p.transport == used {
		p.transport = used.Clone() // keeps its TLS sessions
	}
	p.mu.Unlock()
	used.CloseIdleConnections()
}

func (p *transportPool) closeIdle() {
	p.mu.Lock()
	t := p.transport
	p.mu.Unlock()
	if t != nil {
		t.CloseIdleConnections()
	}
}

func (p *transportPool) usesSystemRoots() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.systemRoots
}
