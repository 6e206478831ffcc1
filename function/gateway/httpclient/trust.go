package httpclient

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/hearthgate/hearthgate/function/core"
)

//go:generate go run roots_generate.go

//go:embed roots.pem
var rootsPEM []byte

// roots returns the pool of the authorities that are part of the program.
var roots = sync.OnceValue(func() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(rootsPEM)
	return pool
})

// errPin says that the far side has another key than it should.
var errPin = errors.New("its certificate is for another key than the one that is pinned")

// worldTLS returns whom to believe about hosts of which nothing was said.
func worldTLS(system bool) *tls.Config {
	conf := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
		RootCAs:            roots(),
	}
	if system {
		conf.RootCAs = nil
	}
	return conf
}

// homeTLS returns whom to believe about the home. The configuration was checked.
func (c Config) homeTLS(system bool) *tls.Config {
	conf := worldTLS(system)
	if c.CA != "" {
		conf.RootCAs = x509.NewCertPool()
		conf.RootCAs.AppendCertsFromPEM([]byte(c.CA))
	}
	if c.Certificate != "" {
		pair, _ := tls.X509KeyPair([]byte(c.Certificate), []byte(c.Key.Reveal()))
		conf.Certificates = []tls.Certificate{pair}
	}
	conf.InsecureSkipVerify = c.Insecure // the owner's explicit wish, HOME_ASSISTANT_VERIFY_SSL
	if len(c.Pins) > 0 {
		conf.VerifyConnection = c.pinned // of a session that is taken up again too
	}
	return conf
}

// pinned looks for a pinned key: in a chain that was verified, or, where none is,
// in the far side's own certificate, the only one whose key it has shown to have.
func (c Config) pinned(s tls.ConnectionState) error {
	if len(s.PeerCertificates) > 0 && slices.Contains(c.Pins, pin(s.PeerCertificates[0])) {
		return nil
	}
	for _, chain := range s.VerifiedChains {
		if slices.ContainsFunc(chain, func(x *x509.Certificate) bool { return slices.Contains(c.Pins, pin(x)) }) {
			return nil
		}
	}
	return errPin
}

// Verify says what is wrong with the chain of certificates, the server's own first,
// that was shown at a port of a host: why no request would go there. looked is false
// if none of it counts, as the configuration says to believe the home.
func (c *Client) Verify(host string, port int, chain []*x509.Certificate) (looked bool, err error) {
	w := c.current()
	r, believes := w.world, worldTLS
	if w.leadsHome(&url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(port))}) {
		r, believes = w.home, w.config.homeTLS
	}
	conf := believes(false)
	s := tls.ConnectionState{PeerCertificates: chain}
	if !conf.InsecureSkipVerify {
		o := x509.VerifyOptions{DNSName: host, Roots: conf.RootCAs, Intermediates: x509.NewCertPool()}
		for _, link := range chain[1:] {
			o.Intermediates.AddCert(link)
		}
		if s.VerifiedChains, err = chain[0].Verify(o); untrusted(err) && !r.fixed {
			o.Roots = nil // the system's
			s.VerifiedChains, err = chain[0].Verify(o)
		}
		if err != nil {
			return true, err
		}
	}
	if conf.VerifyConnection == nil {
		return !conf.InsecureSkipVerify, nil
	}
	if conf.VerifyConnection(s) != nil {
		return true, core.Errorf(core.Unreachable, core.CauseOtherKey, "the certificate is for another key than the one that is pinned: if the server has a new one on purpose, pin that")
	}
	return true, nil
}

// pin returns the base64 of the SHA-256 of a certificate's public key.
func pin(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// certificates returns those in a PEM text, or what is wrong with it.
func certificates(text string) (found []*x509.Certificate, err error) {
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("it has a PEM block of type %.40q: CERTIFICATE is wanted", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("one of its certificates cannot be read")
		}
		found = append(found, c)
	}
	if len(found) == 0 {
		return nil, errors.New("there is no certificate in it: PEM blocks of type CERTIFICATE are wanted")
	}
	return found, nil
}
