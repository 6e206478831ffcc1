package security

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// expirySoon is when a certificate is worth a word before it is a failure.
const expirySoon = 14 * 24 * time.Hour

// A Verdict is an error in two halves, of which the first may hold a foreign text.
type Verdict struct {
	Problem string // what happened
	Mend    string // what to do about it
}

func (v Verdict) Error() string { return v.Problem + ": " + v.Mend }

func judged(cause core.Cause, problem, mend string, args ...any) error {
	return &core.Error{Kind: core.Unreachable, Cause: cause, Err: Verdict{fmt.Sprintf(problem, args...), mend}}
}

// A Certificate is what a server showed in a TLS handshake.
type Certificate struct {
	Host     string    `json:"host" doc:"whose it should be"`
	Names    []string  `json:"names" doc:"that it is for"`
	Issuer   string    `json:"issuer" doc:"who signed it"`
	From     time.Time `json:"from" doc:"when it begins to be good"`
	Until    time.Time `json:"until" doc:"when it ends"`
	DaysLeft int       `json:"days_left" doc:"until it ends; negative if it has ended" unit:"d"`
	TLS      string    `json:"tls" doc:"version that was spoken, such as TLS 1.3"`
	Chain    []string  `json:"chain" doc:"whom each certificate that was sent is for, the server's own first"`

	version uint16
	chain   []*x509.Certificate
}

// Inspect returns the certificate that is shown at the other end of a connection,
// whatever it is: nothing secret is sent. Its errors say why there is none to see.
func Inspect(ctx context.Context, conn net.Conn, host string) (*Certificate, error) {
	client := tls.Client(conn, &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10})
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, handshakeError(err)
	}
	state := client.ConnectionState()
	leaf := state.PeerCertificates[0]
	c := &Certificate{
		Host: host, Names: append([]string{}, leaf.DNSNames...), Issuer: nameOf(leaf.Issuer.CommonName, leaf.Issuer.Organization),
		From: leaf.NotBefore, Until: leaf.NotAfter, DaysLeft: days(time.Until(leaf.NotAfter)),
		TLS: tls.VersionName(state.Version), version: state.Version, chain: state.PeerCertificates,
	}
	for _, ip := range leaf.IPAddresses {
		c.Names = append(c.Names, ip.String())
	}
	for _, link := range state.PeerCertificates {
		c.Chain = append(c.Chain, nameOf(link.Subject.CommonName, append(link.DNSNames, link.Subject.Organization...)))
	}
	return c, nil
}

// days returns the whole days of d, downwards.
func days(d time.Duration) int {
	const day = 24 * time.Hour
	if d < 0 {
		return -int((-d + day - 1) / day)
	}
	return int(d / day)
}

func nameOf(common string, others []string) string {
	if common == "" && len(others) > 0 {
		return others[0]
	}
	return common
}

func handshakeError(err error) error {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return core.Errorf(core.Unreachable, core.CauseNoTLS, "the server does not speak TLS at that port: write http instead of https only for a test, and else give the port of the proxy that has the certificate")
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return judged(core.CauseTLS, "the server refused the handshake (%v)", "see whether it knows the name in the address, and whether it asks for a client's certificate", alert)
	}
	return judged(core.CauseTLS, "the handshake broke (%v)", "see what listens at that port", err)
}

// String returns what there is to see at one look.
func (c *Certificate) String() string {
	return fmt.Sprintf("%s, a certificate for %s by %s, good for %d days", c.TLS, strings.Join(c.Names, ", "), c.Issuer, c.DaysLeft)
}

// Advice returns what works and should not stay so.
func (c *Certificate) Advice() []string {
	if left := time.Until(c.Until); left <= 0 || left >= expirySoon {
		return nil
	}
	return []string{fmt.Sprintf("the certificate ends in %d days: see why it was not renewed", c.DaysLeft)}
}

// CheckVersion says what is wrong with the version of TLS that was spoken.
func (c *Certificate) CheckVersion() error {
	if c.version < tls.VersionTLS12 {
		return core.Errorf(core.Unreachable, core.CauseTLSVersion, "the server speaks %s only: have it speak TLS 1.2 or newer", c.TLS)
	}
	return nil
}

// Verify says what is wrong with the chain of certificates, which is to lead to one
// of those in roots, in PEM; default: one that the system trusts.
func (c *Certificate) Verify(roots string) error {
	var pool *x509.CertPool
	if roots != "" {
		pool = x509.NewCertPool()
		pool.AppendCertsFromPEM([]byte(roots))
	}
	return c.explain(verify(c.Host, c.chain, pool))
}

// verify looks whether a chain is for a host and leads to one of the roots; nil
// stands for those of the system.
func verify(host string, chain []*x509.Certificate, roots *x509.CertPool) error {
	o := x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: x509.NewCertPool()}
	for _, link := range chain[1:] {
		o.Intermediates.AddCert(link)
	}
	_, err := chain[0].Verify(o)
	return err
}

// explain returns what somebody who verified the chain found as a sentence, with what
// to do about it.
func (c *Certificate) explain(err error) error {
	leaf := c.chain[0]
	_, explained := errors.AsType[*core.Error](err)
	_, name := errors.AsType[x509.HostnameError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	invalid, _ := errors.AsType[x509.CertificateInvalidError](err)
	switch self := leaf.Issuer.String() == leaf.Subject.String(); {
	case err == nil, explained:
		return err
	case name:
		return core.Errorf(core.Unreachable, core.CauseWrongHost, "the certificate is for %s, not for %s: use the name that it is for, or have one made for this name", cmp.Or(strings.Join(c.Names, ", "), "no name at all"), c.Host)
	case invalid.Reason == x509.Expired && time.Now().Before(leaf.NotBefore):
		return core.Errorf(core.Unreachable, core.CauseNotYetValid, "the certificate is good from %s on only: look at the clock of the server that made it", leaf.NotBefore.Format(time.DateOnly))
	case invalid.Reason == x509.Expired:
		return core.Errorf(core.Unreachable, core.CauseExpiredCertificate, "the certificate ended on %s: renew it, and see why that did not happen by itself", leaf.NotAfter.Format(time.DateOnly))
	case unknown && self:
		return core.Errorf(core.Unreachable, core.CauseSelfSigned, "the certificate is signed by itself, so nobody vouches for it: get one from a public authority such as Let's Encrypt, or put it into the stage's `ca`")
	case unknown && len(c.chain) == 1:
		return core.Errorf(core.Unreachable, core.CauseMissingIntermediate, "the server sends its own certificate only, without the intermediate one of %s: configure the full chain (fullchain.pem, not cert.pem)", c.Issuer)
	case unknown:
		return core.Errorf(core.Unreachable, core.CauseUnknownAuthority, "the certificate is signed by %s, whom nobody here knows: put the authority's certificate into the stage's `ca`", c.Issuer)
	}
	return judged(core.CauseTLS, "the certificate is not valid (%v)", "have it made anew", err)
}
