package httpclient

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"

	"github.com/hearthgate/hearthgate/function/core"
)

// errPin is the error of a server whose certificate has none of the pinned keys.
var errPin = errors.New("its certificate has another key")

// maxSessions is the maximum number of TLS sessions to resume.
const maxSessions = 8

// publicTLS returns the TLS configuration for hosts with a public certificate.
func publicTLS(systemRoots bool) *tls.Config {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(maxSessions)}
	if !systemRoots {
		conf.RootCAs = roots()
	}
	return conf
}

// tls returns the TLS configuration for connections to h, which was checked.
func (h Home) tls(systemRoots bool) *tls.Config {
	conf := publicTLS(systemRoots || h.CA != "" || h.Insecure)
	if h.CA != "" {
		conf.RootCAs = x509.NewCertPool()
		conf.RootCAs.AppendCertsFromPEM([]byte(h.CA))
	}
	if h.Certificate != "" {
		pair, _ := tls.X509KeyPair([]byte(h.Certificate), []byte(h.Key.Reveal()))
		conf.Certificates = []tls.Certificate{pair}
	}
	conf.InsecureSkipVerify = h.Insecure // the owner set HOME_ASSISTANT_VERIFY_SSL to false
	if len(h.Pins) > 0 {
		conf.VerifyConnection = h.checkPins // which is called for resumed sessions too
	}
	return conf
}

// checkPins returns errPin unless a pinned key is in a verified chain or in the
// server's own certificate. Without a verified chain only its own counts: it has not
// proved to have the other keys.
func (h Home) checkPins(s tls.ConnectionState) error {
	if len(s.PeerCertificates) > 0 && slices.Contains(h.Pins, pin(s.PeerCertificates[0])) {
		return nil
	}
	for _, chain := range s.VerifiedChains {
		if slices.ContainsFunc(chain, func(x *x509.Certificate) bool { return slices.Contains(h.Pins, pin(x)) }) {
			return nil
		}
	}
	return errPin
}

// Verify checks the chain of certificates, the server's own first, that a host showed
// at a port, as a request to it would. Its error is why the request would fail;
// checked is false if the configuration accepts any certificate there.
func (c *Client) Verify(host string, port int, chain []*x509.Certificate) (checked bool, err error) {
	cc := c.current()
	transports, conf := cc.others, publicTLS(false)
	if home := cc.homeAt(&url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(port))}); home != nil {
		transports, conf = home.pool, home.tls(false)
	}
	s := tls.ConnectionState{PeerCertificates: chain}
	if !conf.InsecureSkipVerify {
		o := x509.VerifyOptions{DNSName: host, Roots: conf.RootCAs, Intermediates: x509.NewCertPool()}
		for _, link := range chain[1:] {
			o.Intermediates.AddCert(link)
		}
		if s.VerifiedChains, err = chain[0].Verify(o); isUntrusted(err) && !transports.fixedRoots {
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
		return true, core.Errorf(core.Unreachable, core.CauseOtherKey, "the certificate has another key than the pinned one: if the server has a new key on purpose, pin that")
	}
	return true, nil
}

// pin returns the base64 of the SHA-256 of a certificate's public key.
func pin(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// certificates returns the certificates of a PEM text.
func certificates(text string) (found []*x509.Certificate, err error) {
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("it has a PEM block of type %.40q: expected CERTIFICATE", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("one of its certificates cannot be read")
		}
		found = append(found, c)
	}
	if len(found) == 0 {
		return nil, errors.New("it has no certificate: expected PEM blocks of type CERTIFICATE")
	}
	return found, nil
}
