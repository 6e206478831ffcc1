package homeassistant

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
)

// expirySoon is when a certificate is worth a word before it is a failure.
const expirySoon = 14 * 24 * time.Hour

// resolve looks up the home's name. A Lambda function outside a VPC has no way to
// an IPv6 address.
func (l *ladder) resolve(ctx context.Context, s *lambda.DiagnosisStep) error {
	host := l.url.Hostname()
	s.Tried = "looking up " + host
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	switch dns, ok := errors.AsType[*net.DNSError](err); {
	case ok && dns.IsTimeout:
		return core.Errorf(core.Unreachable, "dns", "the name %s could not be looked up in time: see whether the servers of its domain answer", host)
	case err != nil:
		return core.Errorf(core.Unreachable, "dns", "the name %s has no address: see whether it is spelled right and whether its DNS entry, or dynamic DNS, is up to date", host)
	}
	var shown []string
	for _, a := range found {
		a = a.Unmap()
		shown = append(shown, a.String())
		if a.Is4() {
			l.addresses = append(l.addresses, a)
		}
	}
	s.Found = strings.Join(shown, ", ")
	if len(l.addresses) == 0 && !slices.ContainsFunc(found, netip.Addr.IsLoopback) {
		return core.Errorf(core.Unreachable, "only_ipv6", "%s has an IPv6 address only, to which a Lambda function has no way: give it an IPv4 address too, by a tunnel or a proxy if the provider has none", host)
	}
	l.addresses = append(l.addresses, found...)
	if inside := l.addresses[0]; inside.IsPrivate() || inside.IsLinkLocalUnicast() {
		s.Advice = append(s.Advice, fmt.Sprintf("%s is an address inside a home, to which nothing leads from the internet", inside))
	}
	return nil
}

func (l *ladder) port() string {
	return cmp.Or(l.url.Port(), map[string]string{"http": "80"}[l.url.Scheme], "443")
}

func (l *ladder) connect(ctx context.Context) (net.Conn, error) {
	const atMost = 3 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(l.addresses[0].String(), l.port()))
}

// dial looks whether anything listens there.
func (l *ladder) dial(ctx context.Context, s *lambda.DiagnosisStep) error {
	s.Tried = "connecting to port " + l.port() + " of " + l.addresses[0].String()
	conn, err := l.connect(ctx)
	switch {
	case err == nil:
		s.Found = "connected"
		return conn.Close()
	case errors.Is(err, syscall.ECONNREFUSED):
		return core.Errorf(core.Unreachable, "refused", "nothing listens at port %s: see whether Home Assistant or its proxy runs and whether the router forwards the port to it", l.port())
	case errors.Is(err, context.DeadlineExceeded):
		return core.Errorf(core.Unreachable, "timeout", "nothing answers at port %s: a firewall drops it or the router does not forward it, or the address is no longer the home's", l.port())
	}
	return judged("no_route", fmt.Sprintf("no way leads to the address (%v)", err), "see whether it is the home's")
}

// shake looks at the certificate and the version of TLS.
func (l *ladder) shake(ctx context.Context, s *lambda.DiagnosisStep) error {
	if l.url.Scheme == "http" {
		s.Tried, s.Found = "nothing", "the address is http"
		s.Advice = append(s.Advice, "the token travels in clear: use https")
		return nil
	}
	s.Tried = "a TLS handshake as " + l.url.Hostname()
	conn, err := l.connect(ctx)
	if err != nil {
		return judged("reset", fmt.Sprintf("the second connection failed (%v)", err), "see whether a firewall limits them")
	}
	defer conn.Close()
	// Whatever the certificate is, it is looked at: what is sent here is no secret.
	client := tls.Client(conn, &tls.Config{ServerName: l.url.Hostname(), InsecureSkipVerify: true, MinVersion: tls.VersionTLS10})
	if err := client.HandshakeContext(ctx); err != nil {
		return handshakeError(err)
	}
	state := client.ConnectionState()
	leaf := state.PeerCertificates[0]
	left := time.Until(leaf.NotAfter)
	s.Found = fmt.Sprintf("%s, a certificate for %s by %s, good for %d days", tls.VersionName(state.Version), strings.Join(leaf.DNSNames, ", "), leaf.Issuer.CommonName, int(left.Hours()/24))
	if state.Version < tls.VersionTLS12 {
		return core.Errorf(core.Unreachable, "tls_version", "the server speaks %s only: have it speak TLS 1.2 or newer", tls.VersionName(state.Version))
	}
	if left > 0 && left < expirySoon {
		s.Advice = append(s.Advice, fmt.Sprintf("the certificate ends in %d days: see why it was not renewed", int(left.Hours()/24)))
	}
	err = l.verify(state.PeerCertificates)
	if err != nil && !l.settings.VerifySSL {
		problem, _ := sentences(err)
		s.Advice = append(s.Advice, problem+", and it is not verified: anyone on the way can read the token")
		return nil
	}
	return err
}

func handshakeError(err error) error {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return core.Errorf(core.Unreachable, "no_tls", "the server does not speak TLS at that port: write http instead of https only for a test, and else give the port of the proxy that has the certificate")
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return judged("tls", fmt.Sprintf("the server refused the handshake (%v)", alert), "see whether it knows the name in the address, and whether it asks for a client's certificate")
	}
	return judged("tls", fmt.Sprintf("the handshake broke (%v)", err), "see what listens at that port")
}

// verify says what is wrong with a chain of certificates.
func (l *ladder) verify(chain []*x509.Certificate) error {
	leaf, host := chain[0], l.url.Hostname()
	o := x509.VerifyOptions{DNSName: host, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	if l.settings.CA != "" {
		o.Roots = x509.NewCertPool()
		o.Roots.AppendCertsFromPEM([]byte(l.settings.CA))
	}
	_, err := leaf.Verify(o)
	_, name := errors.AsType[x509.HostnameError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	invalid, _ := errors.AsType[x509.CertificateInvalidError](err)
	switch self := leaf.Issuer.String() == leaf.Subject.String(); {
	case err == nil:
		return nil
	case name:
		return core.Errorf(core.Unreachable, "wrong_host", "the certificate is for %s, not for %s: use the name that it is for, or have one made for this name", cmp.Or(strings.Join(leaf.DNSNames, ", "), "no name at all"), host)
	case invalid.Reason == x509.Expired && time.Now().Before(leaf.NotBefore):
		return core.Errorf(core.Unreachable, "not_yet_valid", "the certificate is good from %s on only: look at the clock of the server that made it", leaf.NotBefore.Format(time.DateOnly))
	case invalid.Reason == x509.Expired:
		return core.Errorf(core.Unreachable, "expired_certificate", "the certificate ended on %s: renew it, and see why that did not happen by itself", leaf.NotAfter.Format(time.DateOnly))
	case unknown && self:
		return core.Errorf(core.Unreachable, "self_signed", "the certificate is signed by itself, so nobody vouches for it: get one from a public authority such as Let's Encrypt, or put it into the stage's `ca`")
	case unknown && len(chain) == 1:
		return core.Errorf(core.Unreachable, "missing_intermediate", "the server sends its own certificate only, without the intermediate one of %s: configure the full chain (fullchain.pem, not cert.pem)", leaf.Issuer.CommonName)
	case unknown:
		return core.Errorf(core.Unreachable, "unknown_authority", "the certificate is signed by %s, whom nobody here knows: put the authority's certificate into the stage's `ca`", leaf.Issuer.CommonName)
	}
	return judged("tls", fmt.Sprintf("the certificate is not valid (%v)", err), "have it made anew")
}
