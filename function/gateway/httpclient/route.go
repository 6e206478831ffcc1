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

// idleTimeout is how long a connection may wait for the next request. It is less
// than the 60 s and more after which common proxies close one, so that a command
// is not written into a connection that nobody reads any more. The transport asks
// the wall clock, so it holds for a process that was frozen in between too.
const idleTimeout = 50 * time.Second

// A way is a configuration in effect: one route to the home, and one to everybody
// else.
type way struct {
	config      Config
	origin      string // of the home; "" if there is none
	home, world *route
}

// newWay returns the way of a configuration that was checked. It takes over the
// routes of old, and so their connections, where they would be the same.
func (c *Client) newWay(config Config, old *way) *way {
	w := &way{config: config, origin: origin(config.Home)}
	if old != nil && reflect.DeepEqual(config.paved(), old.config.paved()) {
		w.home, w.world = old.home, old.world
		return w
	}
	w.world = &route{build: func(system bool) *http.Transport { return c.transport(config, worldTLS(system)) }}
	w.home = w.world
	if config.private() {
		w.home = &route{build: func(system bool) *http.Transport { return c.transport(config, config.homeTLS(system)) }}
		w.home.fixed = config.CA != "" || config.Insecure
	}
	return w
}

// paved returns what of the configuration the routes are made from.
func (c Config) paved() Config {
	p := c
	p.Headers, p.BodyLimit, p.AnswerLimit = nil, 0, 0
	p.Timeouts = Timeouts{Idle: c.Idle}
	return p
}

// private reports whether connections to the home are made in a way of their own.
func (c Config) private() bool {
	return c.CA != "" || c.Insecure || len(c.Pins) > 0 || c.Certificate != ""
}

func (c *Client) transport(config Config, conf *tls.Config) *http.Transport {
	t := &http.Transport{
		DialContext:         c.dial,
		TLSClientConfig:     conf,
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: unheard / 2, PingTimeout: unheard / 2},
		MaxIdleConns:        8,
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     cmp.Or(config.Idle.Duration(), idleTimeout),
	}
	if config.Proxy != "" {
		t.Proxy = config.proxy
	}
	return t
}

func (c Config) proxy(r *http.Request) (*url.URL, error) {
	if slices.Contains(c.NoProxy, r.URL.Hostname()) {
		return nil, nil
	}
	return url.Parse(c.Proxy.Reveal())
}

// route returns the one that leads to u.
func (w *way) route(u *url.URL) *route {
	if w.leadsHome(u) {
		return w.home
	}
	return w.world
}

// secrets returns the headers that u is to get and nobody else.
func (w *way) secrets(u *url.URL) map[string]core.Secret {
	if len(w.config.Headers) == 0 || !w.leadsHome(u) {
		return nil
	}
	return w.config.Headers
}

// leadsHome reports whether u is of the home, scheme and port included: over plain
// HTTP anyone could read what is meant for HTTPS.
func (w *way) leadsHome(u *url.URL) bool { return w.origin != "" && originOf(u) == w.origin }

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

// close closes the idle connections of w that next does not go on with.
func (w *way) close(next *way) {
	for _, r := range []*route{w.home, w.world} {
		if next == nil || r != next.home && r != next.world {
			r.close()
		}
	}
}

// A route is a way to connect to some hosts.
type route struct {
	build func(system bool) *http.Transport
	fixed bool // whom to believe was said, so there is nobody else to ask

	mu     sync.Mutex
	system bool            // guarded by mu; the system's authorities are asked too
	inUse  *http.Transport // guarded by mu; nil before the first request
}

func (r *route) current() *http.Transport {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inUse == nil {
		r.inUse = r.build(r.system)
	}
	return r.inUse
}

// widen has the system's authorities asked from now on if it was their absence
// that failed a request over used. It returns false if that changes nothing.
func (r *route) widen(used *http.Transport, err error) bool {
	if r.fixed || !untrusted(err) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inUse != used {
		return true // another request has done so
	}
	if r.system {
		return false
	}
	r.system, r.inUse = true, r.build(true)
	return true
}

// renew lets connections that were made before be used no more.
func (r *route) renew(used *http.Transport) {
	r.mu.Lock()
	if r.inUse == used {
		r.inUse = used.Clone() // with its TLS sessions
	}
	r.mu.Unlock()
	used.CloseIdleConnections()
}

func (r *route) close() {
	r.mu.Lock()
	t := r.inUse
	r.mu.Unlock()
	if t != nil {
		t.CloseIdleConnections()
	}
}

// asksSystem reports whether the system's authorities are asked.
func (r *route) asksSystem() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.system
}
