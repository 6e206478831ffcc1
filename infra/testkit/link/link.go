// Package link is a network between two programs on this machine: a port that leads to
// another one, with the delay of a distance, and that freezes or cuts connections.
package link

import (
	"io"
	"net"
	"sync"
	"time"
)

// A Link is a port that leads to another one.
type Link struct {
	to       string
	delay    time.Duration
	listener net.Listener
	going    sync.WaitGroup

	mu       sync.Mutex
	conns    map[*conn]struct{} // guarded by mu
	taken    int                // guarded by mu
	refusing int                // guarded by mu
}

// conn is both halves of a connection.
type conn struct {
	near, far net.Conn
	frozen    chan struct{} // closed when nothing passes any more
	once      sync.Once
}

// New returns a link to an address. Bytes take delay in each direction.
func New(to string, delay time.Duration) (*Link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Link{to: to, delay: delay, listener: listener, conns: map[*conn]struct{}{}}
	l.going.Go(l.accept)
	return l, nil
}

// Port returns the port, in decimal.
func (l *Link) Port() string {
	_, port, _ := net.SplitHostPort(l.listener.Addr().String())
	return port
}

func (l *Link) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		if l.take() {
			l.going.Go(func() { l.connect(near) })
		} else {
			near.Close()
		}
	}
}

// take counts a connection, and reports whether it is carried.
func (l *Link) take() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken++
	if l.refusing > 0 {
		l.refusing--
		return false
	}
	return true
}

// Taken returns how many connections there were so far.
func (l *Link) Taken() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken
}

// Refuse closes the next n connections at once.
func (l *Link) Refuse(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refusing = n
}

// connect carries a connection until it ends. A handshake of TCP takes a round trip.
func (l *Link) connect(near net.Conn) {
	time.Sleep(2 * l.delay)
	far, err := net.Dial("tcp", l.to)
	if err != nil {
		near.Close()
		return
	}
	c := &conn{near: near, far: far, frozen: make(chan struct{})}
	l.mu.Lock()
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { l.carry(c, far, near) })
	both.Go(func() { l.carry(c, near, far) })
	both.Wait()
	near.Close()
	far.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// A piece is what was read at once, and when it arrives.
type piece struct {
	b  []byte
	at time.Time
}

// carry copies what from sends, until it or to ends, or c is frozen and then ends.
func (l *Link) carry(c *conn, to, from net.Conn) {
	const most = 1 << 10 // pieces on the way
	way := make(chan piece, most)
	go func() {
		defer close(way)
		for {
			b := make([]byte, 32<<10)
			n, err := from.Read(b)
			if n > 0 {
				way <- piece{b[:n], time.Now().Add(l.delay)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range way {
		time.Sleep(time.Until(p.at))
		select {
		case <-c.frozen:
			continue // swallowed
		default:
		}
		if _, err := to.Write(p.b); err != nil {
			from.Close()
		}
	}
	select {
	case <-c.frozen:
		_, _ = io.Copy(io.Discard, to) // until the other half ends, too
	default:
		to.Close()
	}
}

// Freeze lets nothing pass any more over the connections there are, as a router does that
// has forgotten them. New ones pass.
func (l *Link) Freeze() {
	l.each(func(c *conn) { c.once.Do(func() { close(c.frozen) }) })
}

// Cut ends the connections there are. When it returns both ends can know: closing alone
// waits for who reads at the moment.
func (l *Link) Cut() {
	l.each(func(c *conn) {
		for _, half := range []net.Conn{c.near, c.far} {
			_ = half.(*net.TCPConn).CloseWrite() // it may be closed already
			half.Close()
		}
	})
}

// each calls do with each connection.
func (l *Link) each(do func(*conn)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		do(c)
	}
}

// Close ends all connections and takes no new one.
func (l *Link) Close() {
	l.listener.Close()
	l.Cut()
	l.going.Wait()
}
