// Package testnet is an internet for tests: host names that lead to servers on this
// machine, with certificates that programs started with its environment trust.
package testnet

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// An Internet is a proxy that resolves the names.
type Internet struct {
	proxy  *httptest.Server
	caFile string
	ca     *x509.Certificate
	key    *ecdsa.PrivateKey

	mu    sync.Mutex
	hosts map[string]string // guarded by mu; "host:443" to a loopback address
}

// New returns an internet without a host, for the length of a test.
func New(t testing.TB) *Internet {
	t.Helper()
	n := &Internet{hosts: map[string]string{}}
	var err error
	if n.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, &n.key.PublicKey, n.key)
	if err != nil {
		t.Fatal(err)
	}
	if n.ca, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	n.caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(n.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	n.proxy = httptest.NewServer(http.HandlerFunc(n.connect))
	t.Cleanup(n.proxy.Close)
	return n
}

// Environment makes a program use the proxy and trust the certificates.
func (n *Internet) Environment() []string {
	return []string{"HTTPS_PROXY=" + n.proxy.URL, "https_proxy=", "NO_PROXY=", "no_proxy=", "SSL_CERT_FILE=" + n.caFile, "SSL_CERT_DIR=/nonexistent"}
}

// Client returns a client that uses the proxy and trusts the certificates, for what is
// outside the programs under test, such as a person's browser. Hosts of loopback are
// reached directly.
func (n *Internet) Client() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(n.ca)
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool},
		Proxy: func(r *http.Request) (*url.URL, error) {
			if r.URL.Scheme != "https" {
				return nil, nil
			}
			return url.Parse(n.proxy.URL)
		},
	}}
}

// Serve serves a handler by HTTPS under a host's name, for the length of the test.
func (n *Internet) Serve(t testing.TB, host string, h http.Handler) { n.ServeTo(t, host, h, nil) }

// ServeTo serves a handler as Serve does, to clients with a certificate that clients knows
// alone; nil is everyone. It returns the host's own certificate.
func (n *Internet) ServeTo(t testing.TB, host string, h http.Handler, clients *x509.CertPool) *x509.Certificate {
	t.Helper()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, n.ca, &n.key.PublicKey, n.key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: n.key}}}
	if clients != nil {
		s.TLS.ClientCAs, s.TLS.ClientAuth = clients, tls.RequireAndVerifyClientCert
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[host+":443"] = s.Listener.Addr().String()
	own, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// connect joins a program with the host that it asks for.
func (n *Internet) connect(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	address, ok := n.hosts[r.Host]
	n.mu.Unlock()
	if r.Method != http.MethodConnect || !ok {
		http.Error(w, "no such host", http.StatusBadGateway)
		return
	}
	far, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, "refused", http.StatusBadGateway)
		return
	}
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		far.Close()
		return
	}
	io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	join := func(to net.Conn, from io.Reader) {
		io.Copy(to, from)
		to.Close()
	}
	go join(far, buffered)
	go join(near, far)
}
