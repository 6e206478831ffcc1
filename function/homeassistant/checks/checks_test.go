package checks_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/access/accesstest"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/cache"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/gateway/initialization"
	"github.com/hearthgate/hearthgate/function/homeassistant"
	"github.com/hearthgate/hearthgate/function/homeassistant/checks"
)

const canary = "canary-token"

// diagnose goes the way to a home with these settings and returns the last step.
func diagnose(t *testing.T, env map[string]string) wire.DiagnosisStep {
	t.Helper()
	client := new(httpclient.Client)
	start := initialization.New(initialization.Options{
		Getenv: func(name string) string { return env[name] },
		Apply: func(s *initialization.Settings) error {
			return client.Configure(httpclient.Config{Home: httpclient.Home{Address: s.URL, CA: s.CA, Insecure: !s.VerifySSL}})
		},
	})
	d := core.NewDispatcher()
	d.Install(start, client, new(cache.Store))
	doctor := checks.Doctor{Client: &homeassistant.Client{Dispatcher: d, Settings: start.Settings}}
	got, err := doctor.Diagnose(t.Context(), accesstest.Permit())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if err != nil || strings.Contains(string(text), canary) {
		t.Errorf("%v, or the token is shown: %s", err, text)
	}
	last := got.Steps[len(got.Steps)-1]
	if got.OK != last.OK || got.OK && len(got.Steps) != 7 {
		t.Errorf("ok %v with %d steps, the last of which is %+v", got.OK, len(got.Steps), last)
	}
	for _, s := range got.Steps[:len(got.Steps)-1] {
		if !s.OK {
			t.Errorf("it went on after %+v", s)
		}
	}
	return last
}

// house is a home that answers as a test says, and else as a good one does.
type house struct {
	root, probe, config, discover http.HandlerFunc
}

func (h house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve := func(own http.HandlerFunc, status int, body string) {
		if own != nil {
			own(w, r)
			return
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /api/":
		serve(h.root, 200, `{"message":"API running."}`)
	case "GET /api/config":
		serve(h.config, 200, `{"state":"RUNNING"}`)
	case "GET /api/alexa/smart_home":
		serve(h.probe, 405, "405: Method Not Allowed")
	case "POST /api/alexa/smart_home":
		serve(h.discover, 200, found(`{"endpointId":"light#a","friendlyName":"A","description":"d","capabilities":[{}]}`))
	}
}

func found(endpoints string) string {
	return `{"event":{"header":{"namespace":"Alexa.Discovery","name":"Discover.Response","messageId":"m","payloadVersion":"3"},"payload":{"endpoints":[` + endpoints + `]}}}`
}

func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// TestDiagnose breaks one thing each, one for each row of the contract with Home
// Assistant, and sees that it is named.
func TestDiagnose(t *testing.T) {
	expired := "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDAwMDAwMDB9.x"
	for _, tt := range []struct {
		name        string
		home        house
		env         map[string]string
		step, cause string
		mend        string
	}{
		{"nothing", house{}, nil, "discover", "", ""},
		{"wrong token", house{root: says(401, "401: Unauthorized")}, nil, "token", "unauthorized", "hearthgate token"},
		{"expired token", house{root: says(401, "")}, map[string]string{"HOME_ASSISTANT_TOKEN": expired}, "token", "expired", "new long-lived token"},
		{"banned", house{root: says(403, "403: Forbidden", "Content-Type", "text/plain; charset=utf-8")}, nil, "token", "banned", "ip_bans.yaml"},
		{"Cloudflare's rule", house{root: says(403, "<html>", "Content-Type", "text/html", "Cf-Ray", "1")}, nil, "token", "cloudflare", "security events"},
		{"Cloudflare Access, by login", house{root: says(302, "", "Location", "https://x.cloudflareaccess.com/cdn-cgi/access/login")}, nil, "token", "cloudflare_access", "service token"},
		{"Cloudflare Access, by refusal", house{root: says(403, "<title>Cloudflare Access</title>", "Content-Type", "text/html")}, nil, "token", "cloudflare_access", "service token"},
		{"another proxy refuses", house{root: says(403, "<html>", "Content-Type", "text/html")}, nil, "token", "forbidden", "rules of the proxy"},
		{"proxy not trusted", house{root: says(400, "400: Bad Request")}, nil, "token", "bad_request", "trusted_proxies"},
		{"redirected", house{root: says(301, "", "Location", "https://other.example.com/")}, nil, "token", "redirect", "final address"},
		{"shutting down", house{root: says(503, "")}, nil, "token", "shutting_down", "wait"},
		{"proxy without a home", house{root: says(502, "")}, nil, "token", "bad_gateway", "runs"},
		{"Cloudflare's tunnel without a home", house{root: says(530, "")}, nil, "token", "bad_gateway", "runs"},
		{"rate limit", house{root: says(429, "")}, nil, "token", "rate_limited", "limit"},
		{"something else", house{root: says(404, "")}, nil, "token", "not_home_assistant", "address"},
		{"a page for everything", house{root: says(200, "<html>welcome</html>")}, nil, "token", "not_home_assistant", "address"},
		{"not configured", house{probe: says(404, "")}, nil, "endpoint", "not_configured", "smart_home:"},
		{"still starting", house{probe: says(404, ""), config: says(200, `{"state":"NOT_RUNNING"}`)}, nil, "endpoint", "starting", "wait"},
		{"not to be told which", house{probe: says(404, ""), config: says(404, "")}, nil, "endpoint", "not_configured", "still starting"},
		{"proxy guards the endpoint", house{probe: says(403, "", "Server", "cloudflare")}, nil, "endpoint", "cloudflare", "firewall rule"},
		{"fails at it", house{discover: says(500, "")}, nil, "discover", "server_error", "log"},
		{"nothing in it", house{discover: says(200, "")}, nil, "discover", "malformed", "log"},
		{"no JSON", house{discover: says(200, "<html>")}, nil, "discover", "malformed", "log"},
		{"no device", house{discover: says(200, found(""))}, nil, "discover", "no_endpoints", "filter"},
		{"300 devices", house{discover: says(200, found(many(300)))}, nil, "discover", "", ""},
		{"a device with a long name", house{discover: says(200, found(`{"endpointId":"light#b","friendlyName":"`+strings.Repeat("ü", 129)+`","capabilities":[{}]}`))}, nil, "discover", "limits", "entity_config"},
		{"a device with a strange id", house{discover: says(200, found(`{"endpointId":"light#ü","friendlyName":"b","capabilities":[{}]}`))}, nil, "discover", "limits", "entity_config"},
		{"a device that can do nothing", house{discover: says(200, found(`{"endpointId":"light#b","friendlyName":"b"}`))}, nil, "discover", "limits", "entity_config"},
		{"a device that can do too much", house{discover: says(200, found(`{"endpointId":"light#b","friendlyName":"b","capabilities":[{}`+strings.Repeat(",{}", 100)+`]}`))}, nil, "discover", "limits", "entity_config"},
		{"linked accounts bring the token", house{root: says(401, ""), discover: says(401, "")}, map[string]string{"HOME_ASSISTANT_TOKEN_SOURCE": "linked", "HOME_ASSISTANT_TOKEN": ""}, "discover", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.home)
			defer server.Close()
			env := map[string]string{"HOME_ASSISTANT_URL": server.URL, "HOME_ASSISTANT_TOKEN": canary}
			for name, v := range tt.env {
				env[name] = v
			}
			named(t, diagnose(t, env), tt.step, tt.cause, tt.mend)
		})
	}
}

// TestDiagnoseDropped has the home offer devices that are kept from Alexa: the rest
// works, and each is named with its reason.
func TestDiagnoseDropped(t *testing.T) {
	for name, tt := range map[string]struct{ endpoints, want string }{
		"too many":  {many(301), "Alexa does not get light.99 (Alexa accepts 300 endpoints, and there are more)"},
		"no name":   {many(1) + `,{"endpointId":"light#b","friendlyName":"","capabilities":[{}]}`, `some devices have no name in Home Assistant, so Alexa gets one made from the id, light.b as "b"`},
		"duplicate": {many(1) + "," + many(1), "Alexa does not get light.0 (another endpoint has the same id)"},
		"no object": {many(1) + `,7`, "Alexa does not get number 2 (it is not an endpoint as Alexa defines it)"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(house{discover: says(200, found(tt.endpoints))})
			defer server.Close()
			got := diagnose(t, map[string]string{"HOME_ASSISTANT_URL": server.URL, "HOME_ASSISTANT_TOKEN": canary})
			if !got.OK || len(got.Advice) != 1 || !strings.HasPrefix(got.Advice[0], tt.want) || !strings.Contains(got.Advice[0], "entity_config") {
				t.Errorf("got %+v\nwant it to be well, and the advice %s", got, tt.want)
			}
		})
	}
}

// named fails unless the step is the one of that name with that cause.
func named(t *testing.T, got wire.DiagnosisStep, step, cause, mend string) {
	t.Helper()
	if got.Name != step || got.Cause != cause || got.OK != (cause == "") || !strings.Contains(got.Fix, mend) {
		t.Errorf("got %+v\nwant %s to fail of %q, mended by %q", got, step, cause, mend)
	}
	if !got.OK && got.Problem == "" {
		t.Errorf("no word on the cause: %+v", got)
	}
}

func many(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"endpointId":"light#%d","friendlyName":"L %d","capabilities":[{}]}`, i, i))
	}
	return strings.Join(all, ",")
}

// TestDiagnoseTheWay breaks what is below HTTP.
func TestDiagnoseTheWay(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	plain := httptest.NewServer(house{})
	defer plain.Close()
	secure := strings.Replace(plain.URL, "http://", "https://", 1)
	for _, tt := range []struct {
		name, url, token  string
		step, cause, mend string
	}{
		{"no URL", "", canary, "settings", "settings", "set it to the address"},
		{"no token", plain.URL, "", "settings", "settings", "hearthgate token"},
		{"no such name", "https://nowhere.invalid", canary, "dns", "dns", "check the spelling"},
		{"nothing listens", "http://" + closed.Addr().String(), canary, "tcp", "refused", "forwards the port"},
		{"no TLS", secure, canary, "tls", "no_tls", "http"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := diagnose(t, map[string]string{"HOME_ASSISTANT_URL": tt.url, "HOME_ASSISTANT_TOKEN": tt.token})
			named(t, got, tt.step, tt.cause, tt.mend)
		})
	}
}

// TestDiagnoseCertificates breaks one thing of the certificate each.
func TestDiagnoseCertificates(t *testing.T) {
	root := newAuthority(t, "root", nil)
	middle := newAuthority(t, "middle", root)
	now := time.Now()
	for _, tt := range []struct {
		name        string
		chain       tls.Certificate
		ca          *authority
		insecure    bool
		version     uint16
		step, cause string
		mend        string
	}{
		{"good", middle.issue(t, "127.0.0.1", now.Add(-time.Hour), now.Add(90*24*time.Hour), middle), root, false, 0, "discover", "", ""},
		{"no intermediate", middle.issue(t, "127.0.0.1", now.Add(-time.Hour), now.Add(90*24*time.Hour)), root, false, 0, "tls", "missing_intermediate", "fullchain.pem"},
		{"no intermediate, not verified", middle.issue(t, "127.0.0.1", now.Add(-time.Hour), now.Add(90*24*time.Hour)), nil, true, 0, "discover", "", ""},
		{"another authority", middle.issue(t, "127.0.0.1", now.Add(-time.Hour), now.Add(90*24*time.Hour), middle), newAuthority(t, "other", nil), false, 0, "tls", "unknown_authority", "`ca`"},
		{"another name", middle.issue(t, "home.example.com", now.Add(-time.Hour), now.Add(90*24*time.Hour), middle), root, false, 0, "tls", "wrong_host", "name"},
		{"expired", middle.issue(t, "127.0.0.1", now.Add(-48*time.Hour), now.Add(-24*time.Hour), middle), root, false, 0, "tls", "expired_certificate", "renew"},
		{"of the future", middle.issue(t, "127.0.0.1", now.Add(24*time.Hour), now.Add(48*time.Hour), middle), root, false, 0, "tls", "not_yet_valid", "clock"},
		{"self-signed", root.pair(), newAuthority(t, "other", nil), false, 0, "tls", "self_signed", "Let's Encrypt"},
		{"old TLS", middle.issue(t, "127.0.0.1", now.Add(-time.Hour), now.Add(90*24*time.Hour), middle), root, false, tls.VersionTLS11, "tls", "tls_version", "TLS 1.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(house{})
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{Certificates: []tls.Certificate{tt.chain}, MinVersion: tls.VersionTLS10, MaxVersion: tt.version}
			server.StartTLS()
			defer server.Close()
			env := map[string]string{"HOME_ASSISTANT_URL": server.URL, "HOME_ASSISTANT_TOKEN": canary}
			if tt.ca != nil {
				env["HOME_ASSISTANT_CA"] = tt.ca.pem()
			}
			if tt.insecure {
				env["HOME_ASSISTANT_VERIFY_SSL"] = "false"
			}
			named(t, diagnose(t, env), tt.step, tt.cause, tt.mend)
		})
	}
}

// An authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string, by *authority) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	draft := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	parent, signer := draft, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	a.cert = sign(t, draft, parent, &key.PublicKey, signer)
	return a
}

func sign(t *testing.T, draft, parent *x509.Certificate, key *ecdsa.PublicKey, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, draft, parent, key, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// issue returns a certificate for a host, sent with the certificates of more.
func (a *authority) issue(t *testing.T, host string, from, to time.Time, more ...*authority) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	draft := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, NotBefore: from, NotAfter: to}
	if ip := net.ParseIP(host); ip != nil {
		draft.IPAddresses = []net.IP{ip}
	} else {
		draft.DNSNames = []string{host}
	}
	chain := tls.Certificate{PrivateKey: key, Certificate: [][]byte{sign(t, draft, a.cert, &key.PublicKey, a.key).Raw}}
	for _, m := range more {
		chain.Certificate = append(chain.Certificate, m.cert.Raw)
	}
	return chain
}

func (a *authority) pair() tls.Certificate {
	return tls.Certificate{PrivateKey: a.key, Certificate: [][]byte{a.cert.Raw}}
}

func (a *authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}
