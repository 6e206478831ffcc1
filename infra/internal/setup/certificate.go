package setup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/infra/internal/awsaccount"
)

// A ClientCertificate is what the function shows to a proxy that asks for a client
// certificate, with its key.
type ClientCertificate struct {
	PEM string // the certificates, the client's own first, and the key
	TLS tls.Certificate
}

// soon is how long before its end a certificate is reported.
const soon = 30 * 24 * time.Hour

// ParseClientCertificate reads a certificate and its key from PEM texts, in any order. The
// error says what is wrong and never contains a part of them.
func ParseClientCertificate(text string) (c ClientCertificate, err error) {
	var certificates, keys []byte
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch {
		case strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "":
			return c, errors.New("the key is encrypted with a passphrase, which the function does not have: decrypt it first, for example with `openssl pkey -in key.pem -out plain.pem`")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			keys = append(keys, pem.EncodeToMemory(block)...)
		case block.Type == "CERTIFICATE":
			certificates = append(certificates, pem.EncodeToMemory(block)...)
		case block.Type == "EC PARAMETERS": // which openssl writes before a key, and no one needs
		default:
			return c, fmt.Errorf("there is a PEM block of type %.40q: give the certificate and its key alone", block.Type)
		}
	}
	switch {
	case certificates == nil && keys == nil:
		return c, errors.New("there is no PEM in it: give the certificate, which begins with -----BEGIN CERTIFICATE-----, and its key")
	case certificates == nil:
		return c, errors.New("there is a key and no certificate: give both")
	case keys == nil:
		return c, errors.New("there is a certificate and no key: give both")
	}
	if c.TLS, err = tls.X509KeyPair(certificates, keys); err != nil {
		return c, errors.New("the certificate and the key do not belong together, or one of them is damaged: give the key with which the certificate was made")
	}
	c.PEM = string(certificates) + string(keys)
	return c, c.check(time.Now())
}

// check returns what is wrong with a certificate at a time.
func (c ClientCertificate) check(now time.Time) error {
	const most = 4 << 10 // of a parameter of the standard tier
	own := c.Leaf()
	switch {
	case now.After(own.NotAfter):
		return fmt.Errorf("the certificate ended on %s: make a new one", own.NotAfter.Format(time.DateOnly))
	case now.Before(own.NotBefore):
		return fmt.Errorf("the certificate is good from %s on: check the clock of what made it", own.NotBefore.Format(time.DateOnly))
	case len(c.PEM) > most:
		return fmt.Errorf("certificate and key have %d bytes, and a parameter of AWS holds %d: leave the certificates of authorities out, or use a key of an elliptic curve, which is shorter and as safe", len(c.PEM), most)
	}
	return nil
}

// Leaf returns the client's own certificate.
func (c ClientCertificate) Leaf() *x509.Certificate {
	leaf, err := x509.ParseCertificate(c.TLS.Certificate[0])
	if err != nil {
		return new(x509.Certificate) // cannot happen: it was read before
	}
	return leaf
}

// StoreCertificate stores the client certificate of a home.
func StoreCertificate(ctx context.Context, s config.Stage, a *awsaccount.Account, c ClientCertificate) (Stored, error) {
	version, err := a.PutSecret(ctx, s.ClientCertificateParameterName(), c.PEM, "Client certificate for Home Assistant", s.Name)
	next := "hearthgate deploy --stage " + s.Name
	if !s.ClientCertificate {
		next = "hearthgate config set " + s.Path("clientCertificate") + " true --stage " + s.Name + ", then " + next
	}
	until := c.Leaf().NotAfter
	stored := Stored{Account: a.ID, Region: a.Region, Parameter: s.ClientCertificateParameterName(), Version: version, Until: &until, Next: next}
	if left := time.Until(until); left < soon {
		stored.Warning = fmt.Sprintf("the certificate ends in %d days", int(left.Hours()/24))
	}
	return stored, err
}
