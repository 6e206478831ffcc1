package mosquitto

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/broker"
)

// An authority signs the certificates of the broker and of homes, and revokes them. It is
// not safe for concurrent use.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serials     map[string]*big.Int // of the certificates of homes, by id
	revoked     []x509.RevocationListEntry
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	a := &authority{key: key, serials: map[string]*big.Int{}, certificate: &x509.Certificate{
		Subject: pkix.Name{CommonName: "Authority of mosquitto"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}}
	der, err := a.issue(a.certificate, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	a.certificate, err = x509.ParseCertificate(der)
	return a, err
}

// issue returns a certificate for a public key that is valid for a day.
func (a *authority) issue(t *x509.Certificate, public any) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, err
	}
	t.SerialNumber, t.NotBefore, t.NotAfter = serial, time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	return x509.CreateCertificate(rand.Reader, t, a.certificate, public, a.key)
}

// server returns certificate and key, in PEM, for localhost.
func (a *authority) server() (certificate, key string, err error) {
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	der, err1 := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, &own.PublicKey)
	private, err2 := x509.MarshalPKCS8PrivateKey(own)
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", private), errors.Join(err1, err2)
}

// sign makes a certificate with a name from a signing request in DER.
func (a *authority) sign(request []byte, name string) (*broker.Certificate, error) {
	r, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := a.issue(t, r.PublicKey)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(der)
	c := &broker.Certificate{ID: hex.EncodeToString(sum[:]), PEM: encode("CERTIFICATE", der)}
	a.serials[c.ID] = t.SerialNumber
	return c, nil
}

// revoke puts a certificate on the list of revocations.
func (a *authority) revoke(id string) {
	a.revoked = append(a.revoked, x509.RevocationListEntry{SerialNumber: a.serials[id], RevocationTime: time.Now()})
}

// revocations returns the list, in PEM.
func (a *authority) revocations() (string, error) {
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(int64(len(a.revoked))), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(24 * time.Hour),
		RevokedCertificateEntries: a.revoked,
	}, a.certificate, a.key)
	if err != nil {
		return "", fmt.Errorf("the list of revocations cannot be made: %w", err)
	}
	return encode("X509 CRL", der), nil
}

func (a *authority) pem() string { return encode("CERTIFICATE", a.certificate.Raw) }

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
