// Package faultyhome is a home that misbehaves, from the first packet to the last byte
// of the answer, and counts what has reached it.
package faultyhome

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"sync"
)

// A Behaviour is what a home does with a connection, which is closed when it
// returns.
type Behaviour func(*Visit)

// A Home is a server on a loopback port. Its methods may be called from several
// goroutines.
type Home struct {
	URL string

	listener net.Listener
	tls      *tls.Config
	gone     chan struct{} // closed by Close
	visits   sync.WaitGroup

	mu       sync.Mutex
	behave   Behaviour             // guarded by mu
	open     map[net.Conn]struct{} // guarded by mu
	received map[string]int        // guarded by mu; directives by messageId
	tokens   []string              // guarded by mu; bearer tokens, one a request
}

// New starts a home. With a TLS configuration it speaks TLS.
func New(b Behaviour, conf *tls.Config) (*Home, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &Home{
		URL: "http://" + l.Addr().String(), listener: l, tls: conf, gone: make(chan struct{}),
		behave: b, open: map[net.Conn]struct{}{}, received: map[string]int{},
	}
	if conf != nil {
		h.URL = "https://" + l.Addr().String()
	}
	h.visits.Go(h.accept)
	return h, nil
}

// Behave changes what the home does with connections made from now on.
func (h *Home) Behave(b Behaviour) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.behave = b
}

// Drop closes the connections that there are, so that the next request meets what the
// home does now.
func (h *Home) Drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.open {
		c.Close()
	}
}

// Received returns how often each directive has reached the home whole, by its
// messageId.
func (h *Home) Received() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.received)
}

// Tokens returns the bearer token of each directive that has reached the home.
func (h *Home) Tokens() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.tokens...)
}

// Close ends the home and every connection to it.
func (h *Home) Close() {
	close(h.gone)
	h.listener.Close()
	h.mu.Lock()
	for c := range h.open {
		c.Close()
	}
	h.mu.Unlock()
	h.visits.Wait()
}

func (h *Home) accept() {
	for {
		c, err := h.listener.Accept()
		if err != nil {
			return
		}
		h.mu.Lock()
		b := h.behave
		h.open[c] = struct{}{}
		h.mu.Unlock()
		h.visits.Go(func() {
			defer h.leave(c)
			h.visit(c, b)
		})
	}
}

func (h *Home) leave(c net.Conn) {
	c.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, c)
}

func (h *Home) visit(c net.Conn, b Behaviour) {
	v := &Visit{Conn: c, home: h, raw: c}
	if h.tls != nil {
		v.Conn = tls.Server(c, h.tls)
	}
	v.in = bufio.NewReader(v.Conn)
	b(v)
}

// A Visit is one connection to a home.
type Visit struct {
	net.Conn
	home *Home
	raw  net.Conn // below TLS
	in   *bufio.Reader
}

// Await returns when the next request begins; its error says that none comes.
func (v *Visit) Await() error {
	_, err := v.in.Peek(1)
	return err
}

// Request reads the next request whole, its body too, and counts the directive
// in it.
func (v *Visit) Request() (*http.Request, error) {
	r, err := http.ReadRequest(v.in)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	v.home.count(r, body)
	return r, nil
}

func (h *Home) count(r *http.Request, body []byte) {
	var in struct {
		Directive struct {
			Header struct {
				MessageID string `json:"messageId"`
			} `json:"header"`
		} `json:"directive"`
	}
	if r.Method != http.MethodPost || json.Unmarshal(body, &in) != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.received[in.Directive.Header.MessageID]++
	h.tokens = append(h.tokens, r.Header.Get("Authorization"))
}

// Hang does nothing until the other side or the home is gone.
func (v *Visit) Hang() {
	buf := make([]byte, 4096)
	for {
		if _, err := v.raw.Read(buf); err != nil {
			return
		}
	}
}

// Reset makes the connection end with a TCP reset.
func (v *Visit) Reset() {
	if tcp, ok := v.raw.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
}
