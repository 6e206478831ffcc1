// Package mqtt is a client of MQTT 5 for short messages that are worth nothing late: it
// knows a quality of service of 0, a clean start and no session. It speaks over any
// connection; [WebSocket] makes one of an HTTP connection.
package mqtt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// A Message is what is published to a topic.
type Message struct {
	Topic         string
	Payload       []byte
	ResponseTopic string        // default: none
	Correlation   []byte        // returned with the response; default: none
	Expiry        time.Duration // how long it is worth delivering, in whole seconds; default: for ever
}

// Options say how to connect.
type Options struct {
	ClientID  string
	KeepAlive time.Duration // between two packets of the client, in whole seconds; the caller sees to it
	MaxPacket int           // bytes of a packet that is accepted; default: 256 KiB
	Receive   func(Message) // gets the messages, one at a time; it must not wait
}

// ErrClosed is the error of a client that was closed.
var ErrClosed = errors.New("the MQTT client was closed")

// A Refusal is a broker's reason not to do something, or to end the connection.
type Refusal struct {
	What string // CONNECT, SUBSCRIBE or the connection
	Code byte   // of MQTT 5
	Text string // of the broker; mostly ""
}

// Reasons of a broker.
const (
	NotAuthorized = 0x87
	TakenOver     = 0x8e // another client has connected with the same id
)

func (r *Refusal) Error() string {
	return fmt.Sprintf("the broker refused %s with reason %d %.200s", r.What, r.Code, r.Text)
}

// A Client is a connection to a broker. It is safe for concurrent use.
type Client struct {
	conn    net.Conn
	options Options

	writing sync.Mutex
	asking  sync.Mutex // one SUBSCRIBE or PINGREQ at a time
	replies chan reply
	done    chan struct{} // closed when the connection has ended
	ending  sync.Once
	err     error // why it ended; set before done is closed
}

// Connect introduces the client to the broker at the other end of conn, which the client
// owns from then on, even if this fails. The context limits the introduction alone.
func Connect(ctx context.Context, conn net.Conn, o Options) (*Client, error) {
	if o.MaxPacket == 0 {
		o.MaxPacket = 256 << 10
	}
	c := &Client{conn: conn, options: o, replies: make(chan reply, 1), done: make(chan struct{})}
	defer limit(ctx, conn)()
	err := c.write(connectPacket(o))
	if err == nil {
		r := newReader(conn)
		if err = c.readConnAck(r); err == nil {
			go c.read(r)
			return c, nil
		}
	}
	conn.Close()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return nil, err
}

// limit ends what goes on over conn when ctx ends. The function that it returns must be
// called when that is over.
func limit(ctx context.Context, conn net.Conn) (end func()) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if stop() {
			return
		}
		<-ctx.Done()
		conn.Close() // its deadline has passed, or is about to
	}
}

// Subscribe asks for the messages of topics, at most eight. It returns when the broker
// has agreed to all of them.
func (c *Client) Subscribe(ctx context.Context, topics ...string) error {
	const id = 1 // one at a time
	r, err := c.ask(ctx, subscribePacket(id, topics), subAck)
	switch {
	case err != nil:
		return err
	case r.id != id || len(r.codes) != len(topics):
		return fmt.Errorf("%w: a SUBACK of another SUBSCRIBE", errProtocol)
	}
	for _, code := range r.codes {
		if code >= 0x80 {
			return &Refusal{What: "SUBSCRIBE", Code: code, Text: r.text}
		}
	}
	return nil
}

// Ping returns when the broker has answered: all that it has sent before has been received
// then.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.ask(ctx, []byte{pingReq << 4, 0}, pingResp)
	return err
}

// A reply answers a SUBSCRIBE or a PINGREQ.
type reply struct {
	kind  byte
	id    uint16
	codes []byte
	text  string
}

// ask writes a packet and waits for the reply of a kind.
func (c *Client) ask(ctx context.Context, packet []byte, kind byte) (reply, error) {
	c.asking.Lock()
	defer c.asking.Unlock()
	if err := c.write(packet); err != nil {
		return reply{}, err
	}
	for {
		select {
		case r := <-c.replies:
			if r.kind == kind {
				return r, nil
			} // else of a caller that no longer waits
		case <-c.done:
			return reply{}, c.err
		case <-ctx.Done():
			return reply{}, ctx.Err()
		}
	}
}

// Publish writes m. Whether it arrives anywhere is not known. If the error is that of a
// connection that had ended before, nothing was written: [Client.Done] was closed.
func (c *Client) Publish(m Message) error { return c.write(publishPacket(m)) }

// write writes a packet. A connection that takes no byte for some seconds is given up.
func (c *Client) write(packet []byte) error {
	const atMost = 4 * time.Second
	c.writing.Lock()
	defer c.writing.Unlock()
	select {
	case <-c.done:
		return c.err
	default:
	}
	watch := time.AfterFunc(atMost, func() { c.conn.Close() })
	_, err := c.conn.Write(packet)
	watch.Stop()
	if err != nil {
		c.end(err)
	}
	return err
}

// Done returns a channel that is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the connection ended; nil while it has not.
func (c *Client) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Close says goodbye to the broker and ends the connection.
func (c *Client) Close() {
	_ = c.write([]byte{disconnect << 4, 0}) // the broker notices without it, too
	c.end(ErrClosed)
}

// end ends the connection for a reason.
func (c *Client) end(why error) {
	c.ending.Do(func() {
		c.err = why
		close(c.done)
		c.conn.Close()
	})
}
