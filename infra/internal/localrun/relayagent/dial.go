package relayagent

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/hearthgate/hearthgate/config/relay"
)

// dial connects to the broker with TLS: at the port of the pairing, or at the first of
// [relay.Ports] that can be reached.
func (a *Agent) dial(ctx context.Context) (net.Conn, error) {
	p := a.options.Pairing
	key, err := x509.ParsePKCS8PrivateKey(a.options.Key)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(p.Authority))
	chain, err := leaf(p.Certificate)
	if err != nil {
		return nil, err
	}
	a.certificate = fmt.Sprintf("%x", sha256.Sum256(chain[0]))
	conf := &tls.Config{
		ServerName: p.Endpoint, RootCAs: roots, MinVersion: tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: chain, PrivateKey: key}},
	}
	ports := relay.Ports[:]
	if p.Port != 0 {
		ports = []int{p.Port}
	}
	for _, port := range ports {
		var conn net.Conn
		if conn, err = a.dialPort(ctx, conf.Clone(), port); err == nil {
			return conn, nil
		}
		if ctx.Err() != nil || !unreachable(err) {
			break
		}
	}
	return nil, err
}

// dialPort connects to a port of the broker.
func (a *Agent) dialPort(ctx context.Context, conf *tls.Config, port int) (net.Conn, error) {
	if port == relay.ALPNPort {
		conf.NextProtos = []string{relay.ALPN}
	}
	address := net.JoinHostPort(a.options.Pairing.Endpoint, strconv.Itoa(port))
	var raw net.Conn
	var err error
	if a.options.Dial != nil {
		raw, err = a.options.Dial(address)
	} else {
		raw, err = new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, conf)
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// unreachable reports whether err says that no broker was reached, so that another port may
// lead to one: not if one has refused the connection, or another server answers.
func unreachable(err error) bool {
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		return false
	}
	op, ok := errors.AsType[*net.OpError](err)
	return !ok || op.Op != "remote error" // an alert of the broker
}
