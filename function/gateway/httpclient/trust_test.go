package httpclient_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// secureServer starts a server with httptest's certificate, which offers HTTP/2 too.
func secureServer(t *testing.T, h http.Handler) *httptest.Server {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// selfSigned returns a self-signed certificate and its key, both PEM.
func selfSigned(t *testing.T, name string, ends time.Time) (certificate, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: ends.Add(-time.Hour * 24 * 365), NotAfter: ends, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", private)
}

func pinOf(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestTrust(t *testing.T) {
	home := secureServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) > 0 {
			_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
		}
	}))
	mutual := httptest.NewUnstartedServer(home.Config.Handler)
	mutual.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12} // TLS 1.2 fails within the handshake
	mutual.Config.ErrorLog = log.New(io.Discard, "", 0)
	mutual.StartTLS()
	defer mutual.Close()
	soon := time.Now().Add(time.Hour)
	other, _ := selfSigned(t, "another", soon)
	mine, key := selfSigned(t, "me", soon)
	ca, right, wrong := pemOf("CERTIFICATE", home.Certificate().Raw), pinOf(home.Certificate()), strings.Repeat("A", 43)+"="
	elsewhere := "https://localhost" + home.URL[strings.LastIndex(home.URL, ":"):] // not a name of the certificate
	for name, tt := range map[string]struct {
		url    string
		config httpclient.Config
		want   string // in the error; "" for none
		body   string
	}{
		"the system's authorities":           {url: home.URL},
		"the home's own":                     {url: home.URL, config: httpclient.Config{Home: httpclient.Home{CA: ca}}},
		"another's":                          {url: home.URL, config: httpclient.Config{Home: httpclient.Home{CA: other}}, want: "unknown authority"},
		"another host":                       {url: elsewhere, want: "localhost"},
		"another host, the home's authority": {url: elsewhere, config: httpclient.Config{Home: httpclient.Home{CA: ca}}, want: "localhost"},
		"anyone":                             {url: elsewhere, config: httpclient.Config{Home: httpclient.Home{Insecure: true}}},
		"pinned, and the system's":           {url: home.URL, config: httpclient.Config{Home: httpclient.Home{Pins: []string{wrong, right}}}},
		"another pin":                        {url: home.URL, config: httpclient.Config{Home: httpclient.Home{Pins: []string{wrong}}}, want: "pinned"},
		"pinned, and another's authority":    {url: home.URL, config: httpclient.Config{Home: httpclient.Home{CA: other, Pins: []string{right}}}, want: "unknown authority"},
		"pinned alone":                       {url: elsewhere, config: httpclient.Config{Home: httpclient.Home{Insecure: true, Pins: []string{right}}}},
		"another pin alone":                  {url: elsewhere, config: httpclient.Config{Home: httpclient.Home{Insecure: true, Pins: []string{wrong}}}, want: "pinned"},
		"a client's certificate":             {url: mutual.URL, config: httpclient.Config{Home: httpclient.Home{CA: ca, Certificate: mine, Key: core.Secret(key)}}, body: "me"},
		"no client's certificate":            {url: mutual.URL, config: httpclient.Config{Home: httpclient.Home{CA: ca}}, want: "remote error"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.config.Address = tt.url
			c := client(t, tt.config)
			res, err := send(t, c, httpclient.Request{Method: "POST", URL: tt.url, Body: []byte("{}")})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) || string(res.Body) != tt.body {
				t.Errorf("got %q, %v; want %q, %q in the error", res.Body, err, tt.body, tt.want)
			}
			if s := status(t, c); s.Retries != 0 {
				t.Errorf("%d retries, want none: a certificate does not improve", s.Retries)
			}
		})
	}
}

// TestTrustOfTheHomeOnly checks that the home's trust settings do not apply to other
// hosts.
func TestTrustOfTheHomeOnly(t *testing.T) {
	home, other := secureServer(t, http.NotFoundHandler()), secureServer(t, http.NotFoundHandler())
	wrong, _ := selfSigned(t, "another", time.Now().Add(time.Hour))
	elsewhere := "https://localhost" + other.URL[strings.LastIndex(other.URL, ":"):]
	for name, tt := range map[string]struct {
		config httpclient.Config
		url    string
		ok     bool
	}{
		"an authority of its own":     {httpclient.Config{Home: httpclient.Home{CA: wrong}}, other.URL, true},
		"a pin of its own":            {httpclient.Config{Home: httpclient.Home{Pins: []string{strings.Repeat("A", 43) + "="}}}, other.URL, true},
		"whatever its certificate is": {httpclient.Config{Home: httpclient.Home{Insecure: true}}, elsewhere, false},
	} {
		t.Run(name, func(t *testing.T) {
			tt.config.Address = home.URL
			_, err := send(t, client(t, tt.config), httpclient.Request{URL: tt.url})
			if (err == nil) != tt.ok {
				t.Errorf("got %v from a host that is not the home, want an answer: %v", err, tt.ok)
			}
		})
	}
}

// TestFallBack checks that the system's authorities are tried once, on a second
// connection, and that TLS sessions are resumed.
func TestFallBack(t *testing.T) {
	home := secureServer(t, http.NotFoundHandler())
	c := client(t, httpclient.Config{})
	d := bound(c)
	for i, want := range []struct {
		dialled int64
		timing  httpclient.Timing
	}{
		{2, httpclient.Timing{Protocol: "TLS 1.3"}},
		{2, httpclient.Timing{Reused: true}},
	} {
		v, err := core.Do(t.Context(), d, httpclient.WarmUp, httpclient.WarmUpInput{URL: home.URL})
		s := status(t, c)
		if err != nil || v.Protocol != want.timing.Protocol || v.Reused != want.timing.Reused || s.Dialled != want.dialled {
			t.Errorf("request %d: %+v, %v after %d dials; want %+v after %d", i, v, err, s.Dialled, want.timing, want.dialled)
		}
	}
	conf, err := core.Do(t.Context(), d, httpclient.GetConfiguration, core.None{})
	if err != nil || conf.Roots != "system" {
		t.Errorf("the authorities are %q, %v, want the system's", conf.Roots, err)
	}
	home.CloseClientConnections()
	if _, err := send(t, c, httpclient.Request{URL: home.URL, Idempotent: true}); err != nil {
		t.Fatal(err)
	}
	if s := status(t, c); s.Resumed != 1 {
		t.Errorf("got %+v, want one resumed session", s)
	}
}

func TestValidation(t *testing.T) {
	soon, key := selfSigned(t, "soon", time.Now().Add(48*time.Hour))
	for in, want := range map[string]struct {
		problems, warnings []string
	}{
		`{"change":{"home":"https://home.example.org"}}`:                                   {},
		`{"change":{"home":"http://home.example.org","headers":{"X-A":"` + canary + `"}}}`: {nil, []string{"the token travels in clear", "X-A travel in clear"}},
		`{"change":{"home":"home"}}`:                                                       {[]string{"field home is not an address"}, nil},
		`{"change":{"pins":["abc"],"ca":"x","proxy":"y"}}`:                                 {[]string{"field ca cannot be used", "field home is missing", "field pins[0]", "field proxy is not an address"}, nil},
		`{"change":{"home":"https://a","headers":{"Authorization":"x","A b":"y"}}}`:        {[]string{"Authorization, which each", `the name "A b"`}, nil},
		`{"change":{"request_seconds":9}}`:                                                 {nil, []string{"longer than Alexa waits"}},
		`{"change":{"request_seconds":1,"dial_seconds":2}}`:                                {[]string{"shorter than that of a phase"}, nil},
		`{"change":{"answer_limit":99999999}}`:                                             {[]string{"field body_limit or field answer_limit"}, nil},
		`{"change":{"home":"https://a","ca":` + quoted(soon) + `}}`:                        {nil, []string{"CN=soon ends on"}},
		`{"change":{"home":"https://a","key":` + quoted(key) + `}}`:                        {[]string{"do not make a pair"}, nil},
	} {
		out, err := core.Execute(t.Context(), bound(new(httpclient.Client)), "http_client.validate_config", []byte(in))
		if err != nil {
			t.Fatal(err)
		}
		got := string(out)
		for _, s := range append(want.problems, want.warnings...) {
			if !strings.Contains(strings.ReplaceAll(got, `\"`, `"`), s) {
				t.Errorf("%s:\n%s\nwant %q in it", in, got, s)
			}
		}
		if valid := strings.Contains(got, `"valid":true`); valid != (len(want.problems) == 0) || strings.Contains(got, canary) {
			t.Errorf("%s:\n%s", in, got)
		}
		if len(want.problems) == 0 {
			continue
		}
		var change = []byte(in[len(`{"change":`) : len(in)-1])
		if _, err := core.Execute(t.Context(), bound(new(httpclient.Client)), "http_client.configure", change); core.KindOf(err) != core.Invalid {
			t.Errorf("configure %s: %v, want it refused as invalid", change, err)
		}
	}
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` }
