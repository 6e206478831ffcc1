// Package broker is an MQTT broker on a loopback port that behaves as AWS IoT Core does
// where a relay can notice: who may connect, subscribe, publish and receive follows from
// documents of policies; a home shows a client certificate at the port for MQTT, and the
// function's WebSocket has a signature in its address that is computed again here.
package broker

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"

	"github.com/hearthgate/hearthgate/config/relay"
)

// Options choose where in AWS the broker seems to be.
type Options struct {
	Region  string           // default: us-east-1
	Account string           // default: 123456789012
	Door    *tls.Config      // of the port for WebSockets; default: a certificate of the broker's authority
	Now     func() time.Time // the clock that signatures and the quota are compared with; default: time.Now

	MaxConnects int  // a second; others are closed; negative: none; default: any number
	ALPN        bool // homes must name relay.ALPN, as at IoT Core's port 443

	Seen func(topic string, payload []byte) // gets each message that was published and allowed; it must not wait
}

func (o Options) withDefaults() Options {
	o.Region, o.Account = cmp.Or(o.Region, "us-east-1"), cmp.Or(o.Account, "123456789012")
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// A Broker accepts connections until it is closed. It is safe for concurrent use.
type Broker struct {
	options   Options
	authority *authority
	server    *mqtt.Server
	sockets   *http.Server
	listeners [2]net.Listener // for MQTT, and for WebSockets
	going     sync.WaitGroup

	mu           sync.Mutex
	roles        map[string]*role        // guarded by mu; by access key
	certificates map[string]*Certificate // guarded by mu; by fingerprint
	rights       []Right                 // guarded by mu
	asked        map[Right]struct{}      // guarded by mu; those in rights
	second       int64                   // guarded by mu; in which connects were counted last, since 1970
	connects     int                     // guarded by mu; in that second
	visitors     map[*visitor]struct{}   // guarded by mu
	closed       bool                    // guarded by mu
}

// Start starts a broker.
func Start(o Options) (*Broker, error) {
	b := &Broker{options: o.withDefaults(), roles: map[string]*role{}, certificates: map[string]*Certificate{}, asked: map[Right]struct{}{}, visitors: map[*visitor]struct{}{}}
	var err error
	if b.authority, err = newAuthority(); err != nil {
		return nil, err
	}
	return b, b.open([2]string{"127.0.0.1:0", "127.0.0.1:0"})
}

// open starts listening at two addresses.
func (b *Broker) open(addresses [2]string) (err error) {
	for i, address := range addresses {
		if b.listeners[i], err = listen(address); err != nil {
			return err
		}
	}
	b.server = mqtt.New(&mqtt.Options{Capabilities: capabilities(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := b.server.AddHook(&hook{broker: b, server: b.server}, nil); err != nil {
		return err
	}
	if err := b.server.Serve(); err != nil {
		return err
	}
	door := b.options.Door
	if door == nil {
		door = b.authority.tls(tls.NoClientCert)
	}
	b.sockets = &http.Server{Handler: http.HandlerFunc(b.upgrade), TLSConfig: door.Clone(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	mqtts, sockets := b.listeners[0], b.sockets
	b.going.Go(func() { b.accept(mqtts) })
	b.going.Go(func() { _ = sockets.ServeTLS(b.listeners[1], "", "") }) // ends when it is closed
	return nil
}

// listen listens at an address. Another connection may have its port for a moment, where it
// was given up before.
func listen(address string) (l net.Listener, err error) {
	const patience = 10 * time.Second
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if l, err = net.Listen("tcp", address); err == nil || time.Now().After(end) {
			return l, err
		}
	}
}

// accept accepts homes.
func (b *Broker) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		b.Serve(conn)
	}
}

// Serve takes a connection as the port for homes does, such as one end of a net.Pipe. It
// reports whether that is within the quota of connects; conn is closed if it is not.
func (b *Broker) Serve(conn net.Conn) bool {
	if !b.admit() {
		conn.Close()
		return false
	}
	conf := b.authority.tls(tls.RequireAnyClientCert)
	if b.options.ALPN {
		conf.GetConfigForClient = namesALPN
	}
	server, secure := b.server, tls.Server(conn, conf)
	b.going.Go(func() {
		defer secure.Close()
		secure.SetDeadline(time.Now().Add(10 * time.Second))
		if secure.Handshake() != nil {
			return
		}
		secure.SetDeadline(time.Time{})
		if c := b.certificate(secure.ConnectionState().PeerCertificates[0]); c != nil {
			b.establish(server, "mqtts", &visitor{Conn: secure, principal: c, ended: make(chan struct{})})
		}
	})
	return true
}

// namesALPN is an error for a client that does not name the protocol of IoT Core. Its
// configuration is the one there is.
func namesALPN(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if !slices.Contains(hello.SupportedProtos, relay.ALPN) {
		return nil, errors.New("the client does not name " + relay.ALPN)
	}
	return nil, nil
}

// admit reports whether the quota of connects has room for another one.
func (b *Broker) admit() bool {
	second := b.options.Now().Unix()
	b.mu.Lock()
	defer b.mu.Unlock()
	if second != b.second {
		b.second, b.connects = second, 0
	}
	b.connects++
	return b.options.MaxConnects == 0 || b.connects <= b.options.MaxConnects
}

// establish serves a connection until it ends.
func (b *Broker) establish(server *mqtt.Server, door string, v *visitor) {
	b.mu.Lock()
	b.visitors[v] = struct{}{}
	b.mu.Unlock()
	defer close(v.ended)
	_ = server.EstablishConnection(door, v) // how a client ended is no error of the broker
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.visitors, v)
}

// A visitor is a connection of a known principal.
type visitor struct {
	net.Conn
	principal
	subscribing atomic.Bool   // a SUBSCRIBE of its is being answered
	ended       chan struct{} // closed when the connection is no longer served
}

// A principal is who is allowed something.
type principal interface {
	name() string
	policies() []*Policy
}

// Close ends all connections and stops listening. It may be called more than once.
func (b *Broker) Close() {
	b.mu.Lock()
	closed := b.closed
	b.closed = true
	b.mu.Unlock()
	if closed {
		return
	}
	b.sockets.Close()
	for _, l := range b.listeners {
		if l != nil { // it could not be opened again
			l.Close()
		}
	}
	b.mu.Lock()
	for v := range b.visitors {
		v.Close()
	}
	b.mu.Unlock()
	_ = b.server.Close()
	b.going.Wait()
}

// Restart closes the broker and starts it at the same ports. Retained messages are lost;
// certificates and credentials are not.
func (b *Broker) Restart() error {
	b.Close()
	if err := b.open([2]string{b.listeners[0].Addr().String(), b.listeners[1].Addr().String()}); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = false
	return nil
}

// Endpoint returns host and port for WebSockets, as the function's environment has them.
func (b *Broker) Endpoint() string { return "localhost:" + port(b.listeners[1]) }

// MQTT returns host and port for homes.
func (b *Broker) MQTT() (host string, number int) {
	number, _ = strconv.Atoi(port(b.listeners[0]))
	return "localhost", number
}

func port(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// Authority returns the certificate, in PEM, that signed the broker's.
func (b *Broker) Authority() string { return b.authority.pem() }

// Clients returns the ids of the clients that are connected.
func (b *Broker) Clients() (ids []string) {
	for id, cl := range b.server.Clients.GetAll() {
		if !cl.Closed() && !cl.Net.Inline {
			ids = append(ids, id)
		}
	}
	return ids
}

// Disconnect ends the connection of a client without a word, as a network would.
func (b *Broker) Disconnect(client string) {
	if cl, ok := b.server.Clients.Get(client); ok && cl.Net.Conn != nil {
		cl.Net.Conn.Close()
	}
}

// Retained returns the retained message of a topic; nil if there is none.
func (b *Broker) Retained(topic string) []byte {
	if pk, ok := b.server.Topics.Retained.Get(topic); ok {
		return pk.Payload
	}
	return nil
}

// Subscribers returns how many clients get the messages of a topic.
func (b *Broker) Subscribers(topic string) int {
	return len(b.server.Topics.Subscribers(topic).Subscriptions)
}

// certificate returns the valid certificate that a home has shown.
func (b *Broker) certificate(shown *x509.Certificate) *Certificate {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.certificates[fingerprint(shown.Raw)]; c != nil && !c.revoked {
		return c
	}
	return nil
}
