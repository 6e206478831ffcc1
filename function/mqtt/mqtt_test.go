package mqtt_test

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hearthgate/hearthgate/function/mqtt"
)

// A far is the other end of a connection, as the server of a WebSocket and a broker. It
// reads frame by frame what the client writes.
type far struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

// dial returns the two ends of a connection over loopback.
func dial(t *testing.T) (net.Conn, *far) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); conn.Close() })
	return near, &far{conn, t, bufio.NewReader(conn)}
}

// switchTo answers the handshake of a WebSocket with a status and these further headers;
// key has the client's key.
func (f *far) switchTo(status string, headers func(key string) string) {
	r, err := http.ReadRequest(f.r)
	if err != nil {
		f.t.Error(err)
		return
	}
	if r.Header.Get("Sec-WebSocket-Protocol") != "mqtt" || r.Header.Get("Upgrade") != "websocket" || r.URL.RequestURI() != "/mqtt?x=y" || r.Host != "broker.example:444" {
		f.t.Errorf("the handshake is %+v of %s", r.Header, r.URL)
	}
	fmt.Fprintf(f, "HTTP/1.1 %s\r\n%s\r\n", status, headers(r.Header.Get("Sec-WebSocket-Key")))
}

func accepted(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n"
}

// frame reads a frame and returns its first byte and what is in it.
func (f *far) frame() (byte, []byte) {
	var head [2]byte
	io.ReadFull(f.r, head[:])
	length := uint64(head[1] & 0x7f)
	if head[1]&0x80 == 0 {
		f.t.Error("a frame of the client is not masked")
	}
	switch length {
	case 126:
		var b [2]byte
		io.ReadFull(f.r, b[:])
		length = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		io.ReadFull(f.r, b[:])
		length = binary.BigEndian.Uint64(b[:])
	}
	var mask [4]byte
	io.ReadFull(f.r, mask[:])
	b := make([]byte, length)
	io.ReadFull(f.r, b)
	for i := range b {
		b[i] ^= mask[i%4]
	}
	return head[0], b
}

// say writes a frame of a kind.
func (f *far) say(kind byte, b string) {
	head := []byte{kind, byte(len(b))}
	if len(b) > 125 {
		head = binary.BigEndian.AppendUint16([]byte{kind, 126}, uint16(len(b)))
	}
	f.Write(append(head, b...))
}

const (
	whole   = 0x82 // a binary message
	connAck = "\x20\x03\x00\x00\x00"
)

// connected returns a client, the far end of its connection and what it receives.
func connected(t *testing.T) (*mqtt.Client, *far, <-chan mqtt.Message) {
	t.Helper()
	near, f := dial(t)
	got := make(chan mqtt.Message, 10)
	go func() {
		f.switchTo("101 Switching Protocols", accepted)
		if _, b := f.frame(); string(b) != "\x10\x17\x00\x04MQTT\x05\x02\x04\xb0\x05\x27\x00\x04\x00\x00\x00\x05me-42" {
			t.Errorf("CONNECT is %q", b)
		}
		f.say(whole, connAck)
	}()
	ws, err := mqtt.WebSocket(t.Context(), near, "broker.example:444", "/mqtt?x=y")
	if err != nil {
		t.Fatal(err)
	}
	c, err := mqtt.Connect(t.Context(), ws, mqtt.Options{ClientID: "me-42", KeepAlive: 20 * time.Minute, Receive: func(m mqtt.Message) { got <- m }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, f, got
}

func TestSubscribe(t *testing.T) {
	c, f, _ := connected(t)
	for _, tt := range []struct {
		answer string
		want   string // in the error; "" for none
	}{
		{"\x90\x05\x00\x01\x00\x00\x00", ""},
		{"\x90\x05\x00\x01\x00\x00\x87", "reason 135"},
		{"\x90\x0c\x00\x01\x07\x1f\x00\x04nope\x00\x97", "reason 151 nope"},
		{"\x90\x04\x00\x01\x00\x00", "SUBACK of another"},
		{"\x90\x05\x00\x09\x00\x00\x00", "SUBACK of another"},
	} {
		go func() {
			if _, b := f.frame(); string(b) != "\x82\x0b\x00\x01\x00\x00\x01a\x00\x00\x01b\x00" {
				t.Errorf("SUBSCRIBE is %q", b)
			}
			f.say(whole, tt.answer)
		}()
		err := c.Subscribe(t.Context(), "a", "b")
		if got := fmt.Sprint(err); (err == nil) != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%q: error %v, want %q", tt.answer, err, tt.want)
		}
	}
}

func TestPublish(t *testing.T) {
	c, f, _ := connected(t)
	for _, size := range []int{0, 100, 126, 70_000} {
		text := strings.Repeat("x", size)
		go c.Publish(mqtt.Message{Topic: "t", Payload: []byte(text), ResponseTopic: "r", Correlation: []byte("id"), Expiry: 1500 * time.Millisecond})
		kind, b := f.frame()
		want := "\x00\x01t\x0e\x02\x00\x00\x00\x02\x08\x00\x01r\x09\x00\x02id" + text
		length := binary.AppendUvarint(nil, uint64(len(want)))
		if want = "\x30" + string(length) + want; kind != whole || string(b) != want {
			t.Errorf("PUBLISH of %d bytes is %.60q, want %.60q", size, b, want)
		}
	}
}

func TestReceive(t *testing.T) {
	_, f, got := connected(t)
	const publish = "\x30\x16\x00\x01t\x0c\x02\x00\x00\x00\x05\x09\x00\x02id\x01\x00hello!"
	f.say(0x02, publish[:5]) // in three frames, with a ping in between
	f.say(0x89, "are you there")
	if kind, b := f.frame(); kind != 0x8a || string(b) != "are you there" {
		t.Errorf("the answer to a ping is %x %q", kind, b)
	}
	f.say(0x00, publish[5:9])
	f.say(0x80, publish[9:]+publish)
	for range 2 {
		m := <-got
		if m.Topic != "t" || string(m.Payload) != "hello!" || string(m.Correlation) != "id" || m.Expiry != 5*time.Second {
			t.Errorf("received %+v", m)
		}
	}
}

func TestPing(t *testing.T) {
	c, f, got := connected(t)
	go func() {
		f.frame()
		f.say(whole, "\x30\x05\x00\x01t\x00!"+"\xd0\x00")
	}()
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-got:
	default:
		t.Error("the ping was answered before what came ahead of it was received")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := c.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a ping without an answer: %v", err)
	}
	if c.Err() != nil {
		t.Errorf("it ended the connection: %v", c.Err())
	}
}

// TestEnds sees that whatever a broker does wrong ends the connection, with a reason.
func TestEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		say  func(*far)
		want string
	}{
		"closes":                    {func(f *far) { f.Close() }, "EOF"},
		"says goodbye":              {func(f *far) { f.say(0x88, "\x03\xe8bye") }, "EOF"},
		"taken over":                {func(f *far) { f.say(whole, "\xe0\x02\x8e\x00") }, "reason 142"},
		"an early end":              {func(f *far) { f.say(whole, "\x30\x7fhalf"); f.Close() }, "EOF"},
		"text":                      {func(f *far) { f.say(0x81, "text") }, "WebSocket"},
		"masked":                    {func(f *far) { f.Write([]byte{whole, 0x81, 1, 2, 3, 4, 5}) }, "WebSocket"},
		"a long ping":               {func(f *far) { f.Write([]byte{0x89, 126, 1, 0}) }, "WebSocket"},
		"a reserved bit":            {func(f *far) { f.say(0xc2, "x") }, "WebSocket"},
		"a quality of service of 1": {func(f *far) { f.say(whole, "\x32\x08\x00\x01t\x00\x01\x00hi") }, "MQTT 5"},
		"no topic":                  {func(f *far) { f.say(whole, "\x30\x04\x00\x00\x00!") }, "MQTT 5"},
		"an unknown property":       {func(f *far) { f.say(whole, "\x30\x06\x00\x01t\x01\x7f!") }, "MQTT 5"},
		"properties beyond the end": {func(f *far) { f.say(whole, "\x30\x05\x00\x01t\x7f!") }, "MQTT 5"},
		"a packet of a client":      {func(f *far) { f.say(whole, "\xc0\x00") }, "type 12"},
		"an endless length":         {func(f *far) { f.say(whole, "\x30\xff\xff\xff\xff\xff") }, "four bytes"},
		"a packet that is too long": {func(f *far) { f.say(whole, "\x30\xff\xff\xff\x7f") }, "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			c, f, got := connected(t)
			tt.say(f)
			<-c.Done()
			if err := c.Err(); !strings.Contains(err.Error(), tt.want) {
				t.Errorf("it ended with %v, want %q", err, tt.want)
			}
			if len(got) > 0 {
				t.Errorf("received %+v", <-got)
			}
			if c.Publish(mqtt.Message{Topic: "t"}) == nil || c.Subscribe(t.Context(), "t") == nil || c.Ping(t.Context()) == nil {
				t.Error("it can be used")
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		far  func(*far)
		want string
	}{
		"403":         {func(f *far) { f.switchTo("403 Forbidden", func(string) string { return "" }) }, "answered 403"},
		"another key": {func(f *far) { f.switchTo("101 x", func(string) string { return accepted("another") }) }, "WebSocket"},
		"another protocol": {func(f *far) {
			f.switchTo("101 x", func(k string) string { return strings.Replace(accepted(k), "mqtt", "chat", 1) })
		}, "for MQTT"},
		"an endless header":   {func(f *far) { f.switchTo("101 x", func(string) string { return "X: " + strings.Repeat("x", 70_000) }) }, "EOF"},
		"nothing":             {func(f *far) { f.switchTo("101 x", func(string) string { f.Close(); return "" }) }, "EOF"},
		"not authorized":      {func(f *far) { f.switchTo("101 x", accepted); f.say(whole, "\x20\x03\x00\x87\x00") }, "reason 135"},
		"disconnected":        {func(f *far) { f.switchTo("101 x", accepted); f.say(whole, "\xe0\x01\x97") }, "reason 151"},
		"another packet":      {func(f *far) { f.switchTo("101 x", accepted); f.say(whole, "\xd0\x00") }, "type 13"},
		"half a CONNACK":      {func(f *far) { f.switchTo("101 x", accepted); f.say(whole, "\x20\x02\x00\x00") }, "MQTT 5"},
		"the time is up":      {func(f *far) { f.switchTo("101 x", accepted) }, "deadline exceeded"},
		"up in the handshake": {func(*far) {}, "deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			near, f := dial(t)
			go tt.far(f)
			patience := 10 * time.Second
			if tt.want == "deadline exceeded" {
				patience = 100 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			ws, err := mqtt.WebSocket(ctx, near, "broker.example:444", "/mqtt?x=y")
			if err == nil {
				_, err = mqtt.Connect(ctx, ws, mqtt.Options{ClientID: "me"})
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if _, err := near.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("the connection is open: %v", err)
			}
		})
	}
}

// FuzzReceive has a broker send anything: the client ends the connection, or waits for
// more.
func FuzzReceive(f *testing.F) {
	for _, seed := range []string{
		connAck + "\x30\x05\x00\x01t\x00!", connAck + "\x90\x04\x00\x01\x00\x87", connAck + "\xe0\x02\x8e\x00", connAck + "\xd0\x00",
		"\x20\x0a\x00\x00\x07\x1f\x00\x04nope", connAck + "\x30\xff\xff\xff\x7f",
	} {
		f.Add([]byte(seed), byte(whole))
	}
	f.Fuzz(func(t *testing.T, b []byte, kind byte) {
		near, broker := net.Pipe()
		go func() {
			r := bufio.NewReader(broker)
			if req, err := http.ReadRequest(r); err == nil {
				fmt.Fprintf(broker, "HTTP/1.1 101 x\r\n%s\r\n", accepted(req.Header.Get("Sec-WebSocket-Key")))
				go io.Copy(io.Discard, r)
				broker.Write(binary.BigEndian.AppendUint16([]byte{kind, 126}, uint16(len(b))))
				broker.Write(b)
			}
			broker.Close()
		}()
		ws, err := mqtt.WebSocket(t.Context(), near, "h", "/")
		if err != nil {
			t.Fatal(err)
		}
		c, err := mqtt.Connect(t.Context(), ws, mqtt.Options{Receive: func(m mqtt.Message) {
			if m.Topic == "" || len(m.Payload) > len(b) {
				t.Errorf("received %+v of %q", m, b)
			}
		}})
		if err == nil {
			<-c.Done()
		}
	})
}
