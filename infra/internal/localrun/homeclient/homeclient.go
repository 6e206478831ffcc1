// Package homeclient asks a Home Assistant from this machine, trusting what the function
// trusts.
package homeclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
)

// ErrNoCertificate is the error of certificates that are not in PEM.
var ErrNoCertificate = errors.New("contains no certificate: expected certificates in PEM")

// New returns a client that trusts the PEM certificates in ca instead of the public
// ones, or any certificate if insecure. With an empty ca it trusts the public ones. It shows
// own to a server that asks for a client certificate; nil is none. It
// does not follow redirects, which could send a token elsewhere.
func New(ca string, insecure bool, own *tls.Certificate) (*http.Client, error) {
	conf := &tls.Config{InsecureSkipVerify: insecure}
	if own != nil {
		conf.Certificates = []tls.Certificate{*own}
	}
	if ca != "" {
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM([]byte(ca)) {
			return nil, ErrNoCertificate
		}
	}
	return &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: conf, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
