package httpclient_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// A counter is a server on a loopback port that counts the requests that reach it
// whole; its test says how it answers each.
type counter struct {
	url      string
	received atomic.Int32
	accepted atomic.Int32
}

// listen starts a counter. serve gets each connection and how many came before it.
func listen(t *testing.T, scheme string, serve func(c *counter, conn net.Conn, before int32)) *counter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{url: scheme + "://" + l.Addr().String()}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			before := c.accepted.Add(1) - 1
			go func() {
				defer conn.Close()
				serve(c, conn, before)
			}()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-ended
	})
	return c
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

// read reads a request whole, and counts it.
func (c *counter) read(in *bufio.Reader) bool {
	r, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return false
	}
	c.received.Add(1)
	return true
}

// TestAtMostOnce counts at the server how often a command and an idempotent request
// reach it when the connection is lost.
func TestAtMostOnce(t *testing.T) {
	answer := func(c *counter, in *bufio.Reader, conn net.Conn) {
		if c.read(in) {
			_, _ = io.WriteString(conn, ok)
		}
	}
	for name, tt := range map[string]struct {
		serve               func(c *counter, conn net.Conn, before int32)
		warm                bool // an idempotent request is answered first, so that the connection is reused
		command, idempotent int32
		answered            [2]bool
	}{
		"closed after it was read": {func(c *counter, conn net.Conn, before int32) {
			in := bufio.NewReader(conn)
			if before > 0 {
				answer(c, in, conn)
				return
			}
			c.read(in)
		}, false, 1, 2, [2]bool{false, true}},
		"a reused connection closed after it was read": {func(c *counter, conn net.Conn, before int32) {
			in := bufio.NewReader(conn)
			answer(c, in, conn)
			if before == 0 {
				c.read(in)
			}
		}, true, 1, 2, [2]bool{false, true}},
		"a reused connection closed in the body of the answer": {func(c *counter, conn net.Conn, before int32) {
			in := bufio.NewReader(conn)
			answer(c, in, conn)
			if before == 0 && c.read(in) {
				_, _ = io.WriteString(conn, ok[:len(ok)-1])
			}
		}, true, 1, 2, [2]bool{false, true}},
		"closed after every request": {func(c *counter, conn net.Conn, _ int32) {
			c.read(bufio.NewReader(conn))
		}, false, 1, 2, [2]bool{false, false}},
	} {
		for i, kind := range []string{"command", "idempotent"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				server := listen(t, "http", tt.serve)
				c := client(t, httpclient.Config{})
				r := httpclient.Request{Method: "POST", URL: server.url, Body: []byte("{}")}
				if tt.warm {
					r := r
					r.Idempotent = true
					if _, err := send(t, c, r); err != nil {
						t.Fatal(err)
					}
					server.received.Store(0)
				}
				r.Idempotent = kind == "idempotent"
				_, err := send(t, c, r)
				want := []int32{tt.command, tt.idempotent}[i]
				if got := server.received.Load(); got != want || (err == nil) != tt.answered[i] {
					t.Errorf("it was received %d times, and returned %v; want %d times, answered: %v", got, err, want, tt.answered[i])
				}
				if s := status(t, c); s.Retries > 1 {
					t.Errorf("%d retries, want at most one", s.Retries)
				}
			})
		}
	}
}

// TestDeadIdleConnection closes an idle connection, as a proxy does, and sends
// commands: each arrives once, whether the transport has noticed yet or not.
func TestDeadIdleConnection(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer home.Close()
	var received atomic.Int32
	inner := home.Config.Handler
	home.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received.Add(1)
		inner.ServeHTTP(w, r)
	})
	c := client(t, httpclient.Config{})
	for i := range int32(50) {
		before := received.Load()
		_, err := send(t, c, httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}")})
		if got := received.Load() - before; got > 1 || err == nil && got != 1 {
			t.Fatalf("command %d was received %d times and returned %v", i, got, err)
		}
		home.CloseClientConnections()
	}
}
