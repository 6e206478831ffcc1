package httpclient_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
)

// A signer signs certificates.
type signer struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

// sign returns a certificate as change makes it, signed by s or, if s is nil, by itself.
// Its key is of the curve P-256, or of the one that change leaves in place of a public key.
func (s *signer) sign(t *testing.T, name string, change func(*x509.Certificate)) *signer {
	t.Helper()
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name, Organization: []string{"Tests"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), BasicConstraintsValid: true,
	}
	change(c)
	curve, ok := c.PublicKey.(elliptic.Curve)
	if !ok {
		curve = elliptic.P256()
	}
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.PublicKey = &key.PublicKey
	if s == nil {
		s = &signer{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, s.Certificate, &key.PublicKey, s.key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return &signer{c, key}
}

func authority(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }

// of returns a change to the certificate of a server with these names and addresses.
func of(hosts ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, h := range hosts {
			if ip := net.ParseIP(h); ip != nil {
				c.IPAddresses = append(c.IPAddresses, ip)
			} else {
				c.DNSNames = append(c.DNSNames, h)
			}
		}
	}
}

// tampered returns s with another last byte, which is of its signature.
func tampered(t *testing.T, s *signer) *signer {
	t.Helper()
	der := slices.Clone(s.Raw)
	der[len(der)-1] ^= 1
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{c, s.key}
}

// shows starts a server that shows these certificates, its own first.
func shows(t *testing.T, version uint16, chain ...*signer) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	pair := tls.Certificate{PrivateKey: chain[0].key}
	for _, c := range chain {
		pair.Certificate = append(pair.Certificate, c.Raw)
	}
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MaxVersion: version}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// TestEmbedded verifies servers against embedded authorities: it accepts those that
// crypto/tls accepts with a pool of them, and no others. Keys of P-384 are verified in a
// way of our own.
func TestEmbedded(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		t.Run(curve.Params().Name, func(t *testing.T) {
			embedded(t, func(c *x509.Certificate) {
				authority(c)
				c.PublicKey = curve
			})
		})
	}
}

func embedded(t *testing.T, authority func(*x509.Certificate)) {
	var none *signer
	root, old, stranger := none.sign(t, "root", authority), none.sign(t, "old", authority), none.sign(t, "stranger", authority)
	impostor := none.sign(t, "root", authority) // by the name of another
	inter := root.sign(t, "intermediate", authority)
	crossed := old.sign(t, "stranger", authority)
	leaf := func(by *signer, change func(*x509.Certificate)) *signer { return by.sign(t, "home", change) }
	ends := func(d time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			of("127.0.0.1")(c)
			c.NotBefore, c.NotAfter = time.Now().Add(d-time.Hour), time.Now().Add(d)
		}
	}
	pool := x509.NewCertPool()
	pool.AddCert(root.Certificate)
	pool.AddCert(old.Certificate)
	defer httpclient.SetRoots(string(slices.Concat(roots(t)[0].Raw, root.Raw, old.Raw)))()
	for name, tt := range map[string]struct {
		host  string // default: 127.0.0.1
		chain []*signer
		good  bool
	}{
		"by a root":                      {"", []*signer{leaf(root, of("127.0.0.1"))}, true},
		"by an intermediate":             {"", []*signer{leaf(inter, of("127.0.0.1")), inter}, true},
		"with its root":                  {"", []*signer{leaf(inter, of("127.0.0.1")), inter, root}, true},
		"cross-signed":                   {"", []*signer{leaf(crossed, of("127.0.0.1")), crossed}, true},
		"of a name":                      {"localhost", []*signer{leaf(root, of("localhost"))}, true},
		"without its intermediate":       {"", []*signer{leaf(inter, of("127.0.0.1"))}, false},
		"of another name":                {"localhost", []*signer{leaf(root, of("home.example.org"))}, false},
		"of a name, asked by an address": {"", []*signer{leaf(root, of("localhost"))}, false},
		"of an address, asked by a name": {"localhost", []*signer{leaf(root, of("127.0.0.1"))}, false},
		"of another address":             {"", []*signer{leaf(root, of("127.0.0.2"))}, false},
		"expired":                        {"", []*signer{leaf(root, ends(-time.Minute))}, false},
		"not yet valid":                  {"", []*signer{leaf(root, ends(2*time.Hour))}, false},
		"by a stranger":                  {"", []*signer{leaf(stranger, of("127.0.0.1")), stranger}, false},
		"by an impostor":                 {"", []*signer{leaf(impostor, of("127.0.0.1")), impostor}, false},
		"by itself":                      {"", []*signer{leaf(none, of("127.0.0.1"))}, false},
		"for clients":                    {"", []*signer{leaf(root, func(c *x509.Certificate) { of("127.0.0.1")(c); c.ExtKeyUsage[0] = x509.ExtKeyUsageClientAuth })}, false},
		"with a signature changed":       {"", []*signer{tampered(t, leaf(inter, of("127.0.0.1"))), inter}, false},
		"by an intermediate, changed":    {"", []*signer{leaf(inter, of("127.0.0.1")), tampered(t, inter)}, false},
		"by no authority":                {"", []*signer{leaf(leaf(root, of("127.0.0.1")), of("127.0.0.1")), leaf(root, of("127.0.0.1"))}, false},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+", "+tls.VersionName(version), func(t *testing.T) {
				server := shows(t, version, tt.chain...)
				url := server.URL
				if tt.host != "" {
					url = "https://" + tt.host + url[strings.LastIndex(url, ":"):]
				}
				c := client(t, httpclient.Config{})
				for _, when := range []string{"first", "resumed"} {
					res, err := send(t, c, httpclient.Request{URL: url, Idempotent: true})
					if good := err == nil && string(res.Body) == "here"; good != tt.good || !good && core.CauseOf(err) != core.CauseTLS {
						t.Errorf("%s: got %q, %v; want it accepted: %v", when, res.Body, err, tt.good)
					}
					server.CloseClientConnections()
				}
				if s := status(t, c); tt.good && (s.Resumed != 1 || s.Dialled != 2) {
					t.Errorf("got %+v, want two connections, one of them resumed", s)
				}
				standard := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
				_, err := standard.RoundTrip(httptest.NewRequest(http.MethodGet, url, nil))
				if (err == nil) != tt.good {
					t.Errorf("crypto/tls says %v", err)
				}
				standard.CloseIdleConnections()
			})
		}
	}
}

// TestEmbeddedSessionEnds lets a certificate expire while its session is kept: it is not
// resumed, and the next connection sees the new certificate.
func TestEmbeddedSessionEnds(t *testing.T) {
	var none *signer
	root := none.sign(t, "root", authority)
	defer httpclient.SetRoots(string(root.Raw))()
	soon := root.sign(t, "home", func(c *x509.Certificate) {
		of("127.0.0.1")(c)
		c.NotAfter = time.Now().Add(2 * time.Second).Truncate(time.Second)
	})
	server := shows(t, tls.VersionTLS13, soon)
	c := client(t, httpclient.Config{})
	ask := func() error {
		_, err := send(t, c, httpclient.Request{URL: server.URL, Idempotent: true})
		server.CloseClientConnections()
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(soon.NotAfter.Add(time.Second)))
	renewed := root.sign(t, "home", of("127.0.0.1"))
	server.TLS.Certificates[0] = tls.Certificate{Certificate: [][]byte{renewed.Raw}, PrivateKey: renewed.key}
	if err := ask(); err != nil || status(t, c).Resumed != 0 {
		t.Errorf("after the renewal: %v, %+v; want a new session", err, status(t, c))
	}
}
