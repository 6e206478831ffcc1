package security

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
)

// expirySoon is the time before the expiry in which there is advice.
const expirySoon = 14 * 24 * time.Hour

// A Verdict is an error in two parts, so that foreign text with a colon in the first
// cannot be taken for the second.
type Verdict struct {
	Problem string // what happened and why
	Fix     string // what to do
}

func (v Verdict) Error() string { return v.Problem + ": " + v.Fix }

func tlsError(fix, problem string, args ...any) error {
	return &core.Error{Kind: core.Unreachable, Cause: core.CauseTLS, Err: Verdict{fmt.Sprintf(problem, args...), fix}}
}

// A Certificate is what a server presented in a TLS handshake.
type Certificate struct {
	Host     string    `json:"host" doc:"expected name"`
	Names    []string  `json:"names" doc:"names that it is valid for"`
	Issuer   string    `json:"issuer" doc:"signer"`
	From     time.Time `json:"from" doc:"start of its validity"`
	Until    time.Time `json:"until" doc:"end of its validity"`
	DaysLeft int       `json:"days_left" doc:"whole days until it expires; negative if it has expired" unit:"d"`
	TLS      string    `json:"tls" doc:"negotiated version, such as TLS 1.3"`
	Chain    []string  `json:"chain" doc:"subject of each certificate that was sent, the server's own first"`

	Asks bool `json:"asks_for_client_certificate,omitempty" doc:"the server asked for a client certificate"`

	version uint16
	chain   []*x509.Certificate
}

// Inspect performs a TLS handshake on conn and returns the certificate of the server,
// valid or not; it sends nothing else. Its errors are of kind Unreachable and say why
// there was no handshake and what to do.
func Inspect(ctx context.Context, conn net.Conn, host string) (*Certificate, error) {
	var state tls.ConnectionState
	asked := false // for a certificate of ours, without which some servers end the handshake
	client := tls.Client(conn, &tls.Config{
		ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10,
		VerifyConnection: func(s tls.ConnectionState) error { state = s; return nil },
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return new(tls.Certificate), nil
		},
	})
	if err := client.HandshakeContext(ctx); err != nil && !(asked && len(state.PeerCertificates) > 0) {
		return nil, handshakeError(err)
	}
	leaf := state.PeerCertificates[0]
	c := &Certificate{
		Host: host, Names: append([]string{}, leaf.DNSNames...), Issuer: nameOf(leaf.Issuer.CommonName, leaf.Issuer.Organization),
		From: leaf.NotBefore, Until: leaf.NotAfter, DaysLeft: days(time.Until(leaf.NotAfter)),
		TLS: tls.VersionName(state.Version), version: state.Version, chain: state.PeerCertificates,
	}
	c.Asks = asked
	for _, ip := range leaf.IPAddresses {
		c.Names = append(c.Names, ip.String())
	}
	for _, link := range state.PeerCertificates {
		c.Chain = append(c.Chain, nameOf(link.Subject.CommonName, append(link.DNSNames, link.Subject.Organization...)))
	}
	return c, nil
}

// Keys returns the base64 of the SHA-256 of the public key of each certificate that was
// sent, the server's own first, as they are pinned.
func (c *Certificate) Keys() (keys []string) {
	for _, link := range c.chain {
		sum := sha256.Sum256(link.RawSubjectPublicKeyInfo)
		keys = append(keys, base64.StdEncoding.EncodeToString(sum[:]))
	}
	return keys
}

// days returns the whole days of d, rounded down.
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
		return core.Errorf(core.Unreachable, core.CauseNoTLS, "the server does not speak TLS at that port: give the port of the proxy that has the certificate, or, only for a test, write http instead of https")
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return tlsError("check whether it knows the name in the address, and whether it requires a client certificate", "the server rejected the handshake (%v)", alert)
	}
	return tlsError("check what listens at that port", "the handshake failed (%v)", err)
}

// String returns a summary in one line.
func (c *Certificate) String() string {
	text := fmt.Sprintf("%s, a certificate for %s by %s, valid for %d days", c.TLS, strings.Join(c.Names, ", "), c.Issuer, c.DaysLeft)
	if c.Asks {
		text += "; it asks for a client certificate"
	}
	return text
}

// Advice returns what works now and should be fixed.
func (c *Certificate) Advice() []string {
	if left := time.Until(c.Until); left <= 0 || left >= expirySoon {
		return nil
	}
	return []string{fmt.Sprintf("the certificate expires in %d days: check why it was not renewed", c.DaysLeft)}
}

// CheckVersion returns an error of kind Unreachable if the TLS version is too old.
func (c *Certificate) CheckVersion() error {
	if c.version < tls.VersionTLS12 {
		return core.Errorf(core.Unreachable, core.CauseTLSVersion, "the server offers only %s: enable TLS 1.2 or newer on it", c.TLS)
	}
	return nil
}

// Verify returns an error of kind Unreachable, with what to do, unless the chain leads
// to one of the authorities in roots, in PEM; "" stands for those of the system.
func (c *Certificate) Verify(roots string) error {
	var pool *x509.CertPool
	if roots != "" {
		pool = x509.NewCertPool()
		pool.AppendCertsFromPEM([]byte(roots))
	}
	return c.explain(verify(c.Host, c.chain, pool))
}

// verify returns an error unless a chain is valid for a host and leads to one of the
// roots; nil stands for those of the system.
func verify(host string, chain []*x509.Certificate, roots *x509.CertPool) error {
	o := x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: x509.NewCertPool()}
	for _, link := range chain[1:] {
		o.Intermediates.AddCert(link)
	}
	_, err := chain[0].Verify(o)
	return err
}

// explain returns the error of a verification as a sentence with what to do.
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
		return core.Errorf(core.Unreachable, core.CauseWrongHost, "the certificate is for %s, not for %s: use the name that it is for, or issue one for this name", cmp.Or(strings.Join(c.Names, ", "), "no name at all"), c.Host)
	case invalid.Reason == x509.Expired && time.Now().Before(leaf.NotBefore):
		return core.Errorf(core.Unreachable, core.CauseNotYetValid, "the certificate is not valid before %s: check the clock of the server that issued it", leaf.NotBefore.Format(time.DateOnly))
	case invalid.Reason == x509.Expired:
		return core.Errorf(core.Unreachable, core.CauseExpiredCertificate, "the certificate expired on %s: renew it, and check why that did not happen automatically", leaf.NotAfter.Format(time.DateOnly))
	case unknown && self:
		return core.Errorf(core.Unreachable, core.CauseSelfSigned, "the certificate is self-signed, so no authority confirms it: get one from a public authority such as Let's Encrypt, or put it into the stage's `ca`")
	case unknown && len(c.chain) == 1:
		return core.Errorf(core.Unreachable, core.CauseMissingIntermediate, "the server sends its own certificate only, without the intermediate certificate of %s: configure the full chain (fullchain.pem, not cert.pem)", c.Issuer)
	case unknown:
		return core.Errorf(core.Unreachable, core.CauseUnknownAuthority, "the certificate is signed by %s, an unknown authority: put the authority's certificate into the stage's `ca`", c.Issuer)
	}
	return tlsError("issue it again", "the certificate is not valid (%v)", err)
}
