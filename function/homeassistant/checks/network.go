package checks

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

	"github.com/hearthgate/hearthgate/config/wire"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/security"
)

// resolve looks up the home's name. A Lambda function outside a VPC cannot reach an
// IPv6 address.
func (c *checks) resolve(ctx context.Context, s *wire.DiagnosisStep) error {
	host := c.url.Hostname()
	s.Tried = "looking up " + host
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	switch dns, ok := errors.AsType[*net.DNSError](err); {
	case err != nil && c.relayed():
		return core.Errorf(core.Unreachable, core.CauseDNS, "the relay's broker %s has no address: %s", host, fixEndpoint)
	case ok && dns.IsTimeout:
		return core.Errorf(core.Unreachable, core.CauseDNS, "the name %s could not be looked up in time: check whether the servers of its domain answer", host)
	case err != nil:
		return core.Errorf(core.Unreachable, core.CauseDNS, "the name %s has no address: check the spelling, and whether its DNS entry, or dynamic DNS, is up to date", host)
	}
	var shown []string
	for _, a := range found {
		a = a.Unmap()
		shown = append(shown, a.String())
		if a.Is4() {
			c.addresses = append(c.addresses, a)
		}
	}
	s.Found = strings.Join(shown, ", ")
	if len(c.addresses) == 0 && !slices.ContainsFunc(found, netip.Addr.IsLoopback) {
		return core.Errorf(core.Unreachable, core.CauseOnlyIPv6, "%s has only an IPv6 address, which a Lambda function cannot reach: give it an IPv4 address too, by a tunnel or a proxy if the provider has none", host)
	}
	c.addresses = append(c.addresses, found...)
	if inside := c.addresses[0]; inside.IsPrivate() || inside.IsLinkLocalUnicast() {
		s.Advice = append(s.Advice, fmt.Sprintf("%s is an address inside a home, which cannot be reached from the internet", inside))
	}
	return nil
}

func (c *checks) port() string {
	return cmp.Or(c.url.Port(), map[string]string{"http": "80"}[c.url.Scheme], "443")
}

func (c *checks) connect(ctx context.Context) (net.Conn, error) {
	const atMost = 3 * time.Second
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(c.addresses[0].String(), c.port()))
}

// dial checks whether anything listens there.
func (c *checks) dial(ctx context.Context, s *wire.DiagnosisStep) error {
	s.Tried = "connecting to port " + c.port() + " of " + c.addresses[0].String()
	conn, err := c.connect(ctx)
	switch {
	case err == nil:
		s.Found = "connected"
		return conn.Close()
	case c.relayed():
		return core.Errorf(core.Unreachable, core.CauseNoRoute, "nothing answers at port %s of the relay's broker (%w): %s", c.port(), err, fixEndpoint)
	case errors.Is(err, syscall.ECONNREFUSED):
		return core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens at port %s: check whether Home Assistant or its proxy runs and whether the router forwards the port to it", c.port())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return core.Errorf(core.Unreachable, core.CauseTimeout, "nothing answers at port %s: a firewall drops it or the router does not forward it, or the address is no longer the home's", c.port())
	}
	return verdict(core.CauseNoRoute, fmt.Sprintf("the address cannot be reached (%v)", err), "check whether it is the home's")
}

// tls checks the certificate and the version of TLS.
func (c *checks) tls(ctx context.Context, s *wire.DiagnosisStep) error {
	if c.url.Scheme == "http" {
		s.Tried, s.Found = "nothing", "the address is http"
		s.Advice = append(s.Advice, "the token is sent unencrypted: use https")
		return nil
	}
	s.Tried = "a TLS handshake as " + c.url.Hostname()
	conn, err := c.connect(ctx)
	if err != nil {
		return verdict(core.CauseReset, fmt.Sprintf("the second connection failed (%v)", err), "check whether a firewall limits connections")
	}
	defer conn.Close()
	shown, err := security.Inspect(ctx, conn, c.url.Hostname())
	if err != nil {
		return err
	}
	c.shown, s.Found = shown, shown.String()
	if advice := shown.Advice(); len(advice) > 0 {
		s.Cause, s.Advice = string(core.CauseCertificateEnds), append(s.Advice, advice...)
	}
	if err := shown.CheckVersion(); err != nil {
		return err
	}
	err = shown.Verify(c.settings.CA)
	if err != nil && !c.settings.VerifySSL {
		problem, _ := sentences(err)
		s.Advice = append(s.Advice, problem+", and it is not verified: anyone on the way can read the token")
		return nil
	}
	return err
}
