package mqtt

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// A HandshakeError is an answer of a server that does not switch to a WebSocket.
type HandshakeError struct{ Status int }

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("the server answered %d where it should switch to a WebSocket", e.Status)
}

// errWebSocket is the error of a server that breaks the rules of WebSockets.
var errWebSocket = errors.New("the server does not speak the WebSocket protocol")

// WebSocket makes a connection to an HTTP server one that carries MQTT (RFC 6455), which
// owns conn from then on, even if this fails. The target has path and query. The context
// limits the handshake alone.
func WebSocket(ctx context.Context, conn net.Conn, host, target string) (net.Conn, error) {
	w := &webSocket{Conn: conn, r: newReader(conn)}
	defer limit(ctx, conn)()
	if err := w.shakeHands(host, target); err != nil {
		conn.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	return w, nil
}

// A webSocket is a connection whose bytes are those of binary messages. What is written at
// once is one message; where messages begin does not matter to who reads.
type webSocket struct {
	net.Conn
	r       *bufio.Reader
	left    uint64 // bytes of the frame that is being read
	writing sync.Mutex
}

func (w *webSocket) shakeHands(host, target string) error {
	var random [16]byte
	_, _ = rand.Read(random[:]) // does not fail
	key := base64.StdEncoding.EncodeToString(random[:])
	if _, err := fmt.Fprintf(w.Conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: %s\r\n\r\n", target, host, key); err != nil {
		return err
	}
	const most = 64 << 10 // bytes of a header
	limited := io.LimitedReader{R: w.r, N: most}
	res, err := http.ReadResponse(bufio.NewReaderSize(oneByOne{&limited}, 16), &http.Request{Method: http.MethodGet})
	if err != nil {
		return err
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // as RFC 6455 has it
	switch {
	case res.StatusCode != http.StatusSwitchingProtocols:
		return &HandshakeError{res.StatusCode}
	case !strings.EqualFold(res.Header.Get("Upgrade"), "websocket"),
		res.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]):
		return errWebSocket
	case res.Header.Get("Sec-WebSocket-Protocol") != "mqtt":
		return fmt.Errorf("%w for MQTT", errWebSocket)
	}
	return nil
}

// oneByOne reads one byte at a time, so that nothing behind the header is read with it.
type oneByOne struct{ io.Reader }

func (o oneByOne) Read(p []byte) (int, error) { return o.Reader.Read(p[:min(len(p), 1)]) }

// Kinds of frames.
const (
	continued = 0
	binaryOne = 2
	closing   = 8
	ping      = 9
	pong      = 10

	last   = 0x80 // of a message
	masked = 0x80 // as all of a client are, and none of a server
)

// Read reads bytes of messages, and answers what the server asks in between.
func (w *webSocket) Read(p []byte) (int, error) {
	for w.left == 0 {
		if err := w.nextFrame(); err != nil {
			return 0, err
		}
	}
	n, err := w.r.Read(p[:min(uint64(len(p)), w.left)])
	w.left -= uint64(n)
	return n, err
}

// nextFrame reads the head of a frame, and all of one that carries no message.
func (w *webSocket) nextFrame() error {
	var head [8]byte
	if _, err := io.ReadFull(w.r, head[:2]); err != nil {
		return err
	}
	kind, length := head[0]&^last, uint64(head[1])
	switch length {
	case 126:
		if _, err := io.ReadFull(w.r, head[:2]); err != nil {
			return err
		}
		length = uint64(binary.BigEndian.Uint16(head[:2]))
	case 127:
		if _, err := io.ReadFull(w.r, head[:]); err != nil {
			return err
		}
		length = binary.BigEndian.Uint64(head[:])
	default:
		if length >= masked {
			return errWebSocket
		}
	}
	switch kind {
	case continued, binaryOne:
		w.left = length
		return nil
	case closing, ping, pong:
		return w.control(kind, length)
	}
	return errWebSocket
}

// control handles a frame that carries no message.
func (w *webSocket) control(kind byte, length uint64) error {
	var text [125]byte
	if length > uint64(len(text)) {
		return errWebSocket
	}
	if _, err := io.ReadFull(w.r, text[:length]); err != nil {
		return err
	}
	switch kind {
	case ping:
		return w.writeFrame(pong, text[:length])
	case closing:
		_ = w.writeFrame(closing, text[:min(length, 2)]) // the server may be gone
		return io.EOF
	}
	return nil
}

// Write writes a message.
func (w *webSocket) Write(p []byte) (int, error) {
	if err := w.writeFrame(binaryOne, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// writeFrame writes a frame at once: one packet of the network, and all or nothing.
func (w *webSocket) writeFrame(kind byte, p []byte) error {
	b := make([]byte, 0, len(p)+14)
	b = append(b, last|kind)
	switch {
	case len(p) < 126:
		b = append(b, masked|byte(len(p)))
	case len(p) < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(len(p)))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(len(p)))
	}
	var mask [4]byte
	_, _ = rand.Read(mask[:]) // does not fail
	b = append(b, mask[:]...)
	for i, c := range p {
		b = append(b, c^mask[i%4])
	}
	w.writing.Lock()
	defer w.writing.Unlock()
	_, err := w.Conn.Write(b)
	return err
}
