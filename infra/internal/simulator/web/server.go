// Package web is the simulator in a browser: a page on a loopback port that only the
// browser with its key can open, and which loads nothing from elsewhere.
package web

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/simulator"
)

//go:embed assets
var assets embed.FS

// A Server serves the page of one session.
type Server struct {
	session  *simulator.Session
	fleet    *Homes // nil without deployed homes
	hub      *Hub
	guard    *guard
	listener net.Listener
}

// Listen takes a loopback port for the page of a session, whose Watch is the hub's Notify.
// The page shows the homes too, unless they are nil.
func Listen(s *simulator.Session, h *Hub, homes *Homes) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("there is no loopback port for the page: %w", err)
	}
	return &Server{session: s, fleet: homes, hub: h, guard: newGuard(l.Addr().String()), listener: l}, nil
}

// Address returns the address that opens the page, with its key. It opens it once: the
// browser that does keeps a cookie.
func (s *Server) Address() string { return s.guard.address() }

// Serve serves the page until the context ends, whose error it returns.
func (s *Server) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler: s.guard.wrap(s.routes()), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }, // the streams end with it
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(s.listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	err := server.Close()
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(context.Cause(ctx), err)
}

func (s *Server) routes() http.Handler {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // embedded: always there
	}
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", s.page)
	m.HandleFunc("GET /part/{part}", s.part)
	m.HandleFunc("GET /turn/{n}", s.turn)
	m.HandleFunc("GET /complete", s.complete)
	m.HandleFunc("GET /events", s.events)
	m.HandleFunc("POST /say", s.say)
	m.HandleFunc("POST /replay", s.replay)
	m.HandleFunc("POST /discover", s.discover)
	m.HandleFunc("POST /fault", s.fault)
	m.HandleFunc("POST /cold", s.cold)
	m.HandleFunc("POST /homes", s.homes(func(r *http.Request, h *Homes) error { return h.ask(r.Context()) }))
	m.HandleFunc("POST /homes/doctor", s.homes(func(r *http.Request, h *Homes) error {
		return h.examine(r.Context(), r.PostFormValue("stage"), s.hub.Notify)
	}))
	m.HandleFunc("POST /homes/graphs", s.homes(func(r *http.Request, h *Homes) error { return h.draw(r.Context(), r.PostFormValue("stage")) }))
	m.HandleFunc("POST /homes/detail", s.homes(func(r *http.Request, h *Homes) error { return h.detail(r.Context(), r.PostFormValue("stage")) }))
	m.HandleFunc("GET /runbook/{section}", s.runbook)
	for _, name := range []string{"app.js", "app.css", "favicon.svg"} {
		m.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) })
	}
	return m
}

// events tells the page, in a stream, that something has changed: a turn, a fault, or a
// device that was switched elsewhere.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	const often = 2 * time.Second
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	notices, leave := s.hub.join()
	defer leave()
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		before := s.states()
		fmt.Fprint(w, "data: changed\n\n")
		if out.Flush() != nil {
			return
		}
		for changed := false; !changed; {
			select {
			case <-r.Context().Done():
				return
			case <-notices:
				changed = true
			case <-tick.C:
				s.session.Refresh(r.Context())
				changed = s.states() != before
			}
		}
	}
}

// states returns the states of all devices and alarms as one text, to compare.
func (s *Server) states() string {
	var all strings.Builder
	for _, d := range s.session.Devices() {
		all.WriteString(d.ID + "\x00" + d.State + "\x00")
	}
	alarms, _ := s.session.Alarms(time.Now()) // a test evaluates every description
	for _, a := range alarms {
		all.WriteString(string(a.State) + "\x00")
	}
	return all.String()
}
