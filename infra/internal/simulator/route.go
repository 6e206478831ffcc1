package simulator

import (
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/internal/localrun/homestate"
)

// Faults are what is broken on the way from the function to the home. The home itself
// stays as it is, so that a person's own home suffers nothing.
type Faults struct {
	Network    bool          `json:"network"`    // connections are refused
	Slow       time.Duration `json:"slow"`       // each answer takes that much longer
	Token      bool          `json:"token"`      // the token is rejected, as by Home Assistant
	Ban        bool          `json:"ban"`        // our address is banned, as by Home Assistant
	Restarting bool          `json:"restarting"` // Home Assistant restarts; it ends by itself
}

// restartTime is how long a home that restarts refuses connections, and then is without
// its `alexa:` integration.
const restartTime = time.Second

// A route is the way from the function to the home: a server on a loopback port that
// passes on each request, unless it is broken. It measures the home.
type route struct {
	server demohome.Server
	proxy  *httputil.ReverseProxy

	mu       sync.Mutex
	faults   Faults        // guarded by mu
	starting bool          // guarded by mu; the second half of a restart
	home     time.Duration // guarded by mu; from the end of each request to the first byte of its answer
	restart  *time.Timer   // guarded by mu; nil: none
}

// newRoute starts the route to a home.
func newRoute(h homestate.Home) (*route, error) {
	to, err := url.Parse(h.URL)
	if err != nil || to.Host == "" {
		return nil, fmt.Errorf("%q is not a web address: write it as https://home.example.com", h.URL)
	}
	r := &route{}
	r.proxy = &httputil.ReverseProxy{
		Rewrite:      func(p *httputil.ProxyRequest) { p.SetURL(to) },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // the connection breaks, as it did behind us
	}
	if h.Client != nil {
		r.proxy.Transport = h.Client.Transport
	}
	r.server.Handler = r
	return r, r.server.Start()
}

// url returns where the function finds the home.
func (r *route) url() string { return r.server.URL() }

// ServeHTTP passes a request on to the home, or fails it.
func (r *route) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	f, starting := r.faults, r.starting
	r.mu.Unlock()
	if f.Slow > 0 {
		select {
		case <-time.After(f.Slow):
		case <-q.Context().Done():
			return
		}
	}
	switch {
	case f.Ban:
		refuse(w, http.StatusForbidden)
	case f.Token:
		refuse(w, http.StatusUnauthorized)
	case starting && strings.HasPrefix(q.URL.Path, "/api/alexa"):
		refuse(w, http.StatusNotFound)
	default:
		r.proxy.ServeHTTP(w, r.measured(q))
	}
}

// refuse answers as Home Assistant does.
func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%d: %s", status, http.StatusText(status))
}

// measured returns a request whose time at the home is counted.
func (r *route) measured(q *http.Request) *http.Request {
	began := time.Now()
	trace := &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { began = time.Now() },
		GotFirstResponseByte: func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.home += time.Since(began)
		},
	}
	return q.WithContext(httptrace.WithClientTrace(q.Context(), trace))
}

// spent returns the time that the home took since the last call.
func (r *route) spent() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.home
	r.home = 0
	return d
}

// current returns what is broken.
func (r *route) current() Faults {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.faults
}

// set breaks and mends the route. A restart ends by itself, and then calls over.
func (r *route) set(f Faults, over func()) error {
	r.mu.Lock()
	was := r.faults
	r.faults = f
	if r.restart != nil && !f.Restarting {
		r.restart.Stop()
		r.restart, r.starting = nil, false
	}
	if f.Restarting && !was.Restarting {
		r.restart = time.AfterFunc(restartTime, func() { r.comeUp(over) })
	}
	down := f.Network || f.Restarting && !r.starting
	r.mu.Unlock()
	if down {
		r.server.Stop()
		return nil
	}
	return r.server.Start()
}

// comeUp is the second half of a restart: the home answers, and some of it is not there.
func (r *route) comeUp(over func()) {
	r.mu.Lock()
	if r.restart == nil {
		r.mu.Unlock()
		return // it was mended meanwhile
	}
	r.starting = true
	down := r.faults.Network
	r.restart = time.AfterFunc(restartTime, func() {
		r.mu.Lock()
		r.restart, r.starting, r.faults.Restarting = nil, false, false
		r.mu.Unlock()
		over()
	})
	r.mu.Unlock()
	if !down {
		_ = r.server.Start() // it had the port a moment ago: without it the route stays down, which the next directive shows
	}
}

// close ends the route.
func (r *route) close() {
	r.mu.Lock()
	if r.restart != nil {
		r.restart.Stop()
		r.restart = nil
	}
	r.mu.Unlock()
	r.server.Stop()
}
