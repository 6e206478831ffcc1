package httpclient_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// TestCacheKey checks which responses may be reused, and that each has its own key.
func TestCacheKey(t *testing.T) {
	const url = "https://home.test/api/config"
	base := httpclient.Request{URL: url, Bearer: canary, Idempotent: true, Reuse: time.Minute}
	with := func(change func(*httpclient.Request)) httpclient.Request {
		r := base
		change(&r)
		return r
	}
	seen := map[string]string{}
	for name, tt := range map[string]struct {
		request httpclient.Request
		ttl     time.Duration
	}{
		"a GET":            {base, time.Minute},
		"another URL":      {with(func(r *httpclient.Request) { r.URL += "?x" }), time.Minute},
		"another token":    {with(func(r *httpclient.Request) { r.Bearer = "other" }), time.Minute},
		"no token":         {with(func(r *httpclient.Request) { r.Bearer = "" }), time.Minute},
		"another header":   {with(func(r *httpclient.Request) { r.Header = http.Header{"Accept": {"text/plain"}} }), time.Minute},
		"without Reuse":    {with(func(r *httpclient.Request) { r.Reuse = 0 }), 0},
		"not idempotent":   {with(func(r *httpclient.Request) { r.Idempotent = false }), 0},
		"a POST":           {with(func(r *httpclient.Request) { r.Method = http.MethodPost }), 0},
		"a GET with body":  {with(func(r *httpclient.Request) { r.Body = []byte("{}") }), 0},
		"a command":        {httpclient.Request{Method: http.MethodPost, URL: url, Body: []byte("{}")}, 0},
		"a negative Reuse": {with(func(r *httpclient.Request) { r.Reuse = -1 }), 0},
	} {
		key, ttl := tt.request.CacheKey()
		if ttl != tt.ttl || (key != "") != (tt.ttl > 0) || strings.Contains(key, canary) || strings.Contains(key, "home.test") {
			t.Errorf("%s: key %q for %v, want one for %v without URL and token", name, key, ttl, tt.ttl)
		}
		if other, ok := seen[key]; ok && key != "" {
			t.Errorf("%s has the key of %s", name, other)
		}
		seen[key] = name
	}
	explicit := with(func(r *httpclient.Request) { r.Method, r.Limit, r.Reuse = http.MethodGet, 10, time.Hour })
	want, _ := base.CacheKey()
	if key, ttl := explicit.CacheKey(); key != want || ttl != time.Hour {
		t.Errorf("the same request has the key %q for %v, want %q for 1h", key, ttl, want)
	}
}

func TestRevoked(t *testing.T) {
	for status, want := range map[int]bool{200: false, 0: true, 204: true, 304: true, 401: true, 404: true, 503: true} {
		if got := (httpclient.Response{Status: status}).Revoked(); got != want {
			t.Errorf("a response with status %d is revoked: %v, want %v", status, got, want)
		}
	}
}

func TestUserAgent(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Join(r.Header["User-Agent"], "|"))
	}))
	defer home.Close()
	for name, tt := range map[string]struct {
		client string
		header http.Header
		want   string
	}{
		"by default":   {want: "hearthgate"},
		"the client's": {client: "hearthgate/1.2", want: "hearthgate/1.2"},
		"the caller's": {client: "hearthgate/1.2", header: http.Header{"user-agent": {"aws-sdk-go"}}, want: "aws-sdk-go"},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, httpclient.Config{})
			c.UserAgent = tt.client
			res, err := send(t, c, httpclient.Request{URL: home.URL, Header: tt.header})
			if err != nil || string(res.Body) != tt.want {
				t.Errorf("the server got %q, %v; want %q", res.Body, err, tt.want)
			}
		})
	}
}

// TestUserAgentToProxy checks the request that opens a tunnel.
func TestUserAgentToProxy(t *testing.T) {
	got := make(chan string, 2)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Method + " " + r.UserAgent()
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	c := client(t, httpclient.Config{Proxy: core.Secret(proxy.URL)})
	if _, err := send(t, c, httpclient.Request{URL: "https://home.test"}); err == nil {
		t.Error("a proxy that refuses the tunnel is no error")
	}
	if first := <-got; first != "CONNECT hearthgate" {
		t.Errorf("the proxy got %q, want CONNECT hearthgate", first)
	}
}

// TestSwitchingProtocols has a server answer 101 and keep the connection open: the
// response has no end, so reading it must not be tried.
func TestSwitchingProtocols(t *testing.T) {
	server := listen(t, "http", func(c *counter, conn net.Conn, _ int32) {
		in := bufio.NewReader(conn)
		if c.read(in) {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			_, _ = io.Copy(io.Discard, in)
		}
	})
	start := time.Now()
	_, err := send(t, client(t, httpclient.Config{}), httpclient.Request{Method: "POST", URL: server.url, Body: []byte("{}"), Idempotent: true})
	if core.CauseOf(err) != core.CauseProtocol || core.KindOf(err) != core.Unreachable || time.Since(start) > 4*time.Second || server.received.Load() != 1 {
		t.Errorf("got %v after %v and %d requests, want cause protocol at once, after 1", err, time.Since(start), server.received.Load())
	}
}

// TestHTTP1 has a server offer HTTP/2: the client speaks HTTP/1.1.
func TestHTTP1(t *testing.T) {
	home := secureServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	res, err := send(t, client(t, httpclient.Config{Home: httpclient.Home{Address: home.URL, Insecure: true}}), httpclient.Request{URL: home.URL})
	if err != nil || string(res.Body) != "HTTP/1.1" {
		t.Errorf("got %q, %v; want HTTP/1.1", res.Body, err)
	}
}
