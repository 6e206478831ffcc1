package relayagent

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/hearthgate/hearthgate/config/alexa"
	"github.com/hearthgate/hearthgate/config/relay"
)

// receive handles a message. What cannot be read is ignored, as no one can be answered.
func (a *Agent) receive(m packets.Packet) {
	arrived := a.options.Now()
	payload, to := m.Payload, m.Properties.ResponseTopic
	var r relay.Request
	if b, err := inflate(payload); err != nil || json.Unmarshal(b, &r) != nil || to == "" || r.ID == "" {
		return
	}
	correlation := bytes.Clone(m.Properties.CorrelationData)
	a.working.Go(func() { a.handle(r, arrived, to, correlation) })
}

// handle answers a request to a topic.
func (a *Agent) handle(r relay.Request, arrived time.Time, to string, correlation []byte) {
	send := func(reply relay.Reply) { _ = a.client.publish(to, Encode(reply), false, correlation) } // no one waits for it if it fails
	if a.options.Intercept != nil && !a.options.Intercept(a, r, to) {
		return
	}
	entry, known := a.memory.enter(r.ID, arrived)
	if known {
		if reply, ok := entry.reply(); ok {
			send(reply)
		} else {
			send(relay.Reply{ID: r.ID, Status: relay.Accepted})
		}
		return
	}
	if a.base.late(r, arrived) {
		reply := relay.Reply{ID: r.ID, Status: relay.TooLate, Problem: "it came after its time"}
		entry.set(reply)
		send(reply)
		return
	}
	acknowledge := time.AfterFunc(relay.AckAfter, func() { send(relay.Reply{ID: r.ID, Status: relay.Accepted}) })
	defer acknowledge.Stop()
	ctx, cancel := context.WithTimeout(a.ctx, time.Duration(r.Within)*time.Millisecond)
	defer cancel()
	a.handled.Add(1)
	reply := relay.Reply{ID: r.ID}
	reply.Status, reply.Body, reply.Problem = a.options.Home.Answer(ctx, r)
	if len(Encode(reply)) > relay.MaxMessage {
		reply = relay.Reply{ID: r.ID, Status: relay.TooLong, Problem: "the answer is longer than a message may be"}
	}
	acknowledge.Stop()
	entry.set(reply)
	send(reply)
}

// A memory holds the requests of the last minute with their replies.
type memory struct {
	sync.Mutex
	entries map[string]*entry // guarded by Mutex
}

type entry struct {
	at time.Time

	mu   sync.Mutex
	said *relay.Reply // guarded by mu; nil while the request is being carried out
}

// enter returns the entry of a request, and whether there was one.
func (m *memory) enter(id string, now time.Time) (e *entry, known bool) {
	m.Lock()
	defer m.Unlock()
	if m.entries == nil {
		m.entries = map[string]*entry{}
	}
	for id, e := range m.entries {
		if now.Sub(e.at) > relay.RememberFor {
			delete(m.entries, id)
		}
	}
	if e, known = m.entries[id]; !known {
		e = &entry{at: now}
		m.entries[id] = e
	}
	return e, known
}

func (e *entry) set(r relay.Reply) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.said = &r
}

func (e *entry) reply() (relay.Reply, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.said == nil {
		return relay.Reply{}, false
	}
	return *e.said, true
}

// A lateness is the least difference between the clocks seen so far, which tells a late
// request from one of a function whose clock differs.
type lateness struct {
	mu    sync.Mutex
	known bool          // guarded by mu
	base  time.Duration // guarded by mu
}

func (l *lateness) late(r relay.Request, arrived time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	after := arrived.Sub(time.UnixMilli(r.Sent))
	if !l.known || after < l.base {
		l.known, l.base = true, after
	}
	return after-l.base > time.Duration(r.Within)*time.Millisecond
}

// Encode returns a reply as it is published.
func Encode(r relay.Reply) []byte {
	b, _ := json.Marshal(r) // bodies are JSON: cannot fail
	if len(b) <= relay.CompressBeyond {
		return b
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(b) // into memory
	_ = z.Close()
	return packed.Bytes()
}

// inflate returns a payload that may be compressed.
func inflate(b []byte) ([]byte, error) {
	if len(b) == 0 || b[0] != 0x1f {
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	b, err = io.ReadAll(io.LimitReader(z, alexa.MaxPayload+1))
	if err == nil && len(b) > alexa.MaxPayload {
		err = errors.New("it is too long")
	}
	return b, err
}

// leaf returns the certificate in a PEM text.
func leaf(text string) ([][]byte, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the pairing has no certificate")
	}
	return [][]byte{block.Bytes}, nil
}
