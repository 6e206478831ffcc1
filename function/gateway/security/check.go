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
	Host string `json:"host" required:"true" doc:"name or address of the server, such as home.example.org"`
	Port int    `json:"port,omitempty" doc:"default: 443"`
}

// Check refuses what is no host, and no port.
func (in CertificateInput) Check() error {
	switch {
	case in.Host == "":
		return errors.New("field host is missing")
	case len(in.Host) > 253 || strings.ContainsAny(in.Host, "/@? \t\r\n"):
		return fmt.Errorf("field host is %.100q; a name such as home.example.org is wanted, without a scheme or a path", in.Host)
	case strings.Contains(in.Host, ":") && net.ParseIP(in.Host) == nil:
		return fmt.Errorf("field host is %.100q; the port is a field of its own", in.Host)
	case in.Port < 0 || in.Port > 65535:
		return fmt.Errorf("field port is %d; 1 to 65535 is wanted", in.Port)
	}
	return nil
}

// CertificateFacts is what [CheckCertificate] found.
type CertificateFacts struct {
	*Certificate
	OK       bool       `json:"ok" doc:"whether the function, as its connections are configured, would send a request there"`
	Verified bool       `json:"verified" doc:"whether the certificate counted; false for a home that is believed whatever it shows"`
	Cause    core.Cause `json:"cause,omitempty" doc:"why it would not, in one word"`
	Problem  string     `json:"problem,omitempty" doc:"why it would not, and what to do"`
	Advice   []string   `json:"advice,omitempty" doc:"what works and should not stay so"`
}

func (k *Keeper) checkCertificate(ctx context.Context, in CertificateInput) (CertificateFacts, error) {
	const atMost = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	port := in.Port
	if port == 0 {
		port = 443
	}
	conn, err := k.opts.Dial(ctx, "tcp", net.JoinHostPort(in.Host, strconv.Itoa(port)))
	if err != nil {
		return CertificateFacts{}, core.Errorf(core.Unreachable, core.CauseNoConnection, "%s does not answer at port %d: see whether the name and the port are right (%w)", in.Host, port, err)
	}
	defer conn.Close()
	c, err := Inspect(ctx, conn, in.Host)
	if err != nil {
		return CertificateFacts{}, err
	}
	f := CertificateFacts{Certificate: c, OK: true, Advice: c.Advice()}
	f.Verified, err = k.opts.Verify(in.Host, port, c.chain)
	if err = errors.Join(c.CheckVersion(), c.explain(err)); err != nil {
		f.OK, f.Cause, f.Problem = false, core.CauseOf(err), err.Error()
	}
	if !f.Verified {
		f.Advice = append(f.Advice, "nothing is verified, as "+config.EnvVerifySSL+" says: anyone on the way can pose as the home and read the token")
	}
	return f, nil
}
