package security

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/function/core"
)

// A CertificateInput is the input of [CheckCertificate].
type CertificateInput struct {
	Host   string       `json:"host" required:"true" doc:"name or address of the server, such as home.example.org"`
	Port   int          `json:"port,omitempty" doc:"default: 443"`
	MaxAge core.Seconds `json:"max_age_seconds,omitempty" doc:"age up to which a cached result is returned; default: 0, the server is asked" unit:"s"`
}

// Check rejects an invalid host or port.
func (in CertificateInput) Check() error {
	switch {
	case in.Host == "":
		return errors.New("field host is missing")
	case len(in.Host) > 253 || strings.ContainsAny(in.Host, "/@? \t\r\n"):
		return fmt.Errorf("field host is %.100q; expected a name such as home.example.org, without a scheme or a path", in.Host)
	case strings.Contains(in.Host, ":") && net.ParseIP(in.Host) == nil:
		return fmt.Errorf("field host is %.100q; the port is a field of its own", in.Host)
	case in.Port < 0 || in.Port > 65535:
		return fmt.Errorf("field port is %d; expected 1 to 65535", in.Port)
	}
	return nil
}

func (in CertificateInput) address() (address string, port int) {
	if port = in.Port; port == 0 {
		port = 443
	}
	return net.JoinHostPort(in.Host, strconv.Itoa(port)), port
}

// CacheKey returns the address and the age with it, so that no result is older than
// its caller accepts; "" without an age.
func (in CertificateInput) CacheKey() (string, time.Duration) {
	if in.Check() != nil || in.MaxAge <= 0 {
		return "", 0
	}
	address, _ := in.address()
	age := in.MaxAge.Duration()
	return fmt.Sprintf("%s for %v", strings.ToLower(address), age), age
}

// CertificateResult is the output of [CheckCertificate].
type CertificateResult struct {
	*Certificate
	OK       bool       `json:"ok" doc:"whether the function, as its connections are configured, would send a request there"`
	Verified bool       `json:"verified" doc:"whether the certificate was verified; false for a home whose settings turn verification off"`
	Cause    core.Cause `json:"cause,omitempty" doc:"why no request would be sent, in one word"`
	Problem  string     `json:"problem,omitempty" doc:"why no request would be sent, and what to do"`
	Advice   []string   `json:"advice,omitempty" doc:"what works now and should be fixed"`
}

// checksCertificates returns what checks a certificate over connections that dial makes.
func (a *Authorizer) checksCertificates(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, CertificateInput) (CertificateResult, error) {
	return func(ctx context.Context, in CertificateInput) (CertificateResult, error) {
		return a.checkCertificate(ctx, in, dial)
	}
}

func (a *Authorizer) checkCertificate(ctx context.Context, in CertificateInput, dial func(ctx context.Context, network, address string) (net.Conn, error)) (CertificateResult, error) {
	const timeout = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	address, port := in.address()
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return CertificateResult{}, core.Errorf(core.Unreachable, core.CauseNoConnection, "%s does not answer at port %d: check the name and the port (%w)", in.Host, port, err)
	}
	defer conn.Close()
	c, err := Inspect(ctx, conn, in.Host)
	if err != nil {
		return CertificateResult{}, err
	}
	r := CertificateResult{Certificate: c, OK: true, Advice: c.Advice()}
	r.Verified, err = a.opts.Verify(in.Host, port, c.chain)
	if err = errors.Join(c.CheckVersion(), c.explain(err)); err != nil {
		r.OK, r.Cause, r.Problem = false, core.CauseOf(err), err.Error()
	}
	if !r.Verified {
		r.Advice = append(r.Advice, "nothing is verified, because of "+config.EnvVerifySSL+": anyone on the way can pose as the home and read the token")
	}
	return r, nil
}
