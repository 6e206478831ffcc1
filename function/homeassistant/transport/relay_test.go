package transport_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/homeassistant/transport"
)

// A broker is one without a network, so that tests can let hours pass: it accepts every
// client, answers what it asks and passes requests on to the home.
type broker struct {
	t        *testing.T
	presence string                           // retained; "" for none
	home     func(c *client, r relay.Request) // gets each request; it may reply

	mu      sync.Mutex
	clients []*client // guarded by mu
	asked   []relay.Request
	expires []uint32 // of the requests, in seconds
}

// A client is the broker's end of a connection.
type client struct {
	net.Conn
	r       *bufio.Reader
	replies string      // its topic for replies
	dead    atomic.Bool // nothing passes any more, in either direction
}

// line returns a line to the broker.
func (b *broker) line() *transport.Line {
	return transport.NewLine(func(context.Context, string) (net.Conn, error) {
		near, far := net.Pipe()
		c := &client{Conn: far, r: bufio.NewReader(far)}
		b.mu.Lock()
		b.clients = append(b.clients, c)
		b.mu.Unlock()
		go b.serve(c)
		return near, nil
	}, func(context.Context, string) (string, error) { return "/mqtt", nil })
}

func (b *broker) serve(c *client) {
	defer c.Close()
	r, err := http.ReadRequest(c.r)
	if err != nil {
		return
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(c, "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	for {
		var head [4]byte
		if _, err := io.ReadFull(c.r, head[:2]); err != nil {
			return
		}
		length := int(head[1] & 0x7f)
		if length == 126 {
			io.ReadFull(c.r, head[2:])
			length = int(binary.BigEndian.Uint16(head[2:]))
		}
		p := make([]byte, 4+length)
		if _, err := io.ReadFull(c.r, p); err != nil {
			return
		}
		mask, p := p[:4], p[4:]
		for i := range p {
			p[i] ^= mask[i%4]
		}
		if !c.dead.Load() {
			b.handle(c, p)
		}
	}
}

// handle handles a packet of a client.
func (b *broker) handle(c *client, p []byte) {
	_, size := binary.Uvarint(p[1:])
	body := p[1+size:]
	switch p[0] >> 4 {
	case 1:
		c.say("\x20\x03\x00\x00\x00")
	case 8:
		text := body[3:]
		c.replies = string(text[2 : 2+binary.BigEndian.Uint16(text)])
		c.say("\x90\x05\x00\x01\x00\x00\x00")
		b.mu.Lock()
		presence := b.presence
		b.mu.Unlock()
		if presence != "" {
			c.publish(relay.PresenceTopic("s"), []byte(presence))
		}
	case 12:
		c.say("\xd0\x00")
	case 3:
		n := 2 + int(binary.BigEndian.Uint16(body))
		if string(body[2:n]) != relay.RequestTopic("s") {
			b.t.Errorf("published to %q", body[2:n])
		}
		length, size := binary.Uvarint(body[n:])
		properties, payload := body[n+size:n+size+int(length)], body[n+size+int(length):]
		var r relay.Request
		if err := json.Unmarshal(payload, &r); err != nil || properties[0] != 2 {
			b.t.Errorf("the request is %q with %q", payload, properties)
		}
		b.mu.Lock()
		b.asked, b.expires = append(b.asked, r), append(b.expires, binary.BigEndian.Uint32(properties[1:]))
		home := b.home
		b.mu.Unlock()
		go home(c, r)
	}
}

func (c *client) say(packet string) {
	head := binary.BigEndian.AppendUint16([]byte{0x82, 126}, uint16(len(packet)))
	c.Write(append(head, packet...))
}

func (c *client) publish(topic string, payload []byte) {
	b := append(binary.BigEndian.AppendUint16(nil, uint16(len(topic))), topic...)
	b = append(append(b, 0), payload...)
	c.say("\x30" + string(binary.AppendUvarint(nil, uint64(len(b)))) + string(b))
}

// reply answers a request.
func (c *client) reply(r relay.Request, status relay.Status, body string) {
	payload, _ := json.Marshal(relay.Reply{ID: r.ID, Status: status, Body: json.RawMessage(body)})
	c.publish(c.replies, payload)
}

// become changes what the broker and the home do.
func (b *broker) become(presence string, home func(*client, relay.Request)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.presence, b.home = presence, home
}

// requests returns those that were published.
func (b *broker) requests() []relay.Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// dialled returns how many connections were made.
func (b *broker) dialled() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.clients)
}

// end ends the connections.
func (b *broker) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.clients {
		c.Close()
	}
}

const online = `{"state":"online","since":1,"version":"1","protocol":1}`

func good(c *client, r relay.Request) { c.reply(r, relay.Done, `{"ok":true}`) }

// asking asks through r with seven seconds to spare, and returns what came and how long it
// took.
func asking(t *testing.T, r transport.Relay, idempotent bool) (body string, took time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
	defer cancel()
	began := time.Now()
	res, err := r.Ask(ctx, transport.Question{Kind: relay.Directive, Body: []byte(`{"q":1}`), Idempotent: idempotent})
	return string(res.Body), time.Since(began), err
}

// bubble runs a test in which time passes at once.
func bubble(t *testing.T, b *broker, test func(t *testing.T, r transport.Relay)) {
	synctest.Test(t, func(t *testing.T) {
		b.t = t
		defer b.end()
		test(t, transport.Relay{Line: b.line(), Stage: "s", Endpoint: "broker.example"})
	})
}

func TestAsk(t *testing.T) {
	b := &broker{presence: online, home: good}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		for range 3 {
			if body, took, err := asking(t, r, false); body != `{"ok":true}` || err != nil || took != 0 {
				t.Errorf("%s, %v after %v", body, err, took)
			}
		}
		q := b.requests()[0]
		if q.Kind != relay.Directive || string(q.Body) != `{"q":1}` || q.Within != 7000 || q.Sent != time.Now().UnixMilli() || len(q.ID) > 64 || q.ID == b.requests()[1].ID || b.expires[0] != 7 {
			t.Errorf("asked %+v, which expires after %d s", q, b.expires[0])
		}
		if n := b.dialled(); n != 1 {
			t.Errorf("%d connections", n)
		}
	})
}

// TestSilence sees that a connection that was silent for a minute is not relied on, and one
// that was not is.
func TestSilence(t *testing.T) {
	b := &broker{presence: online, home: good}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		for i, tt := range []struct {
			pause time.Duration
			want  int // connections
		}{{0, 1}, {relay.RedialAfter - time.Second, 1}, {relay.RedialAfter, 2}, {time.Second, 2}, {24 * time.Hour, 3}} {
			time.Sleep(tt.pause)
			if _, _, err := asking(t, r, false); err != nil || b.dialled() != tt.want {
				t.Errorf("%d: %d connections, want %d; %v", i, b.dialled(), tt.want, err)
			}
		}
	})
}

// TestPatience sees how long a home may say nothing: a second and the usual time of the
// line, for each connection that is tried.
func TestPatience(t *testing.T) {
	mute := func(*client, relay.Request) {}
	b := &broker{presence: online, home: mute}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		_, took, err := asking(t, r, false)
		if core.CauseOf(err) != core.CauseTimeout || took != 1500*time.Millisecond || len(b.requests()) != 1 || transport.IsWaiting(err) {
			t.Errorf("a command: %v after %v, asked %d times", err, took, len(b.requests()))
		}
		b.become(online, func(c *client, r relay.Request) { time.Sleep(40 * time.Millisecond); good(c, r) })
		if _, took, err := asking(t, r, false); err != nil || took != 40*time.Millisecond {
			t.Errorf("%v after %v", err, took)
		}
		b.become(online, mute)
		_, took, err = asking(t, r, true)
		if core.CauseOf(err) != core.CauseTimeout || took != 2*1040*time.Millisecond || len(b.requests()) != 4 || b.requests()[2].ID != b.requests()[3].ID || b.dialled() != 2 {
			t.Errorf("a question: %v after %v, asked %d times over %d connections", err, took, len(b.requests()), b.dialled())
		}
	})
}

// TestAcknowledged sees that an acknowledged request is waited for as long as there is.
func TestAcknowledged(t *testing.T) {
	b := &broker{presence: online, home: func(c *client, r relay.Request) {
		time.Sleep(relay.AckAfter)
		c.reply(r, relay.Accepted, "")
		time.Sleep(5 * time.Second)
		good(c, r)
	}}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		if _, took, err := asking(t, r, false); err != nil || took != 5300*time.Millisecond {
			t.Errorf("%v after %v", err, took)
		}
		b.become(online, func(c *client, r relay.Request) { c.reply(r, relay.Accepted, "") })
		_, took, err := asking(t, r, true)
		if core.CauseOf(err) != core.CauseTimeout || took != 7*time.Second || !transport.IsWaiting(err) || len(b.requests()) != 2 {
			t.Errorf("%v after %v, asked %d times", err, took, len(b.requests()))
		}
	})
}

// TestDisconnected sees that a home that disconnects while it is waited for is not waited
// for any longer.
func TestDisconnected(t *testing.T) {
	b := &broker{presence: online, home: func(c *client, r relay.Request) {
		c.reply(r, relay.Accepted, "")
		time.Sleep(2 * time.Second)
		c.publish(relay.PresenceTopic("s"), []byte(`{"state":"offline"}`))
	}}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		if _, took, err := asking(t, r, true); core.CauseOf(err) != core.CauseHomeOffline || took != 2*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// TestPresence sees what a home that is not there costs: nothing, or once the time in which
// the broker would have said that it is.
func TestPresence(t *testing.T) {
	for name, tt := range map[string]struct {
		presence string
		cause    core.Cause
		first    time.Duration
	}{
		"offline":      {`{"state":"offline"}`, core.CauseHomeOffline, 0},
		"starting":     {`{"state":"starting"}`, core.CauseStarting, 0},
		"never paired": {"", core.CauseHomeOffline, 300 * time.Millisecond},
		"garbage":      {"{", core.CauseHomeOffline, 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			b := &broker{presence: tt.presence, home: good}
			bubble(t, b, func(t *testing.T, r transport.Relay) {
				for _, want := range []time.Duration{tt.first, 0} {
					_, took, err := asking(t, r, true)
					if core.CauseOf(err) != tt.cause || core.KindOf(err) != core.Unreachable || took != want || len(b.requests()) != 0 {
						t.Errorf("%v after %v, want %v; asked %d times", err, took, want, len(b.requests()))
					}
				}
				b.clients[0].publish(relay.PresenceTopic("s"), []byte(online))
				synctest.Wait()
				if _, _, err := asking(t, r, true); err != nil || r.State(t.Context(), "") != transport.Running {
					t.Errorf("online, and %v", err)
				}
			})
		})
	}
}

// TestDead sees that a home that was offline over a connection that is dead meanwhile is
// asked for over a new one.
func TestDead(t *testing.T) {
	b := &broker{presence: `{"state":"offline"}`, home: good}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		if _, _, err := asking(t, r, false); core.CauseOf(err) != core.CauseHomeOffline {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		b.clients[0].dead.Store(true)
		b.become(online, good)
		if body, took, err := asking(t, r, false); err != nil || body == "" || took != relay.AnswerWithin || len(b.requests()) != 1 {
			t.Errorf("%s, %v after %v, asked %d times", body, err, took, len(b.requests()))
		}
	})
}

// TestRepeatedPresence sees that the presences which a home repeats are no sign that what is
// sent will arrive: a frozen process reads them long after they came.
func TestRepeatedPresence(t *testing.T) {
	b := &broker{presence: online, home: good}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		if _, _, err := asking(t, r, false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(relay.RedialAfter)
		b.clients[0].publish(relay.PresenceTopic("s"), []byte(online))
		b.clients[0].dead.Store(true) // the router has forgotten the connection since
		time.Sleep(time.Second)
		if body, took, err := asking(t, r, false); err != nil || body == "" || took != 0 || b.dialled() != 2 {
			t.Errorf("%s, %v after %v, over %d connections", body, err, took, b.dialled())
		}
	})
}

// TestConcurrent sees that questions share a connection and get their own answers.
func TestConcurrent(t *testing.T) {
	b := &broker{presence: online, home: func(c *client, r relay.Request) {
		time.Sleep(time.Duration(r.Within%7) * time.Millisecond)
		c.reply(r, relay.Done, string(r.Body))
	}}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				want := fmt.Sprintf(`{"n":%d}`, i)
				res, err := r.Ask(t.Context(), transport.Question{Kind: relay.Directive, Body: []byte(want)})
				if err != nil || string(res.Body) != want {
					t.Errorf("%s, %v: want %s", res.Body, err, want)
				}
			})
		}
		all.Wait()
		if n := b.dialled(); n != 1 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestTooLong(t *testing.T) {
	b := &broker{presence: online, home: good}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		random := make([]byte, 300_000)
		_, _ = rand.Read(random)
		body, _ := json.Marshal(base64.StdEncoding.EncodeToString(random))
		_, err := r.Ask(t.Context(), transport.Question{Kind: relay.Directive, Body: body})
		if core.CauseOf(err) != core.CauseTooLarge || len(b.requests()) != 0 {
			t.Errorf("error %v, asked %d times", err, len(b.requests()))
		}
		if _, err := r.Ask(t.Context(), transport.Question{Kind: relay.Directive, Body: []byte("{")}); core.KindOf(err) != core.Invalid {
			t.Errorf("a body that is no JSON: %v", err)
		}
	})
}

// TestT2Limit has a home answer with as many bytes as a question allows, and one more.
func TestT2Limit(t *testing.T) {
	b := &broker{presence: online, home: good}
	bubble(t, b, func(t *testing.T, r transport.Relay) {
		whole := len(`{"ok":true}`)
		for limit, want := range map[int]core.Cause{0: "", whole: "", whole - 1: core.CauseOversized} {
			res, err := r.Ask(t.Context(), transport.Question{Kind: relay.Directive, Body: []byte("{}"), Limit: limit})
			if core.CauseOf(err) != want || (want == "") != (len(res.Body) == whole) {
				t.Errorf("limit %d: %q, %v, want cause %q", limit, res.Body, err, want)
			}
		}
	})
}

func TestUnreachable(t *testing.T) {
	wrong := errors.New("no signature")
	for name, l := range map[string]*transport.Line{
		"sign": transport.NewLine(nil, func(context.Context, string) (string, error) { return "", wrong }),
		"dial": transport.NewLine(func(context.Context, string) (net.Conn, error) {
			return nil, core.Errorf(core.Unreachable, core.CauseRefused, "nothing listens")
		},
			func(context.Context, string) (string, error) { return "/", nil }),
	} {
		r := transport.Relay{Line: l, Stage: "s", Endpoint: "broker.example"}
		if err := r.Connect(t.Context()); core.KindOf(err) != core.Unreachable || !strings.Contains(err.Error(), map[string]string{"sign": "no signature", "dial": "nothing listens"}[name]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
