package mqtt

import (
	"encoding/binary"
	"errors"
	"time"
)

// errProtocol is the error of a broker that does not speak MQTT 5 as this client asked.
var errProtocol = errors.New("the broker does not speak MQTT 5")

// A cursor reads the fields of a packet. After a field that is not there it returns zero
// values and remembers that.
type cursor struct {
	rest  []byte
	short bool
}

func (c *cursor) bytes(n int) []byte {
	if n > len(c.rest) {
		c.rest, c.short = nil, true
		return nil
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) byte() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) uint16() uint16 {
	if b := c.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) text() []byte { return c.bytes(int(c.uint16())) }

// varint reads a number of at most four bytes.
func (c *cursor) varint() int {
	n, size := binary.Uvarint(c.rest)
	if size < 1 || size > 4 {
		c.rest, c.short = nil, true
		return 0
	}
	c.rest = c.rest[size:]
	return int(n)
}

// The properties that this client uses, of a packet that has them.
type properties struct {
	message Message
	reason  string
}

// properties reads all properties. One that MQTT 5 does not have cannot be skipped, as its
// length is not known.
func (c *cursor) properties() (p properties) {
	in := cursor{rest: c.bytes(c.varint())}
	for len(in.rest) > 0 {
		switch id := in.byte(); id {
		case messageExpiry:
			if b := in.bytes(4); b != nil {
				p.message.Expiry = time.Duration(binary.BigEndian.Uint32(b)) * time.Second
			}
		case responseTopic:
			p.message.ResponseTopic = string(in.text())
		case correlationData:
			p.message.Correlation = in.text()
		case reasonString:
			p.reason = string(in.text())
		case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a:
			in.byte()
		case 0x13, 0x21, 0x22, 0x23:
			in.uint16()
		case 0x11, 0x18, maxPacketSize:
			in.bytes(4)
		case 0x0b:
			in.varint()
		case 0x03, 0x12, 0x15, 0x16, 0x1a, 0x1c:
			in.text()
		case 0x26:
			in.text()
			in.text()
		default:
			in.short = true
		}
		if in.short {
			c.short = true
			return p
		}
	}
	return p
}

// parseConnAck returns the reason with which a broker accepts the client: nil.
func parseConnAck(b []byte) error {
	c := cursor{rest: b}
	c.byte() // whether there was a session: there is none
	code := c.byte()
	p := c.properties()
	switch {
	case code != 0:
		return &Refusal{What: "CONNECT", Code: code, Text: p.reason}
	case c.short:
		return errProtocol
	}
	return nil
}

// parsePublish reads a message. Its parts are parts of b.
func parsePublish(head byte, b []byte) (Message, error) {
	c := cursor{rest: b}
	topic := string(c.text())
	m := c.properties().message
	m.Topic, m.Payload = topic, c.rest
	if quality := head >> 1 & 3; quality != 0 || c.short || topic == "" {
		return Message{}, errProtocol
	}
	return m, nil
}

func parseSubAck(b []byte) (reply, error) {
	c := cursor{rest: b}
	r := reply{kind: subAck, id: c.uint16()}
	r.text = c.properties().reason
	r.codes = c.rest
	if c.short {
		return reply{}, errProtocol
	}
	return r, nil
}

// parseDisconnect returns why the broker ends the connection.
func parseDisconnect(b []byte) error {
	r := &Refusal{What: "the connection"}
	if len(b) > 0 {
		c := cursor{rest: b[1:]}
		r.Code = b[0]
		if len(c.rest) > 0 {
			r.Text = c.properties().reason
		}
	}
	return r
}
