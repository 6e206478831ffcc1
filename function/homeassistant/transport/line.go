package transport

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hearthgate/hearthgate/config/relay"
	"github.com/hearthgate/hearthgate/function/core"
	"github.com/hearthgate/hearthgate/function/gateway/httpclient"
	"github.com/hearthgate/hearthgate/function/mqtt"
)

// A Line is the one connection of a process to the broker of a relay. It is made when it
// is needed and there is none, or none that can be relied on, and is safe for concurrent
// use.
type Line struct {
	dial    func(ctx context.Context, host string) (net.Conn, error)
	sign    func(ctx context.Context, host string) (target string, err error)
	process string // in the topic of the replies

	turn chan struct{} // holds one token; its owner may make a connection

	mu      sync.Mutex
	session *session            // guarded by mu; nil before the first connection
	waiting map[string]*request // guarded by mu; by the id of the request

	quickest atomic.Int64 // the least time from a request to the first word about it, in nanoseconds; 0 before
}

// NewLine returns a Line without a connection. It connects to a host by dial, with
// TLS, and asks sign for the path and query of the WebSocket there.
func NewLine(dial func(ctx context.Context, host string) (net.Conn, error), sign func(ctx context.Context, host string) (target string, err error)) *Line {
	l := &Line{dial: dial, sign: sign, process: core.NewID(), turn: make(chan struct{}, 1), waiting: map[string]*request{}}
	l.turn <- struct{}{}
	return l
}

// A session is one connection of a [Line], from its subscription on.
type session struct {
	*mqtt.Client
	conn  net.Conn
	since time.Time    // of the subscription
	heard atomic.Int64 // when the last answer to something that was sent came, in nanoseconds since 1970

	presence atomic.Pointer[relay.Presence] // nil while the broker has sent none
	known    chan struct{}                  // closed when it has
	first    sync.Once
}

// connect returns the connection, which is new unless reused.
func (l *Line) connect(ctx context.Context, stage, host string) (s *session, reused bool, err error) {
	select {
	case <-l.turn:
	case <-ctx.Done():
		return nil, false, timedOut(ctx, "the relay is being connected to")
	}
	defer func() { l.turn <- struct{}{} }()
	l.mu.Lock()
	s = l.session
	l.mu.Unlock()
	if s.reliable() {
		return s, true, nil
	}
	if s != nil {
		s.Close()
	}
	if s, err = l.open(ctx, stage, host); err != nil {
		return nil, false, refusal(ctx, err)
	}
	l.mu.Lock()
	l.session = s
	l.mu.Unlock()
	return s, false, nil
}

// reliable reports whether what is published over s, which may be nil, can be expected to
// arrive: a router that has forgotten a silent connection drops what is sent over it
// without a word. After a freeze the kernel knows of an end before the process does.
func (s *session) reliable() bool {
	return s != nil && s.Err() == nil && !httpclient.PeerClosed(s.conn) && s.silence() < relay.RedialAfter
}

// answered notes that something which was sent has been answered now. What comes unasked
// does not count: the presences that a home repeats may have come during a freeze, long
// before they are read.
func (s *session) answered() { s.heard.Store(time.Now().UnixNano()) }

// silence returns how long ago the last answer was.
func (s *session) silence() time.Duration { return time.Since(time.Unix(0, s.heard.Load())) }

// open connects and subscribes.
func (l *Line) open(ctx context.Context, stage, host string) (*session, error) {
	target, err := l.sign(ctx, host)
	if err != nil {
		return nil, err
	}
	conn, err := l.dial(ctx, host)
	if err != nil {
		return nil, err
	}
	socket, err := mqtt.WebSocket(ctx, conn, host, target)
	if err != nil {
		return nil, err
	}
	s := &session{conn: conn, known: make(chan struct{})}
	replies, presence := relay.ReplyTopic(stage, l.process), relay.PresenceTopic(stage)
	s.Client, err = mqtt.Connect(ctx, socket, mqtt.Options{
		ClientID: relay.FunctionClient(stage, l.process), KeepAlive: relay.MaxKeepAlive,
		Receive: func(m mqtt.Message) {
			switch m.Topic {
			case replies:
				s.answered()
				l.receive(m)
			case presence:
				if s.see(m.Payload) == relay.Offline {
					l.gone()
				}
			}
		},
	})
	if err != nil {
		return nil, err
	}
	if err := s.Subscribe(ctx, replies, presence); err != nil {
		s.Close()
		return nil, err
	}
	s.since = time.Now()
	s.answered()
	return s, nil
}

// A request is one that was published, and what came of it so far. Each channel takes
// one value; more of a kind change nothing.
type request struct {
	accepted chan struct{}    // the home has acknowledged it
	reply    chan relay.Reply // the final one
	gone     chan struct{}    // the home has disconnected since
}

// expect returns the request with that id, which gets what comes of it until the function
// is called that it returns.
func (l *Line) expect(id string) (r *request, end func()) {
	r = &request{make(chan struct{}, 1), make(chan relay.Reply, 1), make(chan struct{}, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[id] = r
	return r, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.waiting, id)
	}
}

// receive passes a reply to who expects it. Anything else is ignored: replies that no one
// waits for any more, copies and nonsense.
func (l *Line) receive(m mqtt.Message) {
	reply, err := readReply(m.Payload)
	if errors.Is(err, errInflated) {
		reply = relay.Reply{ID: string(m.Correlation), Status: relay.TooLong}
	} else if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch r := l.waiting[reply.ID]; {
	case r == nil:
	case reply.Status == relay.Accepted:
		offer(r.accepted, struct{}{})
	default:
		offer(r.reply, reply)
	}
}

// gone tells all who wait that the home has disconnected.
func (l *Line) gone() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.waiting {
		offer(r.gone, struct{}{})
	}
}

// offer puts v into a channel that has room.
func offer[T any](c chan<- T, v T) {
	select {
	case c <- v:
	default:
	}
}

// patience returns how long the home may say nothing about a request.
func (l *Line) patience() time.Duration {
	const unknown = 500 * time.Millisecond
	usual := time.Duration(l.quickest.Load())
	if usual == 0 {
		usual = unknown
	}
	return relay.AnswerWithin + usual
}

// took notes how long the first word about a request took.
func (l *Line) took(d time.Duration) {
	if before := l.quickest.Load(); before == 0 || int64(d) < before {
		l.quickest.Store(int64(d))
	}
}
