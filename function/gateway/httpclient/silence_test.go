package httpclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// TestT3Silence counts the connections of requests in a burst and after more than two
// seconds of silence: only what must not be sent twice takes a new one then.
func TestT3Silence(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		for _, idempotent := range []bool{false, true} {
			t.Run(fmt.Sprintf("HTTP/2 offered %v, idempotent %v", h2, idempotent), func(t *testing.T) {
				t.Parallel()
				var received atomic.Int32
				home := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					received.Add(1)
				}))
				home.EnableHTTP2 = h2
				home.StartTLS()
				t.Cleanup(home.Close)
				c := client(t, httpclient.Config{Home: httpclient.Home{Address: home.URL, Insecure: true}})
				for i, step := range []struct {
					pause  time.Duration
					reused bool
				}{{0, false}, {0, true}, {time.Second, true}, {2100 * time.Millisecond, idempotent}, {0, true}} {
					time.Sleep(step.pause)
					res, err := send(t, c, httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}"), Idempotent: idempotent})
					if err != nil || res.Reused != step.reused || int(received.Load()) != i+1 {
						t.Errorf("request %d: %v, reused: %v, want %v; %d were received", i+1, err, res.Reused, step.reused, received.Load())
					}
				}
			})
		}
	}
}

// BenchmarkSilence measures what a command costs over a connection that is in use, and
// over a new one, whose TLS handshake resumes a session: the price of not trusting a
// connection that was idle.
func BenchmarkSilence(b *testing.B) {
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer home.Close()
	for _, fresh := range []bool{false, true} {
		b.Run(map[bool]string{false: "kept", true: "new"}[fresh], func(b *testing.B) {
			c := client(b, httpclient.Config{Home: httpclient.Home{Address: home.URL, Insecure: true}})
			d := bound(c)
			for b.Loop() {
				if fresh {
					home.CloseClientConnections()
				}
				if _, err := core.Do(b.Context(), d, httpclient.MakeRequest, httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}")}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestClosedPipe sends over connections in memory that are closed, as the client closes
// one that it does not trust: the connection is lost, and nothing was sent.
func TestClosedPipe(t *testing.T) {
	c := client(t, httpclient.Config{})
	c.Dial = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		return near, errors.Join(near.Close(), far.Close())
	}
	_, err := send(t, c, httpclient.Request{Method: "POST", URL: "http://home.test", Body: []byte("{}")})
	if cause := core.CauseOf(err); cause != core.CauseReset {
		t.Errorf("got %v of cause %s, want %s", err, cause, core.CauseReset)
	}
}
