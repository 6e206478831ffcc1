package broker

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
)

// A Certificate is one that a home may connect with.
type Certificate struct {
	ID  string // as IoT Core has it: the SHA-256 of the certificate, in hexadecimal
	PEM string

	attached []*Policy
	revoked  bool // guarded by Broker.mu
}

func (c *Certificate) name() string        { return "certificate " + c.ID[:8] }
func (c *Certificate) policies() []*Policy { return c.attached }

// Sign makes a certificate from a signing request in DER, as CreateCertificateFromCsr
// does, and attaches policies to it.
func (b *Broker) Sign(request []byte, policies ...[]byte) (*Certificate, error) {
	r, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return nil, err
	}
	if err := r.CheckSignature(); err != nil {
		return nil, err
	}
	attached, err := parsePolicies(policies)
	if err != nil {
		return nil, err
	}
	der, err := b.authority.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "AWS IoT Certificate"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, r.PublicKey)
	if err != nil {
		return nil, err
	}
	c := &Certificate{ID: fingerprint(der), PEM: pemOf("CERTIFICATE", der), attached: attached}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.certificates[c.ID] = c
	return c, nil
}

// Revoke makes a certificate invalid and ends the connections that it made. The error is nil.
func (b *Broker) Revoke(id string) error {
	b.mu.Lock()
	if c := b.certificates[id]; c != nil {
		c.revoked = true
	}
	b.mu.Unlock()
	for _, cl := range b.server.Clients.GetAll() {
		if v, ok := cl.Net.Conn.(*visitor); ok {
			if c, ok := v.principal.(*Certificate); ok && c.ID == id {
				cl.Net.Conn.Close()
			}
		}
	}
	return nil
}

// Request returns a new P-256 key and a signing request for it, as a home makes them; both
// are in DER.
func Request(commonName string) (key, request []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	request, err1 := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: commonName}}, private)
	key, err2 := x509.MarshalPKCS8PrivateKey(private)
	return key, request, errors.Join(err1, err2)
}

// An authority signs the certificates of the broker and of homes.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	server      tls.Certificate
}

func newAuthority() (*authority, error) {
	key, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	own, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	a := &authority{key: key, certificate: &x509.Certificate{
		Subject: pkix.Name{CommonName: "Authority of the broker"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	der, err := a.sign(a.certificate, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	der, err = a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, &own.PublicKey)
	a.server = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: own}
	return a, err
}

// sign returns a certificate for a public key that is valid for ten years.
func (a *authority) sign(t *x509.Certificate, public any) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, err
	}
	t.SerialNumber, t.NotBefore, t.NotAfter = serial, time.Now().Add(-time.Hour), time.Now().AddDate(10, 0, 0)
	if !t.IsCA {
		t.KeyUsage = x509.KeyUsageDigitalSignature
	}
	return x509.CreateCertificate(rand.Reader, t, a.certificate, public, a.key)
}

// tls returns the configuration of the broker. Which client certificates it knows is
// checked when one was shown.
func (a *authority) tls(clients tls.ClientAuthType) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{a.server}, ClientAuth: clients, NextProtos: []string{relay.ALPN, "http/1.1"}}
}

func (a *authority) pem() string { return pemOf("CERTIFICATE", a.certificate.Raw) }

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}
