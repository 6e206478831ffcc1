package setup

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/homeclient"
	"github.com/hearthgate/hearthgate/infra/internal/ui"
)

// A Key is a public key that a stage can pin.
type Key struct {
	Pin    string    `json:"pin"` // base64 of its SHA-256
	Whose  string    `json:"whose"`
	Until  time.Time `json:"until,omitzero"` // when its certificate ends
	Pinned bool      `json:"pinned"`         // the stage has it
}

// Keys are those that a home shows, its own first, and of which files they are.
type Keys struct {
	Stage string   `json:"stage"`
	Keys  []Key    `json:"keys"`
	Gone  []string `json:"gone,omitempty"` // pins of the stage that none of the keys has
	Next  string   `json:"next,omitempty"`
}

// ShownKeys connects to the home and returns the keys of the certificates that it shows.
// Whether they are trusted is not checked: that is what the pins are for.
func (h Home) ShownKeys(ctx context.Context) (keys []Key, err error) {
	const atMost = 15 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	client, err := homeclient.New("", true, h.Certificate)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	client.Transport.(*http.Transport).TLSClientConfig.VerifyConnection = func(s tls.ConnectionState) error {
		keys = nil
		for _, c := range s.PeerCertificates {
			keys = append(keys, keyOf(c))
		}
		return nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/api/alexa/smart_home", nil)
	if err != nil {
		return nil, fmt.Errorf("%s is not a web address: write it as https://home.example.com", h.URL)
	}
	res, err := client.Do(r)
	if err == nil {
		res.Body.Close()
	}
	switch {
	case keys != nil: // whatever became of the request
		return keys, nil
	case err != nil:
		return nil, fmt.Errorf("%s does not answer: %w", h.URL, explain(err))
	}
	return nil, fmt.Errorf("%s has no certificate, as it is not https", h.URL)
}

func keyOf(c *x509.Certificate) Key {
	name := c.Subject.CommonName
	if name == "" && len(c.DNSNames) > 0 {
		name = c.DNSNames[0]
	}
	return Key{Pin: pinOf(c.RawSubjectPublicKeyInfo), Whose: name, Until: c.NotAfter}
}

func pinOf(key []byte) string {
	sum := sha256.Sum256(key)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// FileKey returns the key of a file in PEM: of a certificate, of a signing request, or a
// public or private key.
func FileKey(file string, text []byte) (Key, error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return Key{}, fmt.Errorf("%s has no key: name a file in PEM with a certificate, a signing request, or a public or private key", file)
		}
		if key, err := publicKey(block); err == nil {
			return Key{Pin: pinOf(key), Whose: file}, nil
		}
	}
}

// publicKey returns the public key of a PEM block, in DER.
func publicKey(b *pem.Block) ([]byte, error) {
	of := func(key any, err error) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		return x509.MarshalPKIXPublicKey(key)
	}
	switch b.Type {
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, err
		}
		return c.RawSubjectPublicKeyInfo, nil
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		r, err := x509.ParseCertificateRequest(b.Bytes)
		if err != nil {
			return nil, err
		}
		return r.RawSubjectPublicKeyInfo, nil
	case "PUBLIC KEY":
		return of(x509.ParsePKIXPublicKey(b.Bytes))
	case "EC PRIVATE KEY":
		key, err := x509.ParseECPrivateKey(b.Bytes)
		if err != nil {
			return nil, err
		}
		return of(key.Public(), nil)
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(b.Bytes)
		if err != nil {
			return nil, err
		}
		return of(key.Public(), nil)
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(b.Bytes)
		if err != nil {
			return nil, err
		}
		if private, ok := key.(crypto.Signer); ok {
			return of(private.Public(), nil)
		}
	}
	return nil, errors.New("not a key")
}

// Compare marks the keys that are pinned, and notes pins that none of them has.
func (k *Keys) Compare(pins []string) {
	k.Gone = slices.Clone(pins)
	for i := range k.Keys {
		k.Keys[i].Pinned = slices.Contains(pins, k.Keys[i].Pin)
		k.Gone = slices.DeleteFunc(k.Gone, func(pin string) bool { return pin == k.Keys[i].Pin })
	}
}

// Show writes the keys for a person.
func (k Keys) Show(to *ui.Screen) {
	t := to.Table("  ")
	for _, key := range k.Keys {
		pinned := to.Dim("not pinned")
		if key.Pinned {
			pinned = to.Good("pinned")
		}
		until := ""
		if !key.Until.IsZero() {
			until = "until " + key.Until.Format(time.DateOnly)
		}
		t.Row(key.Pin, key.Whose, until, pinned)
	}
	for _, pin := range k.Gone {
		t.Row(pin, to.Bold("no key here"), "", to.Good("pinned"))
	}
	t.Flush()
	to.Printf("The home must have one pinned key, its own or that of an authority that signed it. A renewed certificate often has a new key: pin the next one too, with --also FILE, or an authority's.\n")
	if k.Next != "" {
		to.Printf("Next: %s\n", to.Bold(k.Next))
	}
}
