package homeassistant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/lambda"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// resolve looks up the home's name. A Lambda function outside a VPC has no way to
// an IPv6 address.
func (l *ladder) resolve(ctx context.Context, s *lambda.DiagnosisStep) error {
	host := l.url.Hostname()
	s.Tried = "looking up " + host
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	switch dns, ok := errors.AsType[*net.DNSError](err); {
	case ok && dns.IsTimeout:
		return core.Errorf(core.Unreachable, core.CauseDNS, "the name %s could not be looked up in time: see whether the servers of its domain answer", host)
	case err != nil:
		return core.Errorf(core.Unreachable, core.CauseDNS, "the name %s has no address: see whether it is spelled right and whether its DNS entry, or dynamic DNS, is up to date", host)
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
		return core.Errorf(core.Unreachable, core.CauseOnlyIPv6, "%s has an IPv6 address only, to which a Lambda function has no way: give it an IPv4 address too, by a tunnel or a proxy if the provider has none", host)
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
		return core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens at port %s: see whether Home Assistant or its proxy runs and whether the router forwards the port to it", l.port())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return core.Errorf(core.Unreachable, core.CauseTimeout, "nothing answers at port %s: a firewall drops it or the router does not forward it, or the address is no longer the home's", l.port())
	}
	return judged(core.CauseNoRoute, fmt.Sprintf("no way leads to the address (%v)", err), "see whether it is the home's")
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
		return judged(core.CauseReset, fmt.Sprintf("the second connection failed (%v)", err), "see whether a firewall limits them")
	}
	defer conn.Close()
	shown, err := security.Inspect(ctx, conn, l.url.Hostname())
	if err != nil {
		return err
	}
	s.Found = shown.String()
	if advice := shown.Advice(); len(advice) > 0 {
		s.Cause, s.Advice = "certificate_ends", append(s.Advice, advice...)
	}
	if err := shown.CheckVersion(); err != nil {
		return err
	}
	err = shown.Verify(l.settings.CA)
	if err != nil && !l.settings.VerifySSL {
		problem, _ := sentences(err)
		s.Advice = append(s.Advice, problem+", and it is not verified: anyone on the way can read the token")
		return nil
	}
	return err
}
