package httpclient

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A connSet holds the open connections. The transport owns them but does not report
// how many there are.
type connSet struct {
	mu   sync.Mutex
	open map[*conn]struct{} // guarded by mu
}

// errPeerClosed is the error of the first write to a connection that the server has
// closed while it was idle. Nothing was sent, so any request may be retried.
var errPeerClosed = fmt.Errorf("the server closed it while it was idle: %w", syscall.ECONNRESET)

// maxSilence is how long a connection may have been idle for a request that must not be
// sent twice. A router that has forgotten the connection drops what is sent over it
// without a word, so the request would be lost and the person wait for seconds. A new
// connection costs two round trips more, and with TLS a resumed handshake: 1.1 ms of a
// whole CPU for both sides together (BenchmarkSilence: 0.13 ms over a kept connection,
// 1.27 ms over a new one). Requests in a burst share a connection.
const maxSilence = 2 * time.Second

// errSilent is the error of the first write of such a request to a connection that has
// been idle for longer. Nothing was sent, so it is retried on a new one.
var errSilent = fmt.Errorf("it has been idle for longer than a command may rely on: %w", syscall.ECONNRESET)

// A conn is a connection that counts what is written to it.
type conn struct {
	net.Conn
	set       *connSet
	written   atomic.Int64 // bytes
	wasIdle   atomic.Bool  // nothing was written since a request took it from idle
	silent    atomic.Bool  // it must not be written to: see maxSilence
	users     int          // guarded by set.mu; requests on it
	idleSince time.Time    // guarded by set.mu; by the wall clock
}

// dial makes the transport's connections. It ends with the attempt that asked for the
// connection: the transport alone would go on dialling for a request that has ended.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	a, _ := ctx.Value(attemptKey{}).(*attempt)
	if a != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		ended := make(chan struct{})
		defer close(ended)
		go func() {
			select {
			case <-a.done:
				cancel()
			case <-ended:
			}
		}()
	}
	dial := c.Dial
	switch {
	case a != nil && a.byName:
		dial = c.DialPublic
	case dial == nil:
		dial = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	raw, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	setTCPUserTimeout(raw)
	c.counts.dialled.Add(1)
	made := c.conns.add(raw)
	if a != nil && !a.adopt(made) {
		made.Close()
		return nil, net.ErrClosed
	}
	return made, nil
}

func (s *connSet) add(raw net.Conn) *conn {
	c := &conn{Conn: raw, set: s, idleSince: wallClock()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*conn]struct{}{}
	}
	s.open[c] = struct{}{}
	return c
}

// count returns how many connections are open, and how many of them are idle.
func (s *connSet) count() (open, idle int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		open++
		if c.users == 0 {
			idle++
		}
	}
	return open, idle
}

// closeIdle closes the connections that have been idle for d or longer, and returns
// how many.
func (s *connSet) closeIdle(d time.Duration) int {
	s.mu.Lock()
	var old []*conn
	for c := range s.open {
		if c.users == 0 && wallClock().Sub(c.idleSince) >= d {
			old = append(old, c)
		}
	}
	s.mu.Unlock()
	for _, c := range old {
		c.Close()
	}
	return len(old)
}

// wallClock returns the time without a monotonic reading, which would stop while the
// process is frozen.
func wallClock() time.Time { return time.Now().Round(0) }

// Write counts what it writes. It fails before the first bytes of a request if the
// server has closed the connection: after a write nothing could tell whether they
// arrived.
func (c *conn) Write(b []byte) (int, error) {
	if c.wasIdle.Load() {
		if c.silent.Load() {
			return 0, errSilent
		}
		if peerClosed(c.Conn) {
			return 0, errPeerClosed // also for TLS's close_notify, which follows
		}
		c.wasIdle.Store(false)
	}
	c.written.Add(int64(len(b))) // ahead of the write: the server may answer before it returns
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n - len(b)))
	return n, err
}

// Close closes the connection.
func (c *conn) Close() error {
	c.set.mu.Lock()
	delete(c.set.open, c)
	c.set.mu.Unlock()
	return c.Conn.Close()
}

// acquire records that a request uses c, which may be nil, and returns how many bytes
// were written to it before.
func (c *conn) acquire(idempotent bool) int64 {
	if c == nil {
		return 0
	}
	c.set.mu.Lock()
	defer c.set.mu.Unlock()
	c.wasIdle.Store(c.users == 0)
	if c.users == 0 && !idempotent && wallClock().Sub(c.idleSince) > maxSilence {
		c.silent.Store(true)
	}
	c.users++
	return c.written.Load()
}

// release records that a request does not use c, which may be nil, any more.
func (c *conn) release() {
	if c == nil {
		return
	}
	c.set.mu.Lock()
	defer c.set.mu.Unlock()
	c.users--
	c.idleSince = wallClock()
}

// closeUnused closes c, which may be nil, unless a request uses it.
func (c *conn) closeUnused() {
	if c == nil {
		return
	}
	c.set.mu.Lock()
	used := c.users > 0
	c.set.mu.Unlock()
	if !used {
		c.Close()
	}
}

// connOf returns the conn that c is or that its TLS runs over, or nil.
func connOf(c net.Conn) *conn {
	for {
		switch v := c.(type) {
		case *conn:
			return v
		case *tls.Conn:
			c = v.NetConn()
		default:
			return nil
		}
	}
}
