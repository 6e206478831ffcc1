// Package relayagent is a home at the far end of a relay without Home Assistant: it holds
// an outbound connection to the broker with a client certificate, and answers requests as
// the integration does.
package relayagent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/hearthgate/hearthgate/config"
	"github.com/hearthgate/hearthgate/config/relay"
)

// Options say where the home connects to and how it answers. Pairing, Key and Home are
// required.
type Options struct {
	Pairing relay.Pairing
	Key     []byte // of the certificate, PKCS #8 in DER
	Home    Home

	State     string                         // of its presence; default: online
	KeepAlive time.Duration                  // default: 30 s
	Announce  time.Duration                  // how often it repeats its presence; default: relay.AnnounceEvery
	Now       func() time.Time               // the home's clock; default: time.Now
	Dial      func(string) (net.Conn, error) // to host and port of the broker; default: TCP

	// Describe changes what the home says about itself. Default: nothing.
	Describe func(p *relay.Presence)

	// Intercept gets each request before it is handled, with the topic for its reply, and
	// returns whether it is handled as usual. Default: all are.
	Intercept func(a *Agent, r relay.Request, to string) bool
}

// SettlesAfter is how long after its connection a home announces itself again.
const SettlesAfter = time.Second

// A Home answers requests: with a status, and the body of one that is done or what is
// wrong.
type Home interface {
	Answer(ctx context.Context, r relay.Request) (status relay.Status, body json.RawMessage, problem string)
}

// An Agent is a connected home. It is safe for concurrent use.
type Agent struct {
	options Options
	client  *client
	conn    net.Conn
	topics  struct{ request, presence string }
	memory  memory
	base    lateness
	handled atomic.Int64 // requests that Home was asked
	state   atomic.Value // the change that was announced last
	ctx     context.Context
	cancel  context.CancelFunc
	working sync.WaitGroup
	done    chan struct{}

	certificate string // its id
}

// A change is when a home got a state.
type change struct {
	state string
	since time.Time
}

// Start connects a home.
func Start(ctx context.Context, o Options) (*Agent, error) {
	if o.State == "" {
		o.State = relay.Online
	}
	if o.KeepAlive == 0 {
		o.KeepAlive = 30 * time.Second
	}
	if o.Announce == 0 {
		o.Announce = relay.AnnounceEvery
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &Agent{options: o, done: make(chan struct{})}
	a.topics.request, a.topics.presence = relay.RequestTopic(o.Pairing.Stage), relay.PresenceTopic(o.Pairing.Stage)
	a.ctx, a.cancel = context.WithCancel(context.Background())
	conn, err := a.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("the home cannot reach the relay's broker: %w", err)
	}
	a.conn = conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := a.connect(); err != nil {
		a.Cut()
		return nil, fmt.Errorf("the relay's broker does not let the home in: %w", err)
	}
	return a, nil
}

// connect introduces the home, subscribes and announces it.
func (a *Agent) connect() (err error) {
	a.client, err = introduce(a.conn, packets.ConnectParams{
		ClientIdentifier: relay.HomeClient(a.options.Pairing.Stage), Keepalive: uint16(a.options.KeepAlive / time.Second),
		WillFlag: true, WillRetain: true, WillTopic: a.topics.presence, WillPayload: a.presence(relay.Offline, a.options.Now()),
	}, a.topics.request)
	if err != nil {
		return err
	}
	a.working.Go(a.read)
	a.working.Go(a.keepAlive)
	a.working.Go(a.repeat)
	return a.Announce(a.options.State)
}

// repeat announces the home again and again, first a moment later: the last will of an
// earlier connection with the same id, which this one has ended, may have come after the
// first announcement.
func (a *Agent) repeat() {
	for after := SettlesAfter; ; after = a.options.Announce {
		select {
		case <-time.After(after):
			_ = a.publishPresence() // the reader notices
		case <-a.done:
			return
		}
	}
}

// read handles packets until the connection ends.
func (a *Agent) read() {
	defer a.end()
	for {
		pk, err := a.client.read()
		switch {
		case err != nil || pk.FixedHeader.Type == packets.Disconnect:
			return
		case pk.FixedHeader.Type == packets.Publish:
			a.receive(pk)
		}
	}
}

func (a *Agent) keepAlive() {
	for {
		select {
		case <-time.After(a.options.KeepAlive):
			_ = a.client.ping() // the reader notices
		case <-a.done:
			return
		}
	}
}

// presence returns the home's presence with a state, since a time.
func (a *Agent) presence(state string, since time.Time) []byte {
	p := relay.Presence{
		State: state, Since: since.UnixMilli(), Version: config.Version(), Protocol: relay.Protocol, HomeAssistant: "none", Exposed: "all",
		Certificate: a.certificate,
	}
	if a.options.Describe != nil {
		a.options.Describe(&p)
	}
	b, _ := json.Marshal(p) // text and numbers: cannot fail
	return b
}

// Announce publishes the home's presence with a state.
func (a *Agent) Announce(state string) error {
	a.state.Store(change{state, a.options.Now()})
	return a.publishPresence()
}

func (a *Agent) publishPresence() error {
	last := a.state.Load().(change)
	return a.client.publish(a.topics.presence, a.presence(last.state, last.since), true, nil)
}

// Publish publishes anything to a topic.
func (a *Agent) Publish(topic string, payload []byte) error {
	return a.client.publish(topic, payload, false, nil)
}

// Handled returns how many requests the home was asked to carry out.
func (a *Agent) Handled() int { return int(a.handled.Load()) }

// Done returns a channel that is closed when the connection has ended.
func (a *Agent) Done() <-chan struct{} { return a.done }

// Stop says that the home is offline, and disconnects.
func (a *Agent) Stop() error {
	err := errors.Join(a.Announce(relay.Offline), a.client.disconnect())
	a.Cut()
	return err
}

// Cut ends the connection without a word, as a power failure does.
func (a *Agent) Cut() {
	a.conn.Close()
	a.end()
	a.cancel()
	a.working.Wait()
}

func (a *Agent) end() {
	a.memory.Lock()
	defer a.memory.Unlock()
	select {
	case <-a.done:
	default:
		close(a.done)
	}
}
