package nginx

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// An Authority signs certificates of servers and clients.
type Authority struct {
	PEM string // its own certificate

	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// An Identity is a certificate with its key, both PEM.
type Identity struct {
	Certificate, Key string
	Pin              string // base64 of the SHA-256 of the public key
	serial           *big.Int
}

// NewAuthority makes an authority of that name.
func NewAuthority(name string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	a := &Authority{PEM: inPEM("CERTIFICATE", der), key: key}
	a.certificate, err = x509.ParseCertificate(der)
	return a, err
}

// Sign makes an identity: of a server if name is an address, else of a client.
func (a *Authority) Sign(name string, ends time.Time) (i Identity, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return i, err
	}
	if i.serial, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100)); err != nil {
		return i, err
	}
	t := &x509.Certificate{
		SerialNumber: i.serial, Subject: pkix.Name{CommonName: name}, NotBefore: ends.Add(-900 * time.Hour), NotAfter: ends,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		t.IPAddresses, t.ExtKeyUsage = []net.IP{ip}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		return i, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return i, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	sum := sha256.Sum256(public)
	i.Certificate, i.Key, i.Pin = inPEM("CERTIFICATE", der), inPEM("PRIVATE KEY", private), base64.StdEncoding.EncodeToString(sum[:])
	return i, err
}

// Revoke returns the list of revocations, in PEM, with these identities on it.
func (a *Authority) Revoke(all ...Identity) (string, error) {
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(24 * time.Hour)}
	for _, i := range all {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: i.serial, RevocationTime: time.Now().Add(-time.Minute)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.certificate, a.key)
	return inPEM("X509 CRL", der), err
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
