package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"sync/atomic"

	"github.com/hearthgate/hearthgate/function/core"
)

// A sender sends for one kind of caller: the program, or a person by name.
type sender struct {
	*Client
	byName bool
}

// slot returns where the configuration in effect is.
func (s sender) slot() *atomic.Pointer[clientConfig] {
	if s.byName {
		return &s.named
	}
	return &s.active
}

// current returns the configuration in effect.
func (s sender) current() *clientConfig {
	slot := s.slot()
	if cc := slot.Load(); cc != nil {
		return cc
	}
	slot.CompareAndSwap(nil, s.newClientConfig(Config{}, nil))
	return slot.Load()
}

// check rejects a request by name to what is not a public https address. Its host is
// checked again when it is resolved.
func (s sender) check(u *url.URL) error {
	if !s.byName || !s.PublicOnly || u.Scheme == "https" {
		return nil
	}
	return core.Errorf(core.Forbidden, core.CauseNotAllowed, "by its name, the operation sends requests of a deployed function to public https addresses only: write https")
}

// errNotPublic is the error of a host that is not public.
var errNotPublic = errors.New("by its name, the operation sends requests of a deployed function to public addresses only, and this host has another")

// DialPublic connects to a host for an operation by name: with [Client.PublicOnly] only
// if all of its addresses are public. It connects to the address that it checked.
func (c *Client) DialPublic(ctx context.Context, network, address string) (net.Conn, error) {
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	if !c.PublicOnly {
		return dial(ctx, network, address)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	for _, a := range addresses {
		if !public(a) {
			return nil, errNotPublic
		}
	}
	var conn net.Conn
	for _, a := range addresses {
		if conn, err = dial(ctx, network, net.JoinHostPort(a.Unmap().String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// reserved are the addresses that netip does not name and that are not public: shared
// by a provider, of this network, of protocols, for documentation and benchmarks, and
// those in which an IPv4 address may hide.
var reserved = func() (all []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// public reports whether an address is one of the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
