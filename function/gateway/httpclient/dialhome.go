package httpclient

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/url"

	"github.com/hearthgate/hearthgate/function/core"
)

// DialHome connects to a host, verifies its certificate as a request to it would, and
// returns the connection, for a protocol that is not HTTP. host has a port where that is
// not 443. Its errors are those of [MakeRequest].
func (c *Client) DialHome(ctx context.Context, host string) (net.Conn, error) {
	u, err := url.Parse("https://" + host)
	if err != nil || u.Host != host || u.Hostname() == "" {
		return nil, core.Errorf(core.Invalid, core.CauseBadRequest, "%.80q is not the name of a host to connect to", host)
	}
	address := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443"))
	for pool := c.current().transports(u); ; {
		t := pool.current()
		reached := dialling
		conn, err := connectTLS(ctx, &reached, func(ctx context.Context) (net.Conn, error) {
			if t.DialTLSContext != nil { // trusts the embedded authorities
				return t.DialTLSContext(ctx, "tcp", address)
			}
			raw, err := c.dial(ctx, "tcp", address)
			if err != nil {
				return nil, err
			}
			conf := t.TLSClientConfig.Clone()
			conf.ServerName = u.Hostname()
			return tls.Client(raw, conf), nil
		})
		if err == nil {
			c.counts.record(nil)
			connOf(conn).acquire(true) // in use until it is closed
			return conn, nil
		}
		if !pool.fallBackToSystemRoots(t, err) {
			err := classify(ctx, reached, err)
			c.counts.record(err)
			return nil, err
		}
	}
}

// connectTLS makes a connection and completes its handshake.
func connectTLS(ctx context.Context, reached *phase, dial func(context.Context) (net.Conn, error)) (net.Conn, error) {
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	*reached = tlsHandshake
	if err := conn.(*tls.Conn).HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// PeerClosed reports whether the far side has closed or reset a connection of
// [Client.DialHome], which may run over it: see the package comment.
func PeerClosed(c net.Conn) bool {
	own := connOf(c)
	return own != nil && peerClosed(own.Conn)
}
