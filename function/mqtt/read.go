package mqtt

import (
	"bufio"
	"fmt"
	"io"
)

func newReader(r io.Reader) *bufio.Reader {
	const most = 4 << 10 // of a packet there is mostly less, and larger ones go past it
	return bufio.NewReaderSize(r, most)
}

// readPacket returns the first byte of a packet and its body, of at most so many bytes.
func readPacket(r *bufio.Reader, most int) (head byte, body []byte, err error) {
	if head, err = r.ReadByte(); err != nil {
		return 0, nil, err
	}
	length := 0
	for shift := 0; ; shift += 7 {
		b, err := r.ReadByte()
		switch {
		case err != nil:
			return 0, nil, err
		case shift > 21:
			return 0, nil, fmt.Errorf("%w: a length of more than four bytes", errProtocol)
		}
		length |= int(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	if length > most {
		return 0, nil, fmt.Errorf("%w: a packet of %d bytes, more than the %d that it may send", errProtocol, length, most)
	}
	body = make([]byte, length)
	_, err = io.ReadFull(r, body)
	return head, body, err
}

// readConnAck reads the answer to CONNECT.
func (c *Client) readConnAck(r *bufio.Reader) error {
	head, body, err := readPacket(r, c.options.MaxPacket)
	switch {
	case err != nil:
		return err
	case head>>4 == disconnect:
		return parseDisconnect(body)
	case head>>4 != connAck:
		return fmt.Errorf("%w: a packet of type %d in answer to CONNECT", errProtocol, head>>4)
	}
	return parseConnAck(body)
}

// read reads packets until the connection ends.
func (c *Client) read(r *bufio.Reader) {
	for {
		head, body, err := readPacket(r, c.options.MaxPacket)
		if err == nil {
			err = c.handle(head, body)
		}
		if err != nil {
			c.end(err)
			return
		}
	}
}

// handle handles a packet. Its error ends the connection.
func (c *Client) handle(head byte, body []byte) error {
	switch head >> 4 {
	case publish:
		m, err := parsePublish(head, body)
		if err == nil && c.options.Receive != nil {
			c.options.Receive(m)
		}
		return err
	case subAck:
		r, err := parseSubAck(body)
		if err == nil {
			c.answer(r)
		}
		return err
	case pingResp:
		c.answer(reply{kind: pingResp})
		return nil
	case disconnect:
		return parseDisconnect(body)
	}
	return fmt.Errorf("%w: a packet of type %d", errProtocol, head>>4)
}

// answer passes r to the caller that waits. One that no one takes makes room for the next.
func (c *Client) answer(r reply) {
	for {
		select {
		case c.replies <- r:
			return
		default:
		}
		select {
		case <-c.replies:
		default:
		}
	}
}
