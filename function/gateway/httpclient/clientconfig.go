package httpclient

import (
	"cmp"
	"crypto/tls"
	"net/http"
	"net/url"
	"reflect"
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
// for the home, one for all other hosts.
type clientConfig struct {
	config       Config
	homeOrigin   string // "" without a home
	home, others *transportPool
}

// newClientConfig returns the clientConfig of a configuration that was checked. It
// shares the transports of old, and so their connections, if it would make equal ones.
func (c *Client) newClientConfig(config Config, old *clientConfig) *clientConfig {
	cc := &clientConfig{config: config, homeOrigin: origin(config.Home)}
	if old != nil && reflect.DeepEqual(config.forTransports(), old.config.forTransports()) {
		cc.home, cc.others = old.home, old.others
		return cc
	}
	cc.others = &transportPool{make: func(system bool) *http.Transport { return c.publicTransport(config, system) }}
	cc.home = cc.others
	if config.hasOwnTrust() {
		cc.home = &transportPool{make: func(system bool) *http.Transport { return c.transport(config, config.homeTLS(system)) }}
		cc.home.fixedRoots = config.CA != "" || config.Insecure
	}
	return cc
}

// forTransports returns the part of c that transports depend on.
func (c Config) forTransports() Config {
	p := c
	p.Headers, p.BodyLimit, p.AnswerLimit = nil, 0, 0
	p.Timeouts = Timeouts{Idle: c.Idle}
	return p
}

// hasOwnTrust reports whether connections to the home differ from those to other hosts.
func (c Config) hasOwnTrust() bool {
	return c.CA != "" || c.Insecure || len(c.Pins) > 0 || c.Certificate != ""
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
	if cc.isHome(u) {
		return cc.home
	}
	return cc.others
}

// secretHeaders returns the headers to add to a request to u.
func (cc *clientConfig) secretHeaders(u *url.URL) map[string]core.Secret {
	if len(cc.config.Headers) == 0 || !cc.isHome(u) {
		return nil
	}
	return cc.config.Headers
}

// isHome reports whether u has the home's origin, scheme and port included: anyone
// could read over HTTP what is meant for HTTPS.
func (cc *clientConfig) isHome(u *url.URL) bool {
	return cc.homeOrigin != "" && originOf(u) == cc.homeOrigin
}

func origin(text string) string {
	u, err := url.Parse(text)
	if text == "" || err != nil {
		return ""
	}
	return originOf(u)
}

func originOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// closeIdle closes the idle connections of cc that next, which may be nil, does not
// share.
func (cc *clientConfig) closeIdle(next *clientConfig) {
	for _, p := range []*transportPool{cc.home, cc.others} {
		if next == nil || p != next.home && p != next.others {
			p.closeIdle()
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
