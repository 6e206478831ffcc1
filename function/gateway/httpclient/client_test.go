package httpclient_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

const canary = "canary-77d1"

// TestMain makes the certificate of httptest's servers one that the system trusts, and
// the embedded authorities do not.
func TestMain(m *testing.M) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	s.Close()
	dir, err := os.MkdirTemp("", "roots")
	if err == nil {
		file := filepath.Join(dir, "roots.pem")
		err = os.WriteFile(file, text, 0o600)
		os.Setenv("SSL_CERT_FILE", file)
		os.Setenv("SSL_CERT_DIR", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// bound returns a dispatcher with the operations of c.
func bound(c *httpclient.Client) *core.Dispatcher {
	d := core.NewDispatcher()
	d.Install(c)
	return d
}

func send(t *testing.T, c *httpclient.Client, r httpclient.Request) (httpclient.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	return core.Do(ctx, bound(c), httpclient.MakeRequest, r)
}

func status(t *testing.T, c *httpclient.Client) httpclient.Status {
	t.Helper()
	s, err := core.Do(t.Context(), bound(c), httpclient.GetStatus, core.None{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// client returns a client that is reset when the test ends, so that no connection
// outlives the test.
func client(t testing.TB, config httpclient.Config) *httpclient.Client {
	t.Helper()
	c := new(httpclient.Client)
	if err := c.Configure(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = core.Do(context.WithoutCancel(t.Context()), bound(c), httpclient.Reset, core.None{})
	})
	return c
}

func ExampleMakeRequest() {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s for %s", r.Method, r.URL.Path, r.Header.Get("Authorization"))
	}))
	defer home.Close()
	d := core.NewDispatcher()
	d.Install(new(httpclient.Client))
	res, err := core.Do(context.Background(), d, httpclient.MakeRequest, httpclient.Request{
		Method: http.MethodPost, URL: home.URL + "/api", Bearer: "abc", Body: []byte("{}"),
	})
	fmt.Println(res.Status, string(res.Body), err)
	_, err = core.Do(context.Background(), d, httpclient.MakeRequest, httpclient.Request{URL: "http://127.0.0.1:1"})
	fmt.Println(core.KindOf(err), core.CauseOf(err))
	// Output:
	// 200 POST /api for Bearer abc <nil>
	// unreachable refused
}

// TestRawBytes checks that bodies arrive byte for byte, in both directions, whether the
// response is compressed or not.
func TestRawBytes(t *testing.T) {
	body := []byte("{\"a\" : [1,\n2], \"é\":\"\\u00e9\"}\x00")
	for name, handle := range map[string]func(http.ResponseWriter, []byte){
		"plain": func(w http.ResponseWriter, b []byte) { _, _ = w.Write(b) },
		"compressed": func(w http.ResponseWriter, b []byte) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(b)
			_ = z.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				if !bytes.Equal(b, body) || r.ContentLength != int64(len(body)) || r.Header.Get("Content-Encoding") != "" || r.Header.Get("Accept-Encoding") != "gzip" {
					t.Errorf("the home was sent %q of length %d with %v", b, r.ContentLength, r.Header)
				}
				handle(w, b)
			}))
			defer home.Close()
			res, err := send(t, client(t, httpclient.Config{}), httpclient.Request{Method: "POST", URL: home.URL, Body: body})
			if err != nil || !bytes.Equal(res.Body, body) {
				t.Errorf("got %q, %v; want the bytes unchanged", res.Body, err)
			}
		})
	}
}

func TestRedirectIsAnAnswer(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	home := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer home.Close()
	res, err := send(t, client(t, httpclient.Config{}), httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}"), Bearer: canary})
	if err != nil || res.Status != http.StatusTemporaryRedirect || elsewhere.Load() != 0 {
		t.Errorf("got %d, %v, and %d requests elsewhere; want 307 and none", res.Status, err, elsewhere.Load())
	}
}

func TestLimits(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/unknown" {
			w.(http.Flusher).Flush()
		}
		_, _ = w.Write(bytes.Repeat([]byte("x"), 1000))
	}))
	defer home.Close()
	c := client(t, httpclient.Config{AnswerLimit: 900, BodyLimit: 10})
	for name, tt := range map[string]struct {
		request httpclient.Request
		cause   core.Cause
		kind    core.Kind
	}{
		"the configuration's":     {httpclient.Request{URL: home.URL}, "oversized", core.Internal},
		"without a length":        {httpclient.Request{URL: home.URL + "/unknown"}, "oversized", core.Internal},
		"the request's, too low":  {httpclient.Request{URL: home.URL, Limit: 999}, "oversized", core.Internal},
		"the request's, enough":   {httpclient.Request{URL: home.URL, Limit: 1000}, "", 0},
		"a body that is too long": {httpclient.Request{Method: "POST", URL: home.URL, Body: make([]byte, 11)}, "too_large", core.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := send(t, c, tt.request)
			if core.CauseOf(err) != tt.cause || err != nil && core.KindOf(err) != tt.kind {
				t.Errorf("got %v, want cause %q of kind %v", err, tt.cause, tt.kind)
			}
		})
	}
}

// TestLengths reads bodies of which the length is known, unknown and wrong.
func TestLengths(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/unknown":
			w.(http.Flusher).Flush()
		case "/none":
			return
		case "/short":
			w.Header().Set("Content-Length", "1001")
		}
		_, _ = w.Write(bytes.Repeat([]byte("x"), 1000))
	}))
	defer home.Close()
	c := client(t, httpclient.Config{})
	for _, tt := range []struct {
		method, path string
		length       int
		cause        core.Cause
	}{
		{"GET", "/", 1000, ""},
		{"GET", "/unknown", 1000, ""},
		{"GET", "/none", 0, ""},
		{"HEAD", "/", 0, ""},
		{"GET", "/short", 0, core.CauseReset},
		{"GET", "/", 1000, ""},
	} {
		res, err := send(t, c, httpclient.Request{Method: tt.method, URL: home.URL + tt.path})
		if core.CauseOf(err) != tt.cause || len(res.Body) != tt.length {
			t.Errorf("%s %s: %d bytes, %v; want %d, cause %q", tt.method, tt.path, len(res.Body), err, tt.length, tt.cause)
		}
	}
}

// TestSecretHeaders checks that they reach the home only: not the same host at another
// port, nor over another scheme.
func TestSecretHeaders(t *testing.T) {
	seen := func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Header.Get("Cf-Access-Client-Secret")) }
	home, other := httptest.NewServer(http.HandlerFunc(seen)), httptest.NewServer(http.HandlerFunc(seen))
	defer home.Close()
	defer other.Close()
	secure := secureServer(t, http.HandlerFunc(seen))
	c := client(t, httpclient.Config{Home: httpclient.Home{Address: home.URL, Headers: map[string]core.Secret{"CF-Access-Client-Secret": canary}}})
	for url, want := range map[string]string{home.URL + "/api": canary, strings.Replace(home.URL, "http:", "HTTP:", 1): canary, other.URL: "", secure.URL: ""} {
		res, err := send(t, c, httpclient.Request{URL: url})
		if err != nil || string(res.Body) != want {
			t.Errorf("%s was sent %q (%v), want %q", url, res.Body, err, want)
		}
	}
	out, err := core.Execute(t.Context(), bound(c), "http_client.configuration", nil)
	if err != nil || !bytes.Contains(out, []byte(`"CF-Access-Client-Secret":"[secret]"`)) || bytes.Contains(out, []byte(canary)) {
		t.Errorf("the configuration is shown as %s, %v", out, err)
	}
}

func TestBatch(t *testing.T) {
	var now, most atomic.Int32
	gate := make(chan struct{})
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == 2 {
			close(gate) // two are here at once
		}
		<-gate
		fmt.Fprint(w, r.URL.Path)
	}))
	defer home.Close()
	in := httpclient.BatchInput{Parallel: 2, Requests: []httpclient.Request{{URL: home.URL + "/a"}, {URL: home.URL + "/b"}, {URL: "http://127.0.0.1:1"}}}
	got, err := core.Do(t.Context(), bound(client(t, httpclient.Config{})), httpclient.SendBatch, in)
	if err != nil || got.Answered != 2 || string(got.Outcomes[0].Response.Body) != "/a" || string(got.Outcomes[1].Response.Body) != "/b" || got.Outcomes[2].Cause != "refused" {
		t.Errorf("got %+v, %v", got, err)
	}
	if most.Load() != 2 {
		t.Errorf("%d were sent at once, want 2", most.Load())
	}
}

func TestPool(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	defer home.Close()
	c := client(t, httpclient.Config{})
	d := bound(c)
	for i := range 3 {
		v, err := core.Do(t.Context(), d, httpclient.WarmUp, httpclient.WarmUpInput{URL: home.URL})
		if err != nil || v.Reused != (i > 0) || v.Status != 200 || (v.Dial > 0) != (i == 0) {
			t.Errorf("request %d: %+v, %v", i, v, err)
		}
	}
	s := status(t, c)
	if s.Requests != 3 || s.Dialled != 1 || s.Reused != 2 || s.Open != 1 || s.Idle != 1 {
		t.Errorf("got %+v; want 3 requests on one connection that is idle now", s)
	}
	// A configuration that makes the same connections keeps them.
	if err := c.Configure(httpclient.Config{BodyLimit: 5, Home: httpclient.Home{Headers: map[string]core.Secret{}}}); err != nil {
		t.Fatal(err)
	}
	if s = status(t, c); s.Open != 1 {
		t.Errorf("%d connections are open, want the one from before", s.Open)
	}
	until, err := core.Do(t.Context(), d, httpclient.Reset, core.None{})
	if after := status(t, c); err != nil || until.Requests != 3 || after.Requests != 0 {
		t.Errorf("reset returned %+v and left %+v, %v", until, after, err)
	}
}

func TestHealth(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }))
	defer home.Close()
	c := client(t, httpclient.Config{})
	d := bound(c)
	check := func(url string) httpclient.HealthCheck {
		h, err := core.Do(t.Context(), d, httpclient.CheckHealth, httpclient.HealthInput{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if h := check(home.URL); h.Points != 100 || h.Timing.Status != 500 {
		t.Errorf("got %+v, want 100 points: any status is a response", h)
	}
	if h := check("http://127.0.0.1:1"); h.Points != 50 || h.Cause != "refused" || len(h.Reasons) != 2 {
		t.Errorf("got %+v, want 50 points: half of the requests failed, and the last one did", h)
	}
	if h := check(home.URL); h.Points != 80 {
		t.Errorf("got %+v, want 80 points: a third failed, and the last one did not", h)
	}
}

// TestConcurrently runs requests, changes and clean-ups at once, for the race detector.
func TestConcurrently(t *testing.T) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	defer home.Close()
	c := client(t, httpclient.Config{})
	d := bound(c)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			want := fmt.Sprint(i)
			res, err := core.Do(t.Context(), d, httpclient.MakeRequest, httpclient.Request{Method: "POST", URL: home.URL, Body: []byte(want)})
			if err != nil || string(res.Body) != want {
				t.Errorf("got %q, %v, want %q", res.Body, err, want)
			}
			switch i % 4 {
			case 0:
				_ = c.Configure(httpclient.Config{Timeouts: httpclient.Timeouts{Idle: core.Seconds(time.Duration(i+1) * time.Second)}})
			case 1:
				c.Health()
			case 2:
				c.Cleanup(t.Context())
			}
		})
	}
	all.Wait()
	if s := status(t, c); s.Requests != 64 || s.Failures != 0 {
		t.Errorf("got %+v, want 64 requests without a failure", s)
	}
}

func BenchmarkMakeRequest(b *testing.B) {
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("{}")) }))
	defer home.Close()
	d := bound(client(b, httpclient.Config{}))
	r := httpclient.Request{Method: "POST", URL: home.URL, Body: []byte("{}"), Bearer: "x", Header: http.Header{"Content-Type": {"application/json"}}}
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := core.Do(ctx, d, httpclient.MakeRequest, r); err != nil {
			b.Fatal(err)
		}
	}
}
