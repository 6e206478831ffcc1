package faultyhome

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// A CA signs certificates for homes.
type CA struct {
	PEM string // its own certificate

	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// A Certificate says what is unusual about one; the zero value is a good one for
// 127.0.0.1.
type Certificate struct {
	Host    string // default: 127.0.0.1
	Expired bool   // since a day
	Early   bool   // valid from tomorrow on
	Self    bool   // self-signed
	Version uint16 // of TLS, at most; default: any
}

// NewCA makes a certificate authority.
func NewCA() (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "A CA of the tests"},
		NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return &CA{PEM: string(text), certificate: c, key: key}, nil
}

// TLS returns the configuration of a server that shows such a certificate.
func (ca *CA) TLS(c Certificate) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "A home of the tests"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if c.Host == "" {
		t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	} else {
		t.DNSNames = []string{c.Host}
	}
	if c.Expired {
		t.NotBefore, t.NotAfter = now.Add(-47*time.Hour), now.Add(-24*time.Hour)
	}
	if c.Early {
		t.NotBefore, t.NotAfter = now.Add(24*time.Hour), now.Add(47*time.Hour)
	}
	parent, signer := ca.certificate, ca.key
	if c.Self {
		parent, signer = t, key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	conf := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MaxVersion: c.Version}
	if c.Version != 0 {
		conf.MinVersion = tls.VersionTLS10
	}
	return conf, nil
}
