package demohome

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Server serves a handler on a loopback port of its own. It can be stopped and
// started again: while it is stopped, the port refuses connections.
type Server struct {
	Handler http.Handler

	mu     sync.Mutex
	addr   string        // guarded by mu; empty until the first Start
	server *http.Server  // guarded by mu; nil while down
	ended  chan struct{} // guarded by mu; closed when server's Serve has returned
}

// Start starts the server, on its previous port if it had one. It does nothing if the
// server is running.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return nil
	}
	want := s.addr
	if want == "" {
		want = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", want)
	if err != nil {
		return fmt.Errorf("the home cannot listen on a loopback port: %w", err)
	}
	s.addr = listener.Addr().String()
	server, ended := &http.Server{Handler: s.Handler, ReadHeaderTimeout: 10 * time.Second}, make(chan struct{})
	s.server, s.ended = server, ended
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // a loopback listener does not fail
		}
	}()
	return nil
}

// Stop stops the server at once and closes its connections. It does nothing if the
// server is not running.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return
	}
	s.server.Close()
	<-s.ended
	s.server = nil
}

// URL returns the address of the server, "" before the first Start.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.addr == "" {
		return ""
	}
	return "http://" + s.addr
}
