package bench

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"time"
)

// A link is a certificate of a chain with its key.
type link struct {
	*x509.Certificate
	key crypto.Signer
}

// signed returns a certificate for key: an authority's, or that of a server on this
// machine. by is nil for a root.
func signed(name string, by *link, key crypto.Signer, isCA bool) (*link, error) {
	t := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name, Organization: []string{"Bench"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), BasicConstraintsValid: true, IsCA: isCA,
		KeyUsage: x509.KeyUsageCertSign,
	}
	if !isCA {
		t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	if by == nil {
		by = &link{t, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, by.Certificate, key.Public(), by.key)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	return &link{c, key}, err
}

// chain returns the root, and what a server shows whose certificate an intermediate
// authority below the root has signed, with the keys of all three.
func chain(name string, root, intermediate, server crypto.Signer) (*link, *tls.Config, error) {
	top, err := signed("Root of "+name, nil, root, true)
	if err != nil {
		return nil, nil, err
	}
	middle, err := signed("Intermediate of "+name, top, intermediate, true)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := signed(name, middle, server, false)
	if err != nil {
		return nil, nil, err
	}
	pair := tls.Certificate{Certificate: [][]byte{leaf.Raw, middle.Raw}, PrivateKey: server}
	return top, &tls.Config{Certificates: []tls.Certificate{pair}}, nil
}

// letsEncrypt returns a chain like those of Let's Encrypt: elliptic keys below RSA-4096.
func letsEncrypt() (*link, *tls.Config, error) {
	root, err1 := rsa.GenerateKey(rand.Reader, 4096)
	intermediate, err2 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	server, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, nil, err
		}
	}
	return chain("home", root, intermediate, server)
}

// amazon returns a chain like those of AWS: RSA-2048 all the way.
func amazon() (*link, *tls.Config, error) {
	var keys [3]*rsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, nil, err
		}
	}
	return chain("parameters", keys[0], keys[1], keys[2])
}
