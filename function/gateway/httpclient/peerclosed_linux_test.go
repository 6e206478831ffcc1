package httpclient_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// A frozen is a connection whose reader does not wake when the server closes it, as in
// a process that was frozen and writes first.
type frozen struct {
	*net.TCPConn
	ended  chan<- struct{}
	closed chan struct{}
	once   sync.Once
}

func (f *frozen) Read(b []byte) (int, error) {
	n, err := f.TCPConn.Read(b)
	if err != nil {
		f.ended <- struct{}{}
		<-f.closed
	}
	return n, err
}

func (f *frozen) Close() error {
	f.once.Do(func() { close(f.closed) })
	return f.TCPConn.Close()
}

// TestPeerClosed has the home close a connection while the function is frozen: the next
// command arrives, once.
func TestPeerClosed(t *testing.T) {
	for _, reset := range []bool{false, true} {
		for _, proto := range []string{"HTTP/1.1", "HTTP/1.1 over TLS", "HTTP/2 offered"} {
			t.Run(proto+map[bool]string{false: ", closed", true: ", reset"}[reset], func(t *testing.T) {
				var received atomic.Int32
				home := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					received.Add(1)
				}))
				accepted := make(chan net.Conn, 2)
				home.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
					if s, ok := c.(*tls.Conn); ok {
						c = s.NetConn()
					}
					accepted <- c
					return ctx
				}
				home.EnableHTTP2 = proto == "HTTP/2 offered"
				if proto == "HTTP/1.1" {
					home.Start()
				} else {
					home.StartTLS()
				}
				defer home.Close()
				c := client(t, httpclient.Config{Home: httpclient.Home{Address: home.URL, Insecure: true}})
				ended := make(chan struct{}, 2)
				c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					raw, err := new(net.Dialer).DialContext(ctx, network, address)
					if err != nil {
						return nil, err
					}
					return &frozen{TCPConn: raw.(*net.TCPConn), ended: ended, closed: make(chan struct{})}, nil
				}
				command := httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}")}
				if _, err := send(t, c, command); err != nil {
					t.Fatal(err)
				}
				latest := <-accepted // the server's side
				if reset {
					_ = latest.(*net.TCPConn).SetLinger(0)
				}
				latest.Close()
				<-ended
				if _, err := send(t, c, command); err != nil || received.Load() != 2 {
					t.Errorf("got %v, and the home got %d commands; want no error and 2", err, received.Load())
				}
				if s := status(t, c); s.Dialled != 2 || s.Failures != 0 {
					t.Errorf("got %+v, want a second connection for the second command", s)
				}
			})
		}
	}
}
